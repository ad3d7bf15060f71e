import { readClock, type Tx } from '../../../platform/db/database.ts';
import type { Id } from '../../../platform/ids.ts';
import { closeSlots, lockSlotsOfProvider, offerSlots, type SlotTerms, type Span } from '../../inventory/index.ts';
import { type Reservation, statusAt } from '../booking/reservation.ts';
import { RangeRefused } from '../booking/reservation-failures.ts';
import { endReservations, expireDueOnSlots, expireLocked, lockLiveOnSlots } from '../booking/reservation-store.ts';
import { lockProvider, type Provider } from '../people/provider-store.ts';
import { type AvailableSlot, readSlots } from './availability-view.ts';
import { type Offer, planSlots, readRange, type WrittenRange } from './calendar.ts';

/** Offers a provider's time as slots; those there already in the same shape are kept. */
export async function offerAvailability(
  tx: Tx,
  providerId: Id,
  offer: Offer & SlotTerms,
): Promise<{ provider: Provider; slots: AvailableSlot[] }> {
  const provider = await lockProvider(tx, providerId);
  const nowMs = Temporal.Instant.from(await readClock(tx)).epochMilliseconds;
  const spans = planSlots(offer, provider.time_zone, nowMs);
  if (spans.length === 0) throw new RangeRefused('The breaks leave nothing to offer');
  // A hold that has run out on a closed slot would still stand in the way of the time it no longer has.
  const touched = await lockSlotsOfProvider(tx, providerId, hull(spans));
  await expireDueOnSlots(tx, touched);
  const slotIds = await offerSlots(tx, providerId, spans, offer);
  return { provider, slots: await readSlots(tx, slotIds) };
}

function hull(spans: readonly Span[]): Span {
  return {
    startMs: Math.min(...spans.map((span) => span.startMs)),
    endMs: Math.max(...spans.map((span) => span.endMs)),
  };
}

export interface Blocked {
  /** Slots that take no reservations any more. */
  readonly slots: AvailableSlot[];
  /** Live reservations on them that stay. */
  readonly kept: Reservation[];
  readonly cancelled: Reservation[];
}

/** Takes back the part of a provider's time that a range touches; live reservations there stay or are cancelled. */
export async function blockAvailability(
  tx: Tx,
  providerId: Id,
  range: WrittenRange,
  reservations: 'keep' | 'cancel',
): Promise<Blocked> {
  const provider = await lockProvider(tx, providerId);
  const slotIds = await lockSlotsOfProvider(tx, providerId, readRange(range, provider.time_zone, 'query'));
  const locked = await lockLiveOnSlots(tx, slotIds);
  const now = await readClock(tx);
  await expireLocked(tx, slotIds, now);
  const live = locked.filter((reservation) => statusAt(reservation, now) !== 'expired');
  if (reservations === 'cancel') {
    const ids = live.map((reservation) => reservation.reservation_id);
    await endReservations(tx, ids, 'cancelled', now);
  }
  await closeSlots(tx, slotIds);
  const slots = await readSlots(tx, slotIds);
  return reservations === 'cancel'
    ? { slots, kept: [], cancelled: live.map((each) => ({ ...each, status: 'cancelled' })) }
    : { slots, kept: live, cancelled: [] };
}
