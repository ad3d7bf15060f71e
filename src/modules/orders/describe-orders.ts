import type { Reader } from '../../platform/db/database.ts';
import type { Id } from '../../platform/ids.ts';
import { readOrders } from './order-view.ts';
import { writeOrder } from './write-order.ts';

/** Orders as answers show them now, as JSON, by id. */
export async function describeOrders(reader: Reader, orderIds: readonly Id[]): Promise<ReadonlyMap<Id, string>> {
  const orders = await readOrders(reader, orderIds);
  return new Map(orders.map((order) => [order.order_id, writeOrder(order)]));
}
