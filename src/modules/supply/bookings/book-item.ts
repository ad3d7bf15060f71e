import type { Tx } from '../../../platform/db/database.ts';
import { NotFound } from '../../../platform/errors.ts';
import type { Id } from '../../../platform/ids.ts';
import { SlotTaken } from '../../inventory/index.ts';
import { bookSlot, cancelReservation, type ReservationPolicy, SlotClosed } from '../../reservations/index.ts';
import { ItemSoldOut } from './booking-failures.ts';
import { type ItemBooking, isItem, readBooking } from './booking-store.ts';

export interface BookItemCommand {
  readonly clientId: Id;
  readonly itemId: Id;
  readonly quantity: number;
}

/** Books an item. A trigger queues the write-back, which is sent after the transaction commits. */
export async function bookItem(tx: Tx, command: BookItemCommand, policy: ReservationPolicy): Promise<ItemBooking> {
  const { clientId, itemId, quantity } = command;
  if (!(await isItem(tx, itemId))) throw new NotFound('item', itemId);
  try {
    const reservation = await bookSlot(tx, { clientId, slotId: itemId, quantity }, policy);
    return await readBooking(tx, reservation.reservation_id);
  } catch (error) {
    if (error instanceof SlotTaken) throw new ItemSoldOut(itemId, quantity, error.remaining);
    throw error instanceof SlotClosed ? new ItemSoldOut(itemId, quantity, 0) : error;
  }
}

/** Cancels a booking. Succeeds for a cancelled one too, and throws `AlreadyEnded` for one in conflict. */
export async function cancelBooking(tx: Tx, command: { bookingId: Id; clientId?: Id | undefined }): Promise<void> {
  const { bookingId } = command;
  const { client_id } = await readBooking(tx, bookingId);
  await cancelReservation(tx, { reservationId: bookingId, clientId: command.clientId ?? client_id });
}
