import { type RawBuilder, sql } from 'kysely';
import type { Reader } from '../../platform/db/database.ts';
import type { Id } from '../../platform/ids.ts';
import type { InstantText } from '../../platform/time/instant.ts';
import type { Order, OrderStatus } from './order.ts';
import { ORDER_COLUMNS } from './order-view.ts';

/** Which orders a list has. Those that are given apply together. */
export interface OrderFilter {
  readonly reservationId?: Id | undefined;
  /** The exact name. */
  readonly customer?: string | undefined;
  readonly status?: OrderStatus | undefined;
  /** First instant of `ordered_at`. */
  readonly from?: InstantText | undefined;
  /** First instant of `ordered_at` that is left out. */
  readonly to?: InstantText | undefined;
}

/** The last order of a page, after which the next page begins. Lists by id need only the id. */
export interface OrderPlace {
  readonly id: Id;
  readonly orderedAt?: InstantText | undefined;
}

/**
 * Whether a list is by `ordered_at` and then by id. A list by customer, status or time is, because that is the sequence
 * of the indexes it is read from, together with any of the others.
 */
export function isByTime({ customer, status, from, to }: OrderFilter): boolean {
  return (customer ?? status ?? from ?? to) !== undefined;
}

/** Selects up to `limit` orders after a place, in the sequence of the list. */
export function selectOrders(filter: OrderFilter, after: OrderPlace | undefined, limit: number): RawBuilder<Order> {
  const sequence = isByTime(filter) ? sql`o.ordered_at, o.id` : sql`o.id`;
  return sql<Order>`
    select ${ORDER_COLUMNS} from orders o where ${conditionOf(filter, after)} order by ${sequence} limit ${limit}`;
}

function conditionOf(filter: OrderFilter, after: OrderPlace | undefined): RawBuilder<unknown> {
  const { reservationId, customer, status, from, to } = filter;
  const conditions = [sql`true`];
  if (reservationId !== undefined) conditions.push(sql`o.reservation_id = ${reservationId}`);
  if (customer !== undefined) conditions.push(sql`o.customer = ${customer}`);
  if (status !== undefined) conditions.push(sql`o.status = ${status}`);
  if (from !== undefined) conditions.push(sql`o.ordered_at >= ${from}::timestamptz`);
  if (to !== undefined) conditions.push(sql`o.ordered_at < ${to}::timestamptz`);
  if (after && isByTime(filter))
    conditions.push(sql`(o.ordered_at, o.id) > (${after.orderedAt}::timestamptz, ${after.id})`);
  else if (after) conditions.push(sql`o.id > ${after.id}`);
  return sql.join(conditions, sql` and `);
}

export async function listOrders(
  reader: Reader,
  filter: OrderFilter,
  after: OrderPlace | undefined,
  limit: number,
): Promise<Order[]> {
  const { rows } = await selectOrders(filter, after, limit).execute(reader);
  return rows;
}
