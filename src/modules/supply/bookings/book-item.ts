import { type Actor, Forbidden, type Ownership, UNRESTRICTED } from '../../../access/index.ts';
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
  /** The sender of the request; `null` without access control. */
  readonly actor: Actor | null;
}

/** Books an item. A trigger queues the write-back, which is sent after the transaction commits. */
export async function bookItem(tx: Tx, command: BookItemCommand, policy: ReservationPolicy): Promise<ItemBooking> {
  const { clientId, itemId, quantity, actor } = command;
  if (!(await isItem(tx, itemId))) throw new NotFound('item', itemId);
  try {
    const reservation = await bookSlot(tx, { clientId, slotId: itemId, quantity, actor }, policy);
    return await readBooking(tx, reservation.reservation_id, UNRESTRICTED);
  } catch (error) {
    if (error instanceof SlotTaken) throw new ItemSoldOut(itemId, quantity, error.remaining);
    throw error instanceof SlotClosed ? new ItemSoldOut(itemId, quantity, 0) : error;
  }
}

export interface CancelBookingCommand {
  readonly bookingId: Id;
  /** The client that the cancellation is for; `undefined` for the booking's own. */
  readonly clientId: Id | undefined;
  /** The bookings that the sender of the request may cancel. */
  readonly ownership: Ownership;
  readonly actor: Actor | null;
}

/** Cancels a booking. Succeeds for a cancelled one too, and throws `AlreadyEnded` for one in conflict. */
export async function cancelBooking(tx: Tx, command: CancelBookingCommand): Promise<void> {
  const { bookingId: reservationId, clientId, ownership, actor } = command;
  await readBooking(tx, reservationId, ownership);
  if (ownership.clientId !== null && (clientId ?? ownership.clientId) !== ownership.clientId) {
    throw new Forbidden(`query/client_id names ${clientId}, and these credentials are for ${ownership.clientId}`);
  }
  await cancelReservation(tx, { reservationId, clientId, ownership, actor });
}
