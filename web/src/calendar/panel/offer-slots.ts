import { fetchPages } from '../../api/fetch-pages.ts';
import { offerTime } from '../../api/mutations.ts';
import { slotPages } from '../../api/queries.ts';
import type { AvailabilityRequest } from '../../api/resources.ts';
import { addDays } from '../../calendar-dates.ts';
import { formatQuantity } from '../../format.ts';

export interface OfferedSlots {
  readonly total: number;
  /** Slots that existed before: the server keeps a slot of the same shape. */
  readonly existing: number;
}

const LIST_WITHIN_MS = 30_000;

/**
 * Offers time. The response contains new and existing slots alike, so the existing slots are listed first. The week in
 * the cache does not suffice, because an offer may repeat for many weeks.
 */
export async function offerSlots(
  providerId: number,
  request: AvailabilityRequest,
  firstDate: string,
  lastDate: string,
): Promise<OfferedSlots> {
  // The dates are of the provider's zone; a day more on either side covers them in any zone.
  const times = {
    provider_id: providerId,
    from: `${addDays(firstDate, -1)}T00:00:00Z`,
    to: `${addDays(lastDate, 2)}T00:00:00Z`,
  };
  const before = await fetchPages(slotPages(times), 0, AbortSignal.timeout(LIST_WITHIN_MS));
  const existingIds = new Set(before.flatMap(({ body }) => body.slots.map(({ slot_id }) => slot_id)));
  const { slots } = await offerTime(providerId, request);
  return { total: slots.length, existing: slots.filter(({ slot_id }) => existingIds.has(slot_id)).length };
}

/** `2 new slots added. 4 were already there.` */
export function formatOffered({ total, existing }: OfferedSlots): string {
  if (existing === 0) return `${formatQuantity(total, 'slot')} added.`;
  if (existing === total) {
    return total === 1 ? 'This slot was already there.' : `All ${total} slots were already there.`;
  }
  const verb = existing === 1 ? 'was' : 'were';
  return `${formatQuantity(total - existing, 'new slot')} added. ${existing} ${verb} already there.`;
}
