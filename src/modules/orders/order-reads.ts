import type { Id } from '../../platform/ids.ts';
import type { Order } from './order.ts';
import type { OrderFilter, OrderPlace } from './order-list.ts';

/** Reads of single orders and of lists, wherever the orders are. Nothing is cached. */
export interface OrderReads {
  list(filter: OrderFilter, after: OrderPlace | undefined, limit: number): Promise<Order[]>;
  /** @throws NotFound */
  read(orderId: Id): Promise<Order>;
}
