import { sql } from 'kysely';
import type { Tx } from '../../../platform/db/database.ts';
import type { Id } from '../../../platform/ids.ts';
import type { Staged } from '../../../platform/import/staging.ts';
import type { LineRow, OrderRow } from './order-rows.ts';

/** A staged row, by its line in the file and its order. */
export interface StagedRow {
  readonly line: number;
  readonly orderId: Id;
}

/** Key of the advisory lock. Any constant serves, as long as every version of Holdfast uses the same. */
const IMPORT_LOCK = 4_651_270_002;

/** Creates the temporary tables of the transaction. Waits for another import: there is one at a time. */
export async function openStaging(tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(${IMPORT_LOCK})`.execute(tx);
  await sql`
    create temporary table staged_order (
      line integer not null, id bigint not null, customer text not null, ordered_at timestamptz not null,
      status text not null
    ) on commit drop`.execute(tx);
  await sql`
    create temporary table staged_line (
      line integer not null, order_id bigint not null, description text not null, quantity integer not null,
      unit_price numeric not null, discount numeric not null
    ) on commit drop`.execute(tx);
}

export async function stageOrders(tx: Tx, rows: readonly Staged<OrderRow>[]): Promise<void> {
  await sql`
    insert into staged_order (line, id, customer, ordered_at, status)
    select * from unnest(
      ${rows.map((row) => row.line)}::integer[], ${rows.map((row) => row.id)}::bigint[],
      ${rows.map((row) => row.customer)}::text[], ${rows.map((row) => row.orderedAt)}::timestamptz[],
      ${rows.map((row) => row.status)}::text[])`.execute(tx);
}

export async function stageLines(tx: Tx, rows: readonly Staged<LineRow>[]): Promise<void> {
  await sql`
    insert into staged_line (line, order_id, description, quantity, unit_price, discount)
    select * from unnest(
      ${rows.map((row) => row.line)}::integer[], ${rows.map((row) => row.orderId)}::bigint[],
      ${rows.map((row) => row.description)}::text[], ${rows.map((row) => row.quantity)}::integer[],
      ${rows.map((row) => row.unitPrice)}::numeric[], ${rows.map((row) => row.discount)}::numeric[])`.execute(tx);
}

/** Indexes the staged rows by id. To be called when all are staged. */
export async function indexStaging(tx: Tx): Promise<void> {
  await sql`create index on staged_order (id)`.execute(tx);
  await sql`create index on staged_line (order_id)`.execute(tx);
  await sql`analyze staged_order, staged_line`.execute(tx);
}

/** Finds rows whose order is already in an earlier row of the file. */
export async function findRepeated(tx: Tx): Promise<StagedRow[]> {
  const { rows } = await sql<StagedRow>`
    select line, id as "orderId" from (
      select line, id, row_number() over (partition by id order by line) as nth from staged_order) numbered
     where nth > 1 order by line`.execute(tx);
  return rows;
}

/** Finds lines of orders that neither the file nor the database has. */
export async function findOrphans(tx: Tx): Promise<StagedRow[]> {
  const { rows } = await sql<StagedRow>`
    select line, order_id as "orderId" from staged_line l
     where not exists (select from staged_order s where s.id = l.order_id)
       and not exists (select from orders o where o.id = l.order_id)
     order by line`.execute(tx);
  return rows;
}

/** Removes staged orders that exist already, and their lines. @returns the number of each */
export async function dropExisting(tx: Tx): Promise<{ orders: number; lines: number }> {
  const orderExists = (id: string) => sql`exists (select from orders o where o.id = ${sql.ref(id)})`;
  const lines = await sql`delete from staged_line where ${orderExists('order_id')}`.execute(tx);
  const orders = await sql`delete from staged_order where ${orderExists('staged_order.id')}`.execute(tx);
  return { orders: Number(orders.numAffectedRows ?? 0), lines: Number(lines.numAffectedRows ?? 0) };
}

/** Advances the sequence past the ids of the file, so that it gives none of them to another order meanwhile. */
export async function reserveIds(tx: Tx): Promise<void> {
  await sql`select advance_order_ids((select max(id) from staged_order))`.execute(tx);
}

/**
 * Stores up to `limit` staged orders with ids above `afterId`, and their lines. Orders are stored by ascending id,
 * because every writer locks their blocks in that order.
 *
 * @returns the number of each, and the id of the last order
 */
export async function storeStaged(
  tx: Tx,
  currency: string,
  afterId: Id | 0,
  limit: number,
): Promise<{ orders: number; lines: number; lastId: Id | null }> {
  const { rows } = await sql<{ orders: number; lastId: Id | null }>`
    with stored as (
      insert into orders (id, customer, ordered_at, status, currency)
        select id, customer, ordered_at, status, ${currency}
          from staged_order where id > ${afterId} order by id limit ${limit}
      returning id
    )
    select count(*)::integer as orders, max(id) as "lastId" from stored`.execute(tx);
  const { orders, lastId } = rows[0] ?? { orders: 0, lastId: null };
  const lines = await sql`
    insert into order_line (order_id, line, description, quantity, unit_price, discount)
    select order_id, row_number() over (partition by order_id order by line), description, quantity, unit_price, discount
      from staged_line where order_id > ${afterId} and order_id <= ${lastId}::bigint`.execute(tx);
  return { orders, lines: Number(lines.numAffectedRows ?? 0), lastId };
}
