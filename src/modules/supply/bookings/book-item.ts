import type { Tx } from '../../../platform/db/database.ts';
import { Failure, NotFound } from '../../../platform/errors.ts';
import type { Id } from '../../../platform/ids.ts';
import { bookSlot, cancelReservation, type ReservationPolicy } from '../../reservations/index.ts';
import { ItemSoldOut } from './booking-failures.ts';
import { type ItemBooking, isItem, readBooking } from './booking-store.ts';

export interface BookItemCommand {
  readonly clientId: Id;
  readonly itemId: Id;
  readonly quantity: number;
}

/** Books an item; the supplier is told after the transaction has committed, by whoever works on the queue. */
export async function bookItem(tx: Tx, command: BookItemCommand, policy: ReservationPolicy): Promise<ItemBooking> {
  const { clientId, itemId, quantity } = command;
  if (!(await isItem(tx, itemId))) throw new NotFound('item', itemId);
  try {
    const reservation = await bookSlot(tx, { clientId, slotId: itemId, quantity }, policy);
    return await readBooking(tx, reservation.reservation_id);
  } catch (error) {
    const isGone = error instanceof Failure && (error.type === 'slot-taken' || error.type === 'slot-closed');
    throw isGone ? new ItemSoldOut(itemId, quantity) : error;
  }
}

/** Cancels a booking, as often as it is asked. One in conflict has ended, which is told. */
export async function cancelBooking(
  tx: Tx,
  command: { bookingId: Id; clientId?: Id | undefined },
  policy: ReservationPolicy,
): Promise<void> {
  const { bookingId } = command;
  const { client_id } = await readBooking(tx, bookingId);
  try {
    await cancelReservation(tx, { reservationId: bookingId, clientId: command.clientId ?? client_id }, policy);
  } catch (error) {
    const hasEnded = error instanceof Failure && error.type === 'already-ended';
    if (!hasEnded || (await readBooking(tx, bookingId)).status !== 'cancelled') throw error;
  }
}
