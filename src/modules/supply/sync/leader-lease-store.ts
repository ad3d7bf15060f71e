import { sql } from 'kysely';
import type { Tx } from '../../../platform/db/database.ts';

/**
 * Makes an instance the one that syncs a supplier, or lets it stay that for another lease. A change of hands moves the
 * epoch, and nothing is written under an old one: a lock alone would be freed while its holder still runs.
 *
 * @returns the epoch to work under; nothing while another instance has the supplier
 */
export async function acquireLease(
  tx: Tx,
  supplierId: string,
  instance: string,
  leaseMs: number,
): Promise<number | undefined> {
  const { rows } = await sql<{ epoch: number }>`
    update supplier
       set epoch = epoch + (leader is distinct from ${instance}::uuid)::integer, leader = ${instance}::uuid,
           leader_until = holdfast_clock() + ${`${leaseMs} milliseconds`}::interval
     where id = ${supplierId} and (leader = ${instance}::uuid or leader_until <= holdfast_clock())
    returning epoch`.execute(tx);
  return rows[0]?.epoch;
}

/** Lets the next instance take over at once. From now on nobody leads, and not since ever. */
export async function releaseLease(tx: Tx, supplierId: string, instance: string): Promise<void> {
  await sql`
    update supplier set leader_until = holdfast_clock() where id = ${supplierId} and leader = ${instance}::uuid`.execute(
    tx,
  );
}

/** Gives suppliers that are new in the configuration their row; the others keep theirs. */
export async function registerSuppliers(tx: Tx, supplierIds: readonly string[]): Promise<void> {
  await sql`
    insert into supplier (id) select unnest(${supplierIds}::text[]) on conflict do nothing`.execute(tx);
}
