import type { Tx } from '../../../platform/db/database.ts';
import { NotFound } from '../../../platform/errors.ts';
import type { Id } from '../../../platform/ids.ts';
import { type LockedSlot, SlotTaken } from '../../inventory/index.ts';
import { readClient } from '../people/client-store.ts';
import {
  decideExtension,
  isBefore,
  leastNoticeMs,
  type Reservation,
  type ReservationPolicy,
  requireLive,
} from './reservation.ts';
import { CannotMove, SlotClosed, SlotMovedOn, TooSoon } from './reservation-failures.ts';
import { endReservations, lockReservation, moveExpiry, moveToSlot } from './reservation-store.ts';
import { readReservation } from './reservation-view.ts';

/** Cancels a live reservation; its units are free again when the transaction commits. */
export async function cancelReservation(
  tx: Tx,
  command: { reservationId: Id; clientId: Id },
  policy: ReservationPolicy,
): Promise<Reservation> {
  await readClient(tx, command.clientId);
  const { reservation, now } = await lockReservation(tx, command.reservationId);
  requireLive(reservation, command.clientId, now, policy);
  await endReservations(tx, [reservation.reservation_id], 'cancelled', now);
  return readReservation(tx, reservation.reservation_id);
}

/** Gives a hold more time, up to its ceiling. */
export async function extendReservation(
  tx: Tx,
  command: { reservationId: Id; clientId: Id },
  policy: ReservationPolicy,
): Promise<Reservation> {
  await readClient(tx, command.clientId);
  const { reservation, now } = await lockReservation(tx, command.reservationId);
  const expiresAt = decideExtension(reservation, command.clientId, now, policy);
  await moveExpiry(tx, reservation.reservation_id, expiresAt, now);
  return readReservation(tx, reservation.reservation_id);
}

/** Moves a live reservation to another slot; it leaves its own only by getting the other. */
export async function rescheduleReservation(
  tx: Tx,
  command: { reservationId: Id; clientId: Id; slotId: Id; version?: number | undefined },
  policy: ReservationPolicy,
): Promise<Reservation> {
  await readClient(tx, command.clientId);
  const { reservation, slots, now } = await lockReservation(tx, command.reservationId, [command.slotId]);
  requireLive(reservation, command.clientId, now, policy);
  const target = slots.get(command.slotId);
  if (!target) throw new NotFound('slot', command.slotId);
  if (target.slot_id === reservation.slot_id) return reservation;
  // The supplier knows nothing of moving, and between a cancellation and a booking somebody else may come.
  if (target.provider_id === null || reservation.provider_id === null) throw new CannotMove();
  requireRoom(target, reservation.quantity, command.version);
  const earliest = Temporal.Instant.from(now).add({ milliseconds: leastNoticeMs(policy) });
  if (isBefore(target.start_time, earliest.toString())) throw new TooSoon(policy.minNoticeMs);
  await moveToSlot(tx, reservation.reservation_id, target.slot_id, now);
  return readReservation(tx, reservation.reservation_id);
}

function requireRoom(slot: LockedSlot, quantity: number, version: number | undefined): void {
  if (slot.closed) throw new SlotClosed();
  if (version !== undefined && version !== slot.version) throw new SlotMovedOn(version, slot.version);
  if (slot.capacity - slot.claimed < quantity) throw new SlotTaken();
}
