import type { Actor } from '../../access/index.ts';
import type { Tx } from '../../platform/db/database.ts';
import type { Id } from '../../platform/ids.ts';
import { type Order, type OrderContent, requireChangeable } from './order.ts';
import { insertOrder, lockOrder, replaceContent, setStatus } from './order-store.ts';
import { readOrder } from './order-view.ts';

export async function placeOrder(tx: Tx, content: OrderContent, actor: Actor | null): Promise<Order> {
  return readOrder(tx, await insertOrder(tx, content, actor));
}

/** Replaces the content of an open order. */
export async function changeOrder(tx: Tx, orderId: Id, content: OrderContent, actor: Actor | null): Promise<Order> {
  requireChangeable(await lockOrder(tx, orderId));
  await replaceContent(tx, orderId, content, actor);
  return readOrder(tx, orderId);
}

/** Cancels an open order. It stays listed. A cancelled order stays as it is, so that a cancellation can be repeated. */
export async function cancelOrder(tx: Tx, orderId: Id, actor: Actor | null): Promise<Order> {
  const order = await lockOrder(tx, orderId);
  if (order.status === 'cancelled') return order;
  requireChangeable(order);
  await setStatus(tx, orderId, 'cancelled', actor);
  return { ...order, status: 'cancelled' };
}
