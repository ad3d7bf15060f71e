import { type Actor, type Ownership, UNRESTRICTED } from '../../../access/index.ts';
import type { Tx } from '../../../platform/db/database.ts';
import { NotFound } from '../../../platform/errors.ts';
import type { Id } from '../../../platform/ids.ts';
import { type LockedSlot, SlotTaken } from '../../inventory/index.ts';
import { readClient } from '../people/client-store.ts';
import {
  decideExtension,
  isBefore,
  isToBeCancelled,
  leastNoticeMs,
  type Reservation,
  type ReservationPolicy,
  requireLive,
} from './reservation.ts';
import { CannotMove, SlotClosed, SlotVersionChanged, TooSoon } from './reservation-failures.ts';
import { endReservations, lockReservation, moveExpiry, moveToSlot } from './reservation-store.ts';
import { readReservation } from './reservation-view.ts';

/** A wish to change a reservation. */
export interface ChangeCommand {
  readonly reservationId: Id;
  /** The client that the change is for; `undefined` where its provider asks for it. */
  readonly clientId: Id | undefined;
  /** The reservations that the sender of the request may change. */
  readonly ownership: Ownership;
  /** The sender of the request; `null` without access control. */
  readonly actor: Actor | null;
}

export interface RescheduleCommand extends ChangeCommand {
  readonly slotId: Id;
  /** The version of the new slot that the client decided by; `undefined` accepts any. */
  readonly version?: number | undefined;
}

/**
 * Cancels a live reservation. Its units are free when the transaction commits. A cancelled reservation stays as it is, so
 * that a cancellation can be repeated.
 *
 * @throws NotFound, ForeignClient, AlreadyEnded
 */
export async function cancelReservation(tx: Tx, command: ChangeCommand): Promise<Reservation> {
  await requireClient(tx, command.clientId);
  const { reservation, now } = await lockReservation(tx, command.reservationId, command.ownership);
  if (!isToBeCancelled(reservation, command.clientId, now)) return reservation;
  await endReservations(tx, [reservation.reservation_id], 'cancelled', now, command.actor);
  return readReservation(tx, reservation.reservation_id, UNRESTRICTED);
}

/**
 * Extends a hold, up to its ceiling.
 *
 * @throws NotFound, ForeignClient, HoldExpired, AlreadyEnded, NotHeld, HoldCannotGrow
 */
export async function extendReservation(
  tx: Tx,
  command: ChangeCommand,
  policy: ReservationPolicy,
): Promise<Reservation> {
  await requireClient(tx, command.clientId);
  const { reservation, now } = await lockReservation(tx, command.reservationId, command.ownership);
  const expiresAt = decideExtension(reservation, command.clientId, now, policy);
  await moveExpiry(tx, reservation.reservation_id, expiresAt, now, command.actor);
  return readReservation(tx, reservation.reservation_id, UNRESTRICTED);
}

/**
 * Moves a live reservation to another slot. It leaves its own slot only if it gets the other one.
 *
 * @throws NotFound, ForeignClient, HoldExpired, AlreadyEnded, CannotMove, SlotClosed, SlotVersionChanged, SlotTaken,
 *   TooSoon
 */
export async function rescheduleReservation(
  tx: Tx,
  command: RescheduleCommand,
  policy: ReservationPolicy,
): Promise<Reservation> {
  await requireClient(tx, command.clientId);
  const { reservation, slots, now } = await lockReservation(tx, command.reservationId, command.ownership, [
    command.slotId,
  ]);
  requireLive(reservation, command.clientId, now, policy);
  const target = slots.get(command.slotId);
  if (!target) throw new NotFound('slot', command.slotId);
  if (target.slot_id === reservation.slot_id) return reservation;
  if (target.provider_id === null || reservation.provider_id === null) throw new CannotMove();
  requireRoom(target, reservation.quantity, command.version);
  const earliest = Temporal.Instant.from(now).add({ milliseconds: leastNoticeMs(policy) });
  if (isBefore(target.start_time, earliest.toString())) throw new TooSoon(policy.minNoticeMs);
  await moveToSlot(tx, reservation.reservation_id, target.slot_id, now, command.actor);
  return readReservation(tx, reservation.reservation_id, UNRESTRICTED);
}

async function requireClient(tx: Tx, clientId: Id | undefined): Promise<void> {
  if (clientId !== undefined) await readClient(tx, clientId);
}

function requireRoom(slot: LockedSlot, quantity: number, version: number | undefined): void {
  if (slot.closed) throw new SlotClosed();
  if (version !== undefined && version !== slot.version) throw new SlotVersionChanged(version, slot.version);
  const remaining = slot.capacity - slot.claimed;
  if (remaining < quantity) throw new SlotTaken(remaining);
}
