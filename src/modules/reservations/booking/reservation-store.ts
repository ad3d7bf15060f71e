import { type RawBuilder, sql } from 'kysely';
import type { Actor, Ownership } from '../../../access/index.ts';
import { readClock, type Tx, toJsonb } from '../../../platform/db/database.ts';
import { StaleRead } from '../../../platform/db/database-failure.ts';
import { NotFound } from '../../../platform/errors.ts';
import type { Id } from '../../../platform/ids.ts';
import type { InstantText } from '../../../platform/time/instant.ts';
import { type LockedSlot, lockSlots, readLockedSlots } from '../../inventory/index.ts';
import { ownedBy } from './owned-by.ts';
import type { Reservation, Status } from './reservation.ts';
import { RESERVATION } from './reservation-view.ts';

export interface LockedReservation {
  readonly reservation: Reservation;
  /** The slots that are locked with it: its own and the requested ones. The units of expired holds are free again. */
  readonly slots: Map<Id, LockedSlot>;
  /** The database's time, read after every lock was acquired. */
  readonly now: InstantText;
}

/**
 * Locks a reservation, its slot and `otherSlotIds`, and ends expired holds on these slots. Every writer locks in the
 * same order: slots by id, then reservations by id, the expired ones included.
 *
 * Its own slot must be read before it can be locked. If the reservation moves in between, the transaction starts again.
 *
 * @throws NotFound, also for a reservation of someone else
 */
export async function lockReservation(
  tx: Tx,
  reservationId: Id,
  ownership: Ownership,
  otherSlotIds: readonly Id[] = [],
): Promise<LockedReservation> {
  const { rows } = await sql<{ slot_id: Id }>`
    select r.slot_id from reservation r where r.id = ${reservationId} and ${ownedBy(ownership, 'r')}`.execute(tx);
  const ownSlotId = rows[0]?.slot_id;
  if (ownSlotId === undefined) throw new NotFound('reservation', reservationId);
  const slotIds = [ownSlotId, ...otherSlotIds];
  await lockSlots(tx, slotIds);
  const dueAt = await readClock(tx);
  await sql`
    select from reservation
     where id in (select ${reservationId}::bigint
                  union select id from reservation where ${isDueOnSlots(slotIds, dueAt)})
     order by id for no key update`.execute(tx);
  await expireLocked(tx, slotIds, dueAt);
  const reservation = await readLocked(tx, reservationId, ownership);
  if (reservation.slot_id !== ownSlotId) throw new StaleRead();
  const slots = await readLockedSlots(tx, slotIds);
  return { reservation, slots, now: await readClock(tx) };
}

async function readLocked(tx: Tx, reservationId: Id, ownership: Ownership): Promise<Reservation> {
  const { rows } = await sql<Reservation>`
    select ${RESERVATION} from reservation r join slot s on s.id = r.slot_id
     where r.id = ${reservationId} and ${ownedBy(ownership, 'r')}`.execute(tx);
  const reservation = rows[0];
  if (!reservation) throw new NotFound('reservation', reservationId);
  return reservation;
}

/** An SQL condition: a hold on one of the slots that has expired by `dueAt`. */
function isDueOnSlots(slotIds: readonly Id[], dueAt: InstantText): RawBuilder<unknown> {
  return sql`slot_id = any(${slotIds}::bigint[]) and status = 'held' and expires_at <= ${dueAt}::timestamptz`;
}

/** Ends expired holds on slots that this transaction has locked. */
export async function expireDueOnSlots(tx: Tx, slotIds: readonly Id[]): Promise<void> {
  const dueAt = await readClock(tx);
  await sql`select from reservation where ${isDueOnSlots(slotIds, dueAt)} order by id for no key update`.execute(tx);
  await expireLocked(tx, slotIds, dueAt);
}

/**
 * Ends holds that have expired by `dueAt`, on slots that this transaction has locked. Their rows must be locked
 * already, in id order: the update alone would lock them in the order it finds them.
 */
export async function expireLocked(tx: Tx, slotIds: readonly Id[], dueAt: InstantText): Promise<void> {
  await sql`
    update reservation set status = 'expired', changed_at = expires_at
     where ${isDueOnSlots(slotIds, dueAt)}`.execute(tx);
}

/** Locks and reads, by id, the held and confirmed reservations on slots that this transaction has locked. */
export async function lockLiveOnSlots(tx: Tx, slotIds: readonly Id[]): Promise<Reservation[]> {
  const { rows } = await sql<Reservation>`
    select ${RESERVATION} from reservation r join slot s on s.id = r.slot_id
     where r.slot_id = any(${slotIds}::bigint[]) and r.status in ('held', 'confirmed')
     order by r.id for no key update of r`.execute(tx);
  return rows;
}

/**
 * Ends reservations that this transaction has locked, at `now`, the time of the decision. By the time of the update a
 * hold may have expired, and no state follows that.
 */
export async function endReservations(
  tx: Tx,
  reservationIds: readonly Id[],
  status: Extract<Status, 'cancelled'>,
  now: InstantText,
  actor: Actor | null,
): Promise<void> {
  await sql`
    update reservation set status = ${status}, changed_at = ${now}::timestamptz, changed_by = ${toJsonb(actor)}
     where id = any(${reservationIds}::bigint[])`.execute(tx);
}

export async function moveExpiry(
  tx: Tx,
  reservationId: Id,
  expiresAt: InstantText,
  now: InstantText,
  actor: Actor | null,
): Promise<void> {
  await sql`
    update reservation
       set expires_at = ${expiresAt}::timestamptz, changed_at = ${now}::timestamptz, changed_by = ${toJsonb(actor)}
     where id = ${reservationId}`.execute(tx);
}

/** Moves a reservation to another slot, at that slot's price. */
export async function moveToSlot(
  tx: Tx,
  reservationId: Id,
  slotId: Id,
  now: InstantText,
  actor: Actor | null,
): Promise<void> {
  await sql`
    update reservation
       set slot_id = s.id, price_amount = s.price_amount, price_currency = s.price_currency,
           changed_at = ${now}::timestamptz, changed_by = ${toJsonb(actor)}
      from slot s where s.id = ${slotId} and reservation.id = ${reservationId}`.execute(tx);
}

/**
 * Ends the expired holds on the slots of the `limit` holds that expired first, of one provider or of all. Nothing waits for it or depends on it.
 *
 * @returns the slot of each ended hold
 */
export async function expireDueHolds(tx: Tx, limit: number, providerId: Id | null): Promise<Id[]> {
  const { rows } = await sql<{ slot_id: Id }>`
    select slot_id from expire_due_holds(${limit}, ${providerId}::bigint)`.execute(tx);
  return rows.map((row) => row.slot_id);
}
