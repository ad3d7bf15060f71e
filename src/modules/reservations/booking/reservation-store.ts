import { type RawBuilder, sql } from 'kysely';
import { readClock, type Tx } from '../../../platform/db/database.ts';
import { StaleRead } from '../../../platform/db/database-failure.ts';
import { NotFound } from '../../../platform/errors.ts';
import type { Id } from '../../../platform/ids.ts';
import type { InstantText } from '../../../platform/time/instant.ts';
import { type LockedSlot, lockSlots, readLockedSlots } from '../../inventory/index.ts';
import type { Reservation, Status } from './reservation.ts';
import { RESERVATION } from './reservation-view.ts';

export interface LockedReservation {
  readonly reservation: Reservation;
  /** The slots locked with it: its own, and those asked for. Holds that had run out have given their units back. */
  readonly slots: Map<Id, LockedSlot>;
  /** The database's time, read after every lock was got. */
  readonly now: InstantText;
}

/**
 * Locks a reservation, its slot and `otherSlotIds` in the order everybody does: slots by id, then reservations by
 * id, its own among those that have run out.
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
  const slotIds = [ownSlotId, ...otherSlotIds];
  await lockSlots(tx, slotIds);
  const dueAt = await readClock(tx);
  await sql`
    select from reservation
     where id in (select ${reservationId}::bigint
                  union select id from reservation where ${dueOnSlots(slotIds, dueAt)})
     order by id for no key update`.execute(tx);
  await expireLocked(tx, slotIds, dueAt);
  const reservation = await readOwn(tx, reservationId);
  if (reservation.slot_id !== ownSlotId) throw new StaleRead();
  const slots = await readLockedSlots(tx, slotIds);
  return { reservation, slots, now: await readClock(tx) };
}

async function readOwn(tx: Tx, reservationId: Id): Promise<Reservation> {
  const { rows } = await sql<Reservation>`
    select ${RESERVATION} from reservation r join slot s on s.id = r.slot_id where r.id = ${reservationId}`.execute(tx);
  const reservation = rows[0];
  if (!reservation) throw new NotFound('reservation', reservationId);
  return reservation;
}

function dueOnSlots(slotIds: readonly Id[], dueAt: InstantText): RawBuilder<unknown> {
  return sql`slot_id = any(${slotIds}::bigint[]) and status = 'held' and expires_at <= ${dueAt}::timestamptz`;
}

/** Gives back the units of holds on slots this transaction has locked, which had run out at a moment before. */
export async function expireDueOnSlots(tx: Tx, slotIds: readonly Id[]): Promise<void> {
  const dueAt = await readClock(tx);
  await sql`select from reservation where ${dueOnSlots(slotIds, dueAt)} order by id for no key update`.execute(tx);
  await expireLocked(tx, slotIds, dueAt);
}

/** The same where their rows are locked already: an update alone would lock them as it finds them. */
export async function expireLocked(tx: Tx, slotIds: readonly Id[], dueAt: InstantText): Promise<void> {
  await sql`
    update reservation set status = 'expired', changed_at = expires_at
     where ${dueOnSlots(slotIds, dueAt)}`.execute(tx);
}

/** Reservations on slots this transaction has locked that are not known to have ended, locked too, by id. */
export async function lockLiveOnSlots(tx: Tx, slotIds: readonly Id[]): Promise<Reservation[]> {
  const { rows } = await sql<Reservation>`
    select ${RESERVATION} from reservation r join slot s on s.id = r.slot_id
     where r.slot_id = any(${slotIds}::bigint[]) and r.status in ('held', 'confirmed')
     order by r.id for no key update of r`.execute(tx);
  return rows;
}

/**
 * Ends reservations this transaction has locked, at the moment it was decided: by the time of the update a hold may
 * have run out, and nothing follows that.
 */
export async function endReservations(
  tx: Tx,
  reservationIds: readonly Id[],
  status: Extract<Status, 'cancelled'>,
  now: InstantText,
): Promise<void> {
  await sql`
    update reservation set status = ${status}, changed_at = ${now}::timestamptz
     where id = any(${reservationIds}::bigint[])`.execute(tx);
}

export async function moveExpiry(tx: Tx, reservationId: Id, expiresAt: InstantText, now: InstantText): Promise<void> {
  await sql`
    update reservation set expires_at = ${expiresAt}::timestamptz, changed_at = ${now}::timestamptz
     where id = ${reservationId}`.execute(tx);
}

export async function moveToSlot(tx: Tx, reservationId: Id, slotId: Id, now: InstantText): Promise<void> {
  await sql`
    update reservation
       set slot_id = s.id, price_amount = s.price_amount, price_currency = s.price_currency,
           changed_at = ${now}::timestamptz
      from slot s where s.id = ${slotId} and reservation.id = ${reservationId}`.execute(tx);
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
