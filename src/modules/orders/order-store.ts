import { sql } from 'kysely';
import type { Tx } from '../../platform/db/database.ts';
import { NotFound } from '../../platform/errors.ts';
import type { Id } from '../../platform/ids.ts';
import type { Order, OrderContent, OrderLine, OrderStatus } from './order.ts';
import { readOrder } from './order-view.ts';

/** Places an open order. It is one statement, so that the block it is counted in is locked no longer than needed. */
export async function insertOrder(tx: Tx, { customer, currency, lines }: OrderContent): Promise<Id> {
  const { rows } = await sql<{ order_id: Id }>`
    with placed as (insert into orders (customer, currency) values (${customer}, ${currency}) returning id),
    lines as (${insertLines(lines, sql`(select id from placed)`)})
    select id as order_id from placed`.execute(tx);
  const orderId = rows[0]?.order_id;
  if (orderId === undefined) throw new Error('the database placed no order');
  return orderId;
}

/** Locks an order and reads what it is now: nobody else changes it before the transaction ends. */
export async function lockOrder(tx: Tx, orderId: Id): Promise<Order> {
  const { rows } = await sql`select from orders where id = ${orderId} for no key update`.execute(tx);
  if (rows.length === 0) throw new NotFound('order', orderId);
  // A second statement: the first one's snapshot is from before it waited.
  return readOrder(tx, orderId);
}

export async function replaceContent(tx: Tx, orderId: Id, { customer, currency, lines }: OrderContent): Promise<void> {
  await sql`update orders set customer = ${customer}, currency = ${currency} where id = ${orderId}`.execute(tx);
  await sql`delete from order_line where order_id = ${orderId}`.execute(tx);
  await insertLines(lines, sql`${orderId}::bigint`).execute(tx);
}

export async function setStatus(tx: Tx, orderId: Id, status: OrderStatus): Promise<void> {
  await sql`update orders set status = ${status} where id = ${orderId}`.execute(tx);
}

function insertLines(lines: readonly OrderLine[], orderId: ReturnType<typeof sql>) {
  return sql`
    insert into order_line (order_id, line, description, quantity, unit_price, discount)
    select ${orderId}, line, description, quantity, unit_price, discount
      from unnest(
        ${lines.map((line) => line.description)}::text[], ${lines.map((line) => line.quantity)}::integer[],
        ${lines.map((line) => line.unit_price)}::numeric[], ${lines.map((line) => line.discount)}::numeric[]
      ) with ordinality as given (description, quantity, unit_price, discount, line)`;
}
