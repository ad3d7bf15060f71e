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
  // A hold that is confirmed at once is never one of many live ones.
  const { reservation_id } = onlyOf(await holdSlots(tx, [command], { ...policy, maxLiveHolds: null }));
  const { clientId, actor } = command;
  return onlyOf(await confirmReservations(tx, [{ clientId, reservationId: reservation_id, actor }], policy));
}

function onlyOf(outcomes: readonly (Reservation | Failure)[]): Reservation {
  const [outcome] = outcomes;
  if (outcome === undefined) throw new Error('the only command has no outcome');
  if (outcome instanceof Failure) throw outcome;
  return outcome;
}
