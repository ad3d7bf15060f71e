import { readPages } from '../api/fetch-pages.ts';
import { offerTime } from '../api/mutations.ts';
import { slotsBetween } from '../api/queries.ts';
import type { Offer } from '../api/resources.ts';
import { addDays } from '../calendar-dates.ts';

export interface Posted {
  readonly all: number;
  /** Of these, how many were there before: the server keeps a slot of the very same shape. */
  readonly kept: number;
}

const LOOK_AT_MOST_MS = 30_000;

/**
 * Offers time. The answer names new slots and kept ones alike, so it is looked up before which are there; the week on
 * show would not do for an offer that is repeated.
 */
export async function postOffer(providerId: number, offer: Offer, first: string, last: string): Promise<Posted> {
  // A day more on either side: the dates are those of the provider's zone.
  const between = {
    provider_id: providerId,
    from: `${addDays(first, -1)}T00:00:00Z`,
    to: `${addDays(last, 2)}T00:00:00Z`,
  };
  const before = await readPages(slotsBetween(between), 0, AbortSignal.timeout(LOOK_AT_MOST_MS));
  const known = new Set(before.flatMap(({ body }) => body.slots.map(({ slot_id }) => slot_id)));
  const { slots } = await offerTime(providerId, offer);
  return { all: slots.length, kept: slots.filter(({ slot_id }) => known.has(slot_id)).length };
}

export function saidOfPosted({ all, kept }: Posted): string {
  if (kept === 0) return all === 1 ? '1 slot is posted.' : `${all} slots are posted.`;
  if (kept === all) return all === 1 ? 'This slot was there before.' : `All ${all} slots were there before.`;
  return `${all - kept} new ${all - kept === 1 ? 'slot is' : 'slots are'} posted, ${kept} ${kept === 1 ? 'was' : 'were'} there before.`;
}
