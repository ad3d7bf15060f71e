import { sql } from 'kysely';
import type { Reader, Tx } from '../../../platform/db/database.ts';

/** Whoever reserves a pull looks at this under the same lock, so that none is reserved once this has committed. */
export async function setPaused(tx: Tx, supplierIds: readonly string[], paused: boolean): Promise<void> {
  await sql`select from supplier where id = any(${supplierIds}::text[]) order by id for update`.execute(tx);
  await sql`
    update supplier set paused = ${paused} where id = any(${supplierIds}::text[]) and paused <> ${paused}`.execute(tx);
}

/** By id; suppliers that nobody has registered are left out. */
export async function readPaused(reader: Reader, supplierIds: readonly string[]): Promise<Map<string, boolean>> {
  const { rows } = await sql<{ id: string; paused: boolean }>`
    select id, paused from supplier where id = any(${supplierIds}::text[])`.execute(reader);
  return new Map(rows.map(({ id, paused }) => [id, paused]));
}

/** Whether a pull was reserved that may not have been sent, or answered, yet. */
export async function hasOpenPull(reader: Reader, supplierIds: readonly string[]): Promise<boolean> {
  const { rows } = await sql`
    select from pull
     where supplier_id = any(${supplierIds}::text[]) and outcome is null and open_until > holdfast_clock()
     limit 1`.execute(reader);
  return rows.length > 0;
}

/** Adds to how often parts were read. */
export async function addReads(
  tx: Tx,
  counted: readonly { readonly supplierId: string; readonly part: string; readonly reads: number }[],
): Promise<void> {
  await sql`
    insert into supply_read as known (supplier_id, part, reads)
    select * from unnest(
        ${counted.map(({ supplierId }) => supplierId)}::text[], ${counted.map(({ part }) => part)}::text[],
        ${counted.map(({ reads }) => reads)}::bigint[]) as counted (supplier_id, part, reads)
     order by supplier_id, part
    on conflict (supplier_id, part) do update set reads = known.reads + excluded.reads`.execute(tx);
}

/** Takes the reads that all instances have counted since the last time, by part. */
export async function takeReads(tx: Tx, supplierId: string): Promise<Map<string, number>> {
  const { rows } = await sql<{ part: string; reads: number }>`
    delete from supply_read where supplier_id = ${supplierId} returning part, reads`.execute(tx);
  return new Map(rows.map((row) => [row.part, row.reads]));
}
