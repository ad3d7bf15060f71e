import { sql } from 'kysely';
import type { Reader, Tx } from '../../../platform/db/database.ts';
import { EVERYTHING } from '../supplier/partition.ts';
import { isSnapshot, type Supplier } from '../supplier/supplier.ts';

/** How many slots were taken off sale, and how many were put back. */
export interface Asked {
  readonly withdrawn: number;
  readonly restored: number;
}

const NOT_CONFIGURED = 'its supplier is not configured any more';

/** A supplier that no instance has synced for so long is in nobody's configuration any more. */
const UNLED_FOR = '10 minutes';

/**
 * Takes off sale the products that a supplier is not configured for any more, and puts back those it is configured for
 * again. Nothing under an epoch that has passed.
 */
export async function askForProducts(
  tx: Tx,
  { id, products }: Pick<Supplier, 'id' | 'products'>,
  epoch: number,
): Promise<Asked> {
  const { rows } = await sql`select from supplier where id = ${id} and epoch = ${epoch} for no key update`.execute(tx);
  if (rows.length === 0) return { withdrawn: 0, restored: 0 };
  const parts = await askForParts(tx, id, isSnapshot({ products }) ? [EVERYTHING] : products.map(String));
  // After the slots, as everywhere: who cancels has a slot, and then wants its entry.
  await sql`
    update write_back set state = 'waiting', attempts = 0, due_at = holdfast_clock(), reason = null
     where supplier_id = ${id} and state = 'parked' and reason = ${NOT_CONFIGURED}`.execute(tx);
  return parts;
}

/** A supplier that this database knows and that is in nobody's configuration. */
export interface RemovedSupplier {
  readonly id: string;
  /** Bookings and cancellations that it was never told of. */
  readonly untold: number;
  /** Whether something of it is still on sale, or waits to be told. */
  readonly is_active: boolean;
}

export async function readRemoved(reader: Reader, configuredIds: readonly string[]): Promise<RemovedSupplier[]> {
  const { rows } = await sql<RemovedSupplier>`
    select id, untold, is_active
      from supplier
     cross join lateral (
       select (select count(*)::integer from write_back w
                where w.supplier_id = supplier.id and w.state in ('waiting', 'parked')) as untold,
              exists (select from supply_part known
                       where known.supplier_id = supplier.id and known.withdrawn_at is null)
              or exists (select from write_back w
                          where w.supplier_id = supplier.id and w.state = 'waiting') as is_active) left_over
     where id <> all (${configuredIds}::text[])
       and leader_until <= holdfast_clock() - ${UNLED_FOR}::interval and (untold > 0 or is_active)
     order by id`.execute(reader);
  return rows;
}

/**
 * Takes off sale all that a supplier sells, unless an instance has synced it meanwhile, and sets aside what it is yet
 * to be told. Whoever was about to put an answer in place is fenced off.
 */
export async function withdrawSupplier(tx: Tx, supplierId: string): Promise<{ slots: number; writeBacks: number }> {
  const { rows } = await sql`
    update supplier set epoch = epoch + 1, leader = null
     where id = ${supplierId} and leader_until <= holdfast_clock() - ${UNLED_FOR}::interval
    returning id`.execute(tx);
  if (rows.length === 0) return { slots: 0, writeBacks: 0 };
  const { withdrawn } = await askForParts(tx, supplierId, []);
  const { numAffectedRows } = await sql`
    update write_back set state = 'parked', reason = ${NOT_CONFIGURED}, leased_until = '-infinity'
     where supplier_id = ${supplierId} and state = 'waiting'`.execute(tx);
  return { slots: withdrawn, writeBacks: Number(numAffectedRows ?? 0) };
}

async function askForParts(tx: Tx, supplierId: string, asked: readonly string[]): Promise<Asked> {
  const { rows } = await sql<Asked>`
    select withdrawn::integer, restored::integer
      from ask_for_parts(${supplierId}, ${asked}::text[])`.execute(tx);
  const row = rows[0];
  if (!row) throw new Error('the database did not tell what it took off sale');
  return row;
}
