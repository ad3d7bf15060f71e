import { sql } from 'kysely';
import type { Tx } from '../../platform/db/database.ts';

/** Has bookings and cancellations tried again that were set aside after they had failed too often. */
export async function unparkWriteBacks(tx: Tx, supplierIds: readonly string[]): Promise<void> {
  await sql`
    update write_back set state = 'waiting', due_at = holdfast_clock(), attempts = 0, leased_until = '-infinity'
     where state = 'parked' and supplier_id = any(${supplierIds}::text[])`.execute(tx);
}
