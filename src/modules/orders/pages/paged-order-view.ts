import type { Freshness, View } from '../../../freshness/index.ts';
import { Batcher } from '../../../platform/batcher.ts';
import type { Id } from '../../../platform/ids.ts';
import type { Order } from '../order.ts';
import { writePagedOrder } from '../write-order.ts';

/** Orders by id, each as the JSON text that a page shows. */
export type PagedOrderView = View<Id, string>;

const MAX_BYTES = 64 * 1024 * 1024;
/** Orders per statement, and orders that may wait for one. */
const LOADS = { maxBatchSize: 1_000, maxWaiting: 100_000 } as const;

/** Reads the orders that exist, in any sequence. */
export type ReadOrders = (orderIds: readonly Id[]) => Promise<readonly Order[]>;

/** @param maxConcurrent statements at a time */
export function createPagedOrderView(
  readOrders: ReadOrders,
  freshness: Freshness,
  maxAgeMs: number,
  maxConcurrent: number,
): PagedOrderView {
  const batcher = new Batcher({ ...LOADS, maxConcurrent });
  const load = batcher.open<Id, string | undefined>({
    name: 'load an order',
    maxWaiting: LOADS.maxWaiting,
    async run(ids) {
      const orders = await readOrders([...new Set(ids)]);
      const texts = new Map(orders.map((order) => [order.order_id, writePagedOrder(order)]));
      return ids.map((id) => texts.get(id));
    },
  });
  const view = freshness.view<Id, string>(
    {
      name: 'orders',
      keyOf: String,
      load,
      maxAgeMs,
      sizeOf: (text) => text.length * 2,
      codec: { encode: (text) => text, decode: (text) => text },
    },
    MAX_BYTES,
  );
  freshness.listen(view, {
    order(orderIds) {
      for (const orderId of orderIds) view.invalidate(orderId);
    },
  });
  return view;
}
