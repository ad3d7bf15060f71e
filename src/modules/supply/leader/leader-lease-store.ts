import { sql } from 'kysely';
import type { Tx } from '../../../platform/db/database.ts';

/**
 * Acquires the leader lease of a supplier for an instance, or extends the lease the instance holds.
 *
 * The supplier's epoch increases when the holder changes, and nothing is written under an old epoch. A lock alone would
 * not be enough: it can be released while its holder still runs.
 *
 * @returns the epoch to write under; `undefined` while another instance holds the lease
 */
export async function acquireLease(
  tx: Tx,
  supplierId: string,
  instance: string,
  leaseMs: number,
): Promise<number | undefined> {
  const { rows } = await sql<{ epoch: number }>`
    update supplier
       set epoch = epoch + (lease_holder is distinct from ${instance}::uuid)::integer, lease_holder = ${instance}::uuid,
           lease_until = holdfast_clock() + ${`${leaseMs} milliseconds`}::interval
     where id = ${supplierId} and (lease_holder = ${instance}::uuid or lease_until <= holdfast_clock())
    returning epoch`.execute(tx);
  return rows[0]?.epoch;
}

/**
 * Releases the lease, so that another instance can acquire it at once, and stores now as the time at which it ended.
 */
export async function releaseLease(tx: Tx, supplierId: string, instance: string): Promise<void> {
  await sql`
    update supplier set lease_until = holdfast_clock()
     where id = ${supplierId} and lease_holder = ${instance}::uuid`.execute(tx);
}
