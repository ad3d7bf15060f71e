import type { Actor } from '../../../access/index.ts';
import { readClock, type Tx } from '../../../platform/db/database.ts';
import type { Id } from '../../../platform/ids.ts';
import { closeSlots, lockSlotsOfProvider } from '../../inventory/index.ts';
import { type Reservation, statusAt } from '../booking/reservation.ts';
import { endReservations, expireLocked, lockLiveOnSlots } from '../booking/reservation-store.ts';
import { lockProvider } from '../people/provider-store.ts';
import { type AvailableSlot, readSlots } from './availability-view.ts';
import type { WrittenRange } from './plan/offer.ts';
import { readRange } from './plan/written-range.ts';

export interface WithdrawnTime {
  /** Slots that take no more reservations. */
  readonly slots: AvailableSlot[];
  /** Live reservations on them that stay. */
  readonly kept: Reservation[];
  readonly cancelled: Reservation[];
}

/**
 * Withdraws a provider's slots that touch a range. Their live reservations are kept or cancelled.
 *
 * @throws NotFound, RangeRefused, TimeRefused, Malformed
 */
export async function withdrawAvailability(
  tx: Tx,
  providerId: Id,
  range: WrittenRange,
  reservations: 'keep' | 'cancel',
  actor: Actor | null,
): Promise<WithdrawnTime> {
  const provider = await lockProvider(tx, providerId);
  const slotIds = await lockSlotsOfProvider(tx, providerId, readRange(range, provider.time_zone));
  const locked = await lockLiveOnSlots(tx, slotIds);
  const now = await readClock(tx);
  await expireLocked(tx, slotIds, now);
  const live = locked.filter((reservation) => statusAt(reservation, now) !== 'expired');
  if (reservations === 'cancel') {
    const ids = live.map((reservation) => reservation.reservation_id);
    await endReservations(tx, ids, 'cancelled', now, actor);
  }
  await closeSlots(tx, slotIds, actor);
  const slots = await readSlots(tx, slotIds);
  return reservations === 'cancel'
    ? { slots, kept: [], cancelled: live.map((each) => ({ ...each, status: 'cancelled' })) }
    : { slots, kept: live, cancelled: [] };
}
