import type { Actor } from '../../../access/index.ts';
import { readClock, type Tx } from '../../../platform/db/database.ts';
import type { Id } from '../../../platform/ids.ts';
import { lockSlotsOfProvider, offerSlots, type SlotTerms, type Span } from '../../inventory/index.ts';
import { expireDueOnSlots } from '../booking/reservation-store.ts';
import { lockProvider, type Provider } from '../people/provider-store.ts';
import { type AvailableSlot, readSlots } from './availability-view.ts';
import type { Offer, SkippedOccurrence } from './plan/offer.ts';
import { planSlots } from './plan/plan-slots.ts';

/**
 * Offers a provider's time as slots. Existing slots with the same times and terms are kept.
 *
 * @returns the provider, all offered slots by start, and the occurrences of a repetition that were skipped
 * @throws NotFound, RangeRefused, TimeRefused, SlotsOverlap, Malformed
 */
export async function offerAvailability(
  tx: Tx,
  providerId: Id,
  offer: Offer & SlotTerms,
  actor: Actor | null,
): Promise<{ provider: Provider; slots: AvailableSlot[]; skipped: SkippedOccurrence[] }> {
  const provider = await lockProvider(tx, providerId);
  const nowMs = Temporal.Instant.from(await readClock(tx)).epochMilliseconds;
  const { slots: spans, skipped } = planSlots(offer, provider.time_zone, nowMs);
  // An expired hold that is still marked as held would let a closed slot conflict with the new ones.
  const touchedIds = await lockSlotsOfProvider(tx, providerId, hullOf(spans));
  await expireDueOnSlots(tx, touchedIds);
  const slotIds = await offerSlots(tx, providerId, spans, offer, actor);
  return { provider, slots: await readSlots(tx, slotIds), skipped };
}

/** The smallest span that contains all `spans`. */
function hullOf(spans: readonly Span[]): Span {
  return {
    startMs: Math.min(...spans.map((span) => span.startMs)),
    endMs: Math.max(...spans.map((span) => span.endMs)),
  };
}
