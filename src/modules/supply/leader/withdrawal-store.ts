import { sql } from 'kysely';
import type { Reader, Tx } from '../../../platform/db/database.ts';
import { isSnapshot, type Supplier } from '../supplier/supplier.ts';

/** Slots that were taken off sale, and slots that were put back. */
export interface OfferChange {
  readonly withdrawn: number;
  readonly restored: number;
}

const NOT_CONFIGURED = 'its supplier is no longer configured';

/** A supplier that no instance has synced for this long counts as removed from every configuration. */
const UNSYNCED_FOR = '10 minutes';
/** Slots that were withdrawn longer ago than this stay closed until the next pull, because their data is old. */
const RESTORABLE_FOR = '1 day';

/**
 * Takes the products off sale that a supplier is no longer configured for, and puts back those it is configured for
 * again. Does nothing under an old epoch.
 */
export async function offerProducts(
  tx: Tx,
  { id, products }: Pick<Supplier, 'id' | 'products'>,
  epoch: number,
): Promise<OfferChange> {
  const { rows } = await sql`select from supplier where id = ${id} and epoch = ${epoch} for no key update`.execute(tx);
  if (rows.length === 0) return { withdrawn: 0, restored: 0 };
  const change = await setOfferedProducts(tx, id, products, isSnapshot({ products }));
  // Write-backs are locked after slots, as everywhere: a cancellation locks its slot first.
  await sql`
    update write_back set state = 'waiting', attempts = 0, due_at = holdfast_clock(), reason = null
     where supplier_id = ${id} and state = 'parked' and reason = ${NOT_CONFIGURED}`.execute(tx);
  return change;
}

/** A supplier that the database has and no configuration contains. */
export interface RemovedSupplier {
  readonly id: string;
  /** Write-backs that were not sent to the supplier. */
  readonly unsent: number;
  /** Whether it still has partitions on sale or waiting write-backs. */
  readonly is_active: boolean;
}

/** Suppliers that are not in `configuredIds`, were not synced recently, and have something left to settle, by id. */
export async function readRemoved(reader: Reader, configuredIds: readonly string[]): Promise<RemovedSupplier[]> {
  const { rows } = await sql<RemovedSupplier>`
    select id, unsent, is_active
      from supplier
     cross join lateral (
       select (select count(*)::integer from write_back w
                where w.supplier_id = supplier.id and w.state in ('waiting', 'parked')) as unsent,
              exists (select from supplier_partition sp
                       where sp.supplier_id = supplier.id and sp.withdrawn_at is null)
              or exists (select from write_back w
                          where w.supplier_id = supplier.id and w.state = 'waiting') as is_active) unsettled
     where id <> all (${configuredIds}::text[])
       and lease_until <= holdfast_clock() - ${UNSYNCED_FOR}::interval and (unsent > 0 or is_active)
     order by id`.execute(reader);
  return rows;
}

/**
 * Takes everything off sale that a supplier sells, and parks its waiting write-backs. Does nothing if an instance has
 * synced the supplier in the meantime. The epoch increases, so that an answer that is about to be stored is fenced off.
 */
export async function withdrawSupplier(tx: Tx, supplierId: string): Promise<{ slots: number; writeBacks: number }> {
  const { rows } = await sql`
    update supplier set epoch = epoch + 1, lease_holder = null
     where id = ${supplierId} and lease_until <= holdfast_clock() - ${UNSYNCED_FOR}::interval
    returning id`.execute(tx);
  if (rows.length === 0) return { slots: 0, writeBacks: 0 };
  const { withdrawn } = await setOfferedProducts(tx, supplierId, [], false);
  const { numAffectedRows } = await sql`
    update write_back set state = 'parked', reason = ${NOT_CONFIGURED}, leased_until = '-infinity'
     where supplier_id = ${supplierId} and state = 'waiting'`.execute(tx);
  return { slots: withdrawn, writeBacks: Number(numAffectedRows ?? 0) };
}

async function setOfferedProducts(
  tx: Tx,
  supplierId: string,
  products: readonly number[],
  everything: boolean,
): Promise<OfferChange> {
  const { rows } = await sql<OfferChange>`
    select withdrawn::integer, restored::integer
      from set_offered_products(${supplierId}, ${products}::bigint[], ${everything}, ${RESTORABLE_FOR}::interval)`.execute(
    tx,
  );
  const row = rows[0];
  if (!row) throw new Error('set_offered_products returned no row');
  return row;
}
