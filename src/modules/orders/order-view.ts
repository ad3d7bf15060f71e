import { sql } from 'kysely';
import type { Reader } from '../../platform/db/database.ts';
import { NotFound } from '../../platform/errors.ts';
import type { Id } from '../../platform/ids.ts';
import type { Order } from './order.ts';

/** The columns of an `Order`, from `orders o`. Amounts are text, because JavaScript reads a JSON number as a float. */
export const ORDER_COLUMNS = sql`
  o.id as order_id, o.customer, o.ordered_at, o.status, o.currency, o.reservation_id,
  (select coalesce(json_agg(json_build_object(
            'description', l.description, 'quantity', l.quantity,
            'unit_price', l.unit_price::text, 'discount', l.discount::text) order by l.line), '[]')
     from order_line l where l.order_id = o.id) as lines`;

/** Reads the orders that exist, in any sequence. */
export async function readOrders(reader: Reader, orderIds: readonly Id[]): Promise<Order[]> {
  const { rows } =
    await sql<Order>`select ${ORDER_COLUMNS} from orders o where o.id = any(${orderIds}::bigint[])`.execute(reader);
  return rows;
}

/** The orders of a client's reservations, by id. */
export async function readOrdersOfClient(reader: Reader, clientId: Id): Promise<Order[]> {
  const { rows } = await sql<Order>`
    select ${ORDER_COLUMNS} from orders o join reservation r on r.id = o.reservation_id
     where r.client_id = ${clientId} order by o.id`.execute(reader);
  return rows;
}

export async function readOrder(reader: Reader, orderId: Id): Promise<Order> {
  const [order] = await readOrders(reader, [orderId]);
  if (!order) throw new NotFound('order', orderId);
  return order;
}

export async function hasOrders(reader: Reader): Promise<boolean> {
  const { rows } = await sql`select from orders limit 1`.execute(reader);
  return rows.length > 0;
}
