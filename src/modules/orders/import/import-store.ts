import { sql } from 'kysely';
import type { Tx } from '../../../platform/db/database.ts';
import type { Id } from '../../../platform/ids.ts';
import type { LineRow, OrderRow } from './order-rows.ts';

/** A row of a file, and the line it ends on. */
export interface Staged<Row> {
  readonly line: number;
  readonly row: Row;
}

/** A row that is well formed and still cannot be taken. */
export interface Misfit {
  readonly line: number;
  readonly orderId: Id;
}

/** Any constant will do, as long as every version of Holdfast takes the same. */
const IMPORT_LOCK = 4_651_270_002;

/** Opens the tables that rows are gathered in, seen by this transaction alone and gone with it. One import at a time. */
export async function openStaging(tx: Tx): Promise<void> {
  // A file may come slowly, and a large one takes longer than a request may.
  await sql`set local idle_in_transaction_session_timeout = 0`.execute(tx);
  await sql`set local statement_timeout = 0`.execute(tx);
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

export async function stageOrders(tx: Tx, staged: readonly Staged<OrderRow>[]): Promise<void> {
  await sql`
    insert into staged_order (line, id, customer, ordered_at, status)
    select * from unnest(
      ${staged.map(({ line }) => line)}::integer[], ${staged.map(({ row }) => row.id)}::bigint[],
      ${staged.map(({ row }) => row.customer)}::text[], ${staged.map(({ row }) => row.orderedAt)}::timestamptz[],
      ${staged.map(({ row }) => row.status)}::text[])`.execute(tx);
}

export async function stageLines(tx: Tx, staged: readonly Staged<LineRow>[]): Promise<void> {
  await sql`
    insert into staged_line (line, order_id, description, quantity, unit_price, discount)
    select * from unnest(
      ${staged.map(({ line }) => line)}::integer[], ${staged.map(({ row }) => row.orderId)}::bigint[],
      ${staged.map(({ row }) => row.description)}::text[], ${staged.map(({ row }) => row.quantity)}::integer[],
      ${staged.map(({ row }) => row.unitPrice)}::numeric[], ${staged.map(({ row }) => row.discount)}::numeric[])`.execute(
    tx,
  );
}

/** To be called once all is staged: what follows finds its rows by id. */
export async function indexStaging(tx: Tx): Promise<void> {
  await sql`create index on staged_order (id)`.execute(tx);
  await sql`create index on staged_line (order_id)`.execute(tx);
  await sql`analyze staged_order, staged_line`.execute(tx);
}

/** Rows whose order stands further up in the file already. */
export async function findRepeated(tx: Tx): Promise<Misfit[]> {
  const { rows } = await sql<Misfit>`
    select line, id as "orderId" from (
      select line, id, row_number() over (partition by id order by line) as nth from staged_order) numbered
     where nth > 1 order by line`.execute(tx);
  return rows;
}

/** Lines of orders that neither the file nor the database has. */
export async function findOrphans(tx: Tx): Promise<Misfit[]> {
  const { rows } = await sql<Misfit>`
    select line, order_id as "orderId" from staged_line l
     where not exists (select from staged_order s where s.id = l.order_id)
       and not exists (select from orders o where o.id = l.order_id)
     order by line`.execute(tx);
  return rows;
}

/** Leaves out the orders that are there already, and their lines. @returns how many of each */
export async function dropKnown(tx: Tx): Promise<{ orders: number; lines: number }> {
  const known = (id: string) => sql`exists (select from orders o where o.id = ${sql.ref(id)})`;
  const lines = await sql`delete from staged_line where ${known('order_id')}`.execute(tx);
  const orders = await sql`delete from staged_order where ${known('staged_order.id')}`.execute(tx);
  return { orders: Number(orders.numAffectedRows ?? 0), lines: Number(lines.numAffectedRows ?? 0) };
}

/** Moves the sequence past the ids of the file first, so that nobody is given one of them meanwhile. */
export async function reserveIds(tx: Tx): Promise<void> {
  await sql`select pass_order_ids((select max(id) from staged_order))`.execute(tx);
}

/**
 * Stores up to `limit` staged orders with ids above `afterId`, and their lines. In ascending order, as everybody
 * takes the blocks they are counted in.
 *
 * @returns how many of each, and the last order's id
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
