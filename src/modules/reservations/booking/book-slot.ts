import type { Tx } from '../../../platform/db/database.ts';
import { Failure } from '../../../platform/errors.ts';
import { confirmReservations, type HoldCommand, holdSlots } from './hold-store.ts';
import type { Reservation, ReservationPolicy } from './reservation.ts';

/** Holds units of a slot and confirms them at once, in one transaction: a confirmed reservation was always held. */
export async function bookSlot(tx: Tx, command: HoldCommand, policy: ReservationPolicy): Promise<Reservation> {
  const { reservation_id } = onlyOf(await holdSlots(tx, [command], policy));
  return onlyOf(await confirmReservations(tx, [{ clientId: command.clientId, reservationId: reservation_id }], policy));
}

function onlyOf(outcomes: readonly (Reservation | Failure)[]): Reservation {
  const [outcome] = outcomes;
  if (outcome === undefined) throw new Error('the database decided fewer cases than it was asked');
  if (outcome instanceof Failure) throw outcome;
  return outcome;
}
