import { sql } from 'kysely';
import type { Reader, Tx } from '../../../platform/db/database.ts';
import type { Id } from '../../../platform/ids.ts';
import type { InstantText } from '../../../platform/time/instant.ts';
import type { UpstreamId } from '../adapters/adapter.ts';

/** A queue entry that was taken to work on. */
export interface WriteBack {
  readonly reservationId: Id;
  readonly supplierId: string;
  readonly key: string;
  readonly quantity: number;
  readonly wanted: 'booked' | 'cancelled';
  /** This one included, since the last success. */
  readonly attempts: number;
  readonly wasSent: boolean;
  /** Tells this taking from any other. */
  readonly leasedUntil: InstantText;
  /** The supplier's id of the booking; `null` while it is not known. */
  readonly upstreamId: UpstreamId | null;
  readonly slot: UpstreamId;
}

interface WriteBackRow {
  reservation_id: Id;
  supplier_id: string;
  key: string;
  quantity: number;
  wanted: 'booked' | 'cancelled';
  attempts: number;
  was_sent: boolean;
  leased_until: InstantText;
  upstream_id: string | null;
  upstream_slot_id: string;
}

/** Takes up to `limit` entries of a supplier that are due, and that nobody else works on for `leaseMs`. */
export async function takeWriteBacks(tx: Tx, supplierId: string, limit: number, leaseMs: number): Promise<WriteBack[]> {
  // As text: a driver that reads JSON would still leave a bare text and a bare number to be told apart.
  const { rows } = await sql<WriteBackRow>`
    select reservation_id, supplier_id, key, quantity, wanted, attempts, was_sent, leased_until,
           upstream_id::text as upstream_id, upstream_slot_id::text as upstream_slot_id
      from take_write_backs(${[supplierId]}::text[], ${limit}, ${`${leaseMs} milliseconds`}::interval)`.execute(tx);
  return rows.map((row) => ({
    reservationId: row.reservation_id,
    supplierId: row.supplier_id,
    key: row.key,
    quantity: row.quantity,
    wanted: row.wanted,
    attempts: row.attempts,
    wasSent: row.was_sent,
    leasedUntil: row.leased_until,
    upstreamId: row.upstream_id === null ? null : (JSON.parse(row.upstream_id) as UpstreamId),
    slot: JSON.parse(row.upstream_slot_id) as UpstreamId,
  }));
}

/** The supplier holds the booking, under this id. */
export async function acknowledgeBooking(tx: Tx, reservationId: Id, upstreamId: UpstreamId): Promise<void> {
  await sql`select acknowledge_booking(${reservationId}, ${JSON.stringify(upstreamId)}::jsonb)`.execute(tx);
}

/** The supplier will not hold the booking. */
export async function refuseBooking(tx: Tx, reservationId: Id, reason: string): Promise<void> {
  await sql`select refuse_booking(${reservationId}, ${reason})`.execute(tx);
}

/** The supplier holds nothing of a cancelled booking. */
export async function finishCancellation(tx: Tx, reservationId: Id): Promise<void> {
  await sql`select finish_cancellation(${reservationId})`.execute(tx);
}

/**
 * Gives an entry back, to be tried again. What was wanted may have changed meanwhile, and is then due at once. Whose
 * lease has passed to somebody else gives nothing back.
 */
export async function deferWriteBack(tx: Tx, entry: WriteBack, delayMs: number, reason: string): Promise<void> {
  await sql`
    update write_back
       set leased_until = '-infinity', reason = ${reason},
           due_at = case wanted when ${entry.wanted} then holdfast_clock() + ${`${delayMs} milliseconds`}::interval
                    else due_at end
     where reservation_id = ${entry.reservationId} and state = 'waiting'
       and leased_until = ${entry.leasedUntil}::timestamptz`.execute(tx);
}

/** Puts an entry aside until a person has looked, unless something else is wanted by now. */
export async function parkWriteBack(tx: Tx, entry: WriteBack, reason: string): Promise<void> {
  await sql`
    update write_back
       set leased_until = '-infinity', reason = ${reason},
           state = case wanted when ${entry.wanted} then 'parked' else state end
     where reservation_id = ${entry.reservationId} and state = 'waiting'
       and leased_until = ${entry.leasedUntil}::timestamptz`.execute(tx);
}

/** Has suppliers' parked entries tried again, as if for the first time. @returns how many */
export async function unparkWriteBacks(tx: Tx, supplierIds: readonly string[]): Promise<number> {
  const { numAffectedRows } = await sql`
    update write_back set state = 'waiting', attempts = 0, due_at = holdfast_clock()
     where state = 'parked' and supplier_id = any(${supplierIds}::text[])`.execute(tx);
  return Number(numAffectedRows ?? 0);
}

/** How many entries of a supplier are still to be sent, or are parked. */
export interface WriteBackDepth {
  readonly supplierId: string;
  readonly state: 'waiting' | 'parked';
  readonly entries: number;
}

/** Of each of these suppliers, both states. */
export async function countWriteBacks(reader: Reader, supplierIds: readonly string[]): Promise<WriteBackDepth[]> {
  const { rows } = await sql<{ supplier_id: string; state: 'waiting' | 'parked'; entries: number }>`
    select asked.supplier_id, asked.state, count(w.state) as entries
      from (select * from unnest(${supplierIds}::text[]) as supplier_id
             cross join unnest(array['waiting', 'parked']) as state) asked
      left join write_back w on w.supplier_id = asked.supplier_id and w.state = asked.state
       and w.state in ('waiting', 'parked')
     group by asked.supplier_id, asked.state order by asked.supplier_id, asked.state`.execute(reader);
  return rows.map(({ supplier_id, state, entries }) => ({ supplierId: supplier_id, state, entries }));
}
