import { sql } from 'kysely';
import type { Reader, Tx } from '../../../platform/db/database.ts';
import type { Id } from '../../../platform/ids.ts';
import type { InstantText } from '../../../platform/time/instant.ts';
import type { UpstreamId } from '../adapters/adapter.ts';

/** A queue entry under a lease of this worker. */
export interface WriteBack {
  readonly reservationId: Id;
  readonly supplierId: string;
  readonly key: string;
  readonly quantity: number;
  readonly desiredState: 'booked' | 'cancelled';
  /** Attempts since the last success, this one included. */
  readonly attempts: number;
  readonly wasSent: boolean;
  /** Identifies the lease. */
  readonly leasedUntil: InstantText;
  /** The supplier's id of the booking; `null` while it is unknown. */
  readonly upstreamId: UpstreamId | null;
  readonly slot: UpstreamId;
}

interface WriteBackRow {
  reservation_id: Id;
  supplier_id: string;
  key: string;
  quantity: number;
  desired_state: 'booked' | 'cancelled';
  attempts: number;
  was_sent: boolean;
  leased_until: InstantText;
  upstream_id: string | null;
  upstream_slot_id: string;
}

/** Takes up to `limit` due entries of a supplier under a lease of `leaseMs`. One statement. */
export async function takeWriteBacks(tx: Tx, supplierId: string, limit: number, leaseMs: number): Promise<WriteBack[]> {
  // Ids are read as JSON text. A driver's own JSON parser would return the string "7" and the number 7 in different
  // ways that depend on the driver.
  const { rows } = await sql<WriteBackRow>`
    select reservation_id, supplier_id, key, quantity, desired_state, attempts, was_sent, leased_until,
           upstream_id::text as upstream_id, upstream_slot_id::text as upstream_slot_id
      from take_write_backs(${[supplierId]}::text[], ${limit}, ${`${leaseMs} milliseconds`}::interval)`.execute(tx);
  return rows.map((row) => ({
    reservationId: row.reservation_id,
    supplierId: row.supplier_id,
    key: row.key,
    quantity: row.quantity,
    desiredState: row.desired_state,
    attempts: row.attempts,
    wasSent: row.was_sent,
    leasedUntil: row.leased_until,
    upstreamId: row.upstream_id === null ? null : (JSON.parse(row.upstream_id) as UpstreamId),
    slot: JSON.parse(row.upstream_slot_id) as UpstreamId,
  }));
}

/** Records that the supplier holds the booking under this id. */
export async function acknowledgeBooking(tx: Tx, reservationId: Id, upstreamId: UpstreamId): Promise<void> {
  await sql`select acknowledge_booking(${reservationId}, ${JSON.stringify(upstreamId)}::jsonb)`.execute(tx);
}

/** Records that the supplier refused the booking. */
export async function refuseBooking(tx: Tx, reservationId: Id, reason: string): Promise<void> {
  await sql`select refuse_booking(${reservationId}, ${reason})`.execute(tx);
}

/** Records that the supplier holds nothing of a cancelled booking. */
export async function finishCancellation(tx: Tx, reservationId: Id): Promise<void> {
  await sql`select finish_cancellation(${reservationId})`.execute(tx);
}

/**
 * Returns an entry to the queue, due after `delayMs`. If its desired state has changed since it was taken, it is due at
 * once. Does nothing if the lease has ended and another worker has taken the entry.
 */
export async function deferWriteBack(tx: Tx, entry: WriteBack, delayMs: number, reason: string): Promise<void> {
  await sql`
    update write_back
       set leased_until = '-infinity', reason = ${reason},
           due_at = case desired_state
             when ${entry.desiredState} then holdfast_clock() + ${`${delayMs} milliseconds`}::interval else due_at end
     where reservation_id = ${entry.reservationId} and state = 'waiting'
       and leased_until = ${entry.leasedUntil}::timestamptz`.execute(tx);
}

/** Parks an entry until a person has it sent again, unless its desired state has changed since it was taken. */
export async function parkWriteBack(tx: Tx, entry: WriteBack, reason: string): Promise<void> {
  await sql`
    update write_back
       set leased_until = '-infinity', reason = ${reason},
           state = case desired_state when ${entry.desiredState} then 'parked' else state end
     where reservation_id = ${entry.reservationId} and state = 'waiting'
       and leased_until = ${entry.leasedUntil}::timestamptz`.execute(tx);
}

/** Returns suppliers' parked entries to the queue, with no attempts counted. @returns the number of entries */
export async function unparkWriteBacks(tx: Tx, supplierIds: readonly string[]): Promise<number> {
  const { numAffectedRows } = await sql`
    update write_back set state = 'waiting', attempts = 0, due_at = holdfast_clock()
     where state = 'parked' and supplier_id = any(${supplierIds}::text[])`.execute(tx);
  return Number(numAffectedRows ?? 0);
}

/** Number of a supplier's entries in one state. */
export interface WriteBackDepth {
  readonly supplierId: string;
  readonly state: 'waiting' | 'parked';
  readonly entries: number;
}

/** Counts the waiting and the parked entries of each supplier, zeros included. */
export async function countWriteBacks(reader: Reader, supplierIds: readonly string[]): Promise<WriteBackDepth[]> {
  const { rows } = await sql<{ supplier_id: string; state: 'waiting' | 'parked'; entries: number }>`
    select counted.supplier_id, counted.state, count(w.state) as entries
      from (select * from unnest(${supplierIds}::text[]) as supplier_id
             cross join unnest(array['waiting', 'parked']) as state) counted
      left join write_back w on w.supplier_id = counted.supplier_id and w.state = counted.state
       and w.state in ('waiting', 'parked')
     group by counted.supplier_id, counted.state order by counted.supplier_id, counted.state`.execute(reader);
  return rows.map(({ supplier_id, state, entries }) => ({ supplierId: supplier_id, state, entries }));
}
