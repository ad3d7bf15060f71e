import { sql } from 'kysely';
import type { Reader, Tx } from '../../../platform/db/database.ts';

/** Inserts a row for each supplier that has none. Existing rows keep their state. */
export async function registerSuppliers(tx: Tx, supplierIds: readonly string[]): Promise<void> {
  await sql`
    insert into supplier (id) select unnest(${supplierIds}::text[]) on conflict do nothing`.execute(tx);
}

/**
 * Pauses or resumes pulling. `reserve_pull` reads the flag under the same row lock, so no pull is reserved after a
 * pause commits.
 */
export async function setPaused(tx: Tx, supplierIds: readonly string[], paused: boolean): Promise<void> {
  await sql`select from supplier where id = any(${supplierIds}::text[]) order by id for update`.execute(tx);
  await sql`
    update supplier set paused = ${paused} where id = any(${supplierIds}::text[]) and paused <> ${paused}`.execute(tx);
}

/** Whether each supplier is paused, by id. Suppliers without a row are left out. */
export async function readPaused(reader: Reader, supplierIds: readonly string[]): Promise<Map<string, boolean>> {
  const { rows } = await sql<{ id: string; paused: boolean }>`
    select id, paused from supplier where id = any(${supplierIds}::text[])`.execute(reader);
  return new Map(rows.map(({ id, paused }) => [id, paused]));
}
