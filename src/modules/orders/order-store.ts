import { sql } from 'kysely';
import type { Actor } from '../../access/index.ts';
import { type Tx, toJsonb } from '../../platform/db/database.ts';
import { NotFound } from '../../platform/errors.ts';
import type { Id } from '../../platform/ids.ts';
import type { Order, OrderContent, OrderLine, OrderStatus } from './order.ts';
import { readOrder } from './order-view.ts';

/** Inserts an open order. One statement does it, so that the order's block is locked no longer than needed. */
export async function insertOrder(
  tx: Tx,
  { customer, currency, lines }: OrderContent,
  actor: Actor | null,
): Promise<Id> {
  const { rows } = await sql<{ order_id: Id }>`
    with inserted as (
      insert into orders (customer, currency, changed_by) values (${customer}, ${currency}, ${toJsonb(actor)})
      returning id),
    lines as (${insertLines(lines, sql`(select id from inserted)`)})
    select id as order_id from inserted`.execute(tx);
  const orderId = rows[0]?.order_id;
  if (orderId === undefined) throw new Error('the insertion returned no order');
  return orderId;
}

/** Locks an order until the transaction ends, and reads its current content. */
export async function lockOrder(tx: Tx, orderId: Id): Promise<Order> {
  const { rows } = await sql`select from orders where id = ${orderId} for no key update`.execute(tx);
  if (rows.length === 0) throw new NotFound('order', orderId);
  // A second statement, because the snapshot of the first one is from before it waited for the lock.
  return readOrder(tx, orderId);
}

export async function replaceContent(
  tx: Tx,
  orderId: Id,
  { customer, currency, lines }: OrderContent,
  actor: Actor | null,
): Promise<void> {
  await sql`
    update orders set customer = ${customer}, currency = ${currency}, changed_by = ${toJsonb(actor)}
     where id = ${orderId}`.execute(tx);
  await sql`delete from order_line where order_id = ${orderId}`.execute(tx);
  await insertLines(lines, sql`${orderId}::bigint`).execute(tx);
}

export async function setStatus(tx: Tx, orderId: Id, status: OrderStatus, actor: Actor | null): Promise<void> {
  await sql`
    update orders set status = ${status}, changed_by = ${toJsonb(actor)} where id = ${orderId}`.execute(tx);
}

/** Replaces the customer of the orders of a client's reservations. @returns the number of changed orders */
export async function eraseCustomer(tx: Tx, clientId: Id, customer: string): Promise<number> {
  const { numAffectedRows } = await sql`
    update orders o set customer = ${customer}
      from reservation r
     where r.id = o.reservation_id and r.client_id = ${clientId} and o.customer <> ${customer}`.execute(tx);
  return Number(numAffectedRows ?? 0);
}

function insertLines(lines: readonly OrderLine[], orderId: ReturnType<typeof sql>) {
  return sql`
    insert into order_line (order_id, line, description, quantity, unit_price, discount)
    select ${orderId}, line, description, quantity, unit_price, discount
      from unnest(
        ${lines.map((line) => line.description)}::text[], ${lines.map((line) => line.quantity)}::integer[],
        ${lines.map((line) => line.unit_price)}::numeric[], ${lines.map((line) => line.discount)}::numeric[]
      ) with ordinality as requested (description, quantity, unit_price, discount, line)`;
}
