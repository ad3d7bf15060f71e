import { sql } from 'kysely';
import { readClock, type Tx } from '../../platform/db/database.ts';
import { StaleRead } from '../../platform/db/database-failure.ts';
import type { Id } from '../../platform/ids.ts';
import type { InstantText } from '../../platform/instant.ts';
import { type LockedSlot, lockSlots, readLockedSlots } from '../inventory/index.ts';
import type { Reservation, Status } from './reservation.ts';
import { NotFound } from './reservation-failures.ts';
import { RESERVATION } from './reservation-view.ts';

export interface LockedReservation {
  readonly reservation: Reservation;
  /** The slots locked with it: its own, and those asked for. Holds that had run out have given their units back. */
  readonly slots: Map<Id, LockedSlot>;
  /** The database's time, read after every lock was got. */
  readonly now: InstantText;
}

/**
 * Locks a reservation, its slot and `otherSlotIds` in the order everybody does: slots by id, then reservations.
 * Which slot is its own must be read before, so if it moved meanwhile the transaction starts again.
 */
export async function lockReservation(
  tx: Tx,
  reservationId: Id,
  otherSlotIds: readonly Id[] = [],
): Promise<LockedReservation> {
  const { rows } = await sql<{ slot_id: Id }>`
    select slot_id from reservation where id = ${reservationId}`.execute(tx);
  const ownSlotId = rows[0]?.slot_id;
  if (ownSlotId === undefined) throw new NotFound('reservation', reservationId);
  await lockSlots(tx, [ownSlotId, ...otherSlotIds]);
  await expireDueOnSlots(tx, [ownSlotId, ...otherSlotIds]);
  await sql`select from reservation where id = ${reservationId} for no key update`.execute(tx);
  const reservation = await readOwn(tx, reservationId);
  if (reservation.slot_id !== ownSlotId) throw new StaleRead();
  const slots = await readLockedSlots(tx, [ownSlotId, ...otherSlotIds]);
  return { reservation, slots, now: await readClock(tx) };
}

async function readOwn(tx: Tx, reservationId: Id): Promise<Reservation> {
  const { rows } = await sql<Reservation>`
    select ${RESERVATION} from reservation r join slot s on s.id = r.slot_id where r.id = ${reservationId}`.execute(tx);
  const reservation = rows[0];
  if (!reservation) throw new NotFound('reservation', reservationId);
  return reservation;
}

/** Gives back the units of holds that have run out on slots this transaction has locked. */
export async function expireDueOnSlots(tx: Tx, slotIds: readonly Id[]): Promise<void> {
  const due = sql`slot_id = any(${slotIds}::bigint[]) and status = 'held' and expires_at <= holdfast_clock()`;
  await sql`select from reservation where ${due} order by id for no key update`.execute(tx);
  await sql`update reservation set status = 'expired', changed_at = expires_at where ${due}`.execute(tx);
}

/** Live reservations on slots this transaction has locked, locked too, by id. */
export async function lockLiveOnSlots(tx: Tx, slotIds: readonly Id[]): Promise<Reservation[]> {
  const { rows } = await sql<Reservation>`
    select ${RESERVATION} from reservation r join slot s on s.id = r.slot_id
     where r.slot_id = any(${slotIds}::bigint[]) and r.status in ('held', 'confirmed')
     order by r.id for no key update of r`.execute(tx);
  return rows;
}

/** Ends reservations this transaction has locked. */
export async function endReservations(
  tx: Tx,
  reservationIds: readonly Id[],
  status: Extract<Status, 'cancelled'>,
): Promise<void> {
  await sql`
    update reservation set status = ${status}, changed_at = holdfast_clock()
     where id = any(${reservationIds}::bigint[])`.execute(tx);
}

export async function moveExpiry(tx: Tx, reservationId: Id, expiresAt: InstantText, now: InstantText): Promise<void> {
  await sql`
    update reservation set expires_at = ${expiresAt}::timestamptz, changed_at = ${now}::timestamptz
     where id = ${reservationId}`.execute(tx);
}

export async function moveToSlot(tx: Tx, reservationId: Id, slotId: Id, now: InstantText): Promise<void> {
  await sql`
    update reservation set slot_id = ${slotId}, changed_at = ${now}::timestamptz
     where id = ${reservationId}`.execute(tx);
}

/**
 * Ends up to `limit` holds that have run out, anywhere. Hygiene only: nothing waits for it.
 *
 * @returns the slots that got units back
 */
export async function expireDueHolds(tx: Tx, limit: number): Promise<Id[]> {
  const { rows } = await sql<{ slot_id: Id }>`select slot_id from expire_due_holds(${limit})`.execute(tx);
  return rows.map((row) => row.slot_id);
}
