import type { Tx } from '../../../platform/db/database.ts';
import { Failure } from '../../../platform/errors.ts';
import { confirmReservations, type HoldCommand, holdSlots } from './hold-store.ts';
import type { Reservation, ReservationPolicy } from './reservation.ts';

/**
 * Holds units of a slot and confirms them in one transaction, so that every confirmed reservation was held first.
 *
 * @throws the failures of a hold
 */
export async function bookSlot(tx: Tx, command: HoldCommand, policy: ReservationPolicy): Promise<Reservation> {
  const { reservation_id } = onlyOf(await holdSlots(tx, [command], policy));
  return onlyOf(await confirmReservations(tx, [{ clientId: command.clientId, reservationId: reservation_id }], policy));
}

function onlyOf(outcomes: readonly (Reservation | Failure)[]): Reservation {
  const [outcome] = outcomes;
  if (outcome === undefined) throw new Error('the only command has no outcome');
  if (outcome instanceof Failure) throw outcome;
  return outcome;
}
