import type { Database } from '../../platform/db/database.ts';
import { listOrders } from './order-list.ts';
import type { OrderReads } from './order-reads.ts';
import { readOrder } from './order-view.ts';

/** Reads of the orders in Holdfast's own database. */
export function createPostgresReads(database: Database): OrderReads {
  return {
    list: (filter, after, limit) => database.read((reader) => listOrders(reader, filter, after, limit)),
    read: (orderId) => database.read((reader) => readOrder(reader, orderId)),
  };
}
