import { useMemo, useRef } from 'react';
import { freeSlotsQuery, freeTimesQuery } from '../api/queries.ts';
import type { Timeslot } from '../api/resources.ts';
import { useCached } from '../api/use-cached.ts';
import { addDays } from '../calendar-dates.ts';
import { dateIn } from '../format.ts';
import { type OfferedSlot, providerSlot } from './offered-slot.ts';

/** A provider's free timeslots that can be reserved now, by the visitor's calendar date. */
export function useFreeTimes(providerId: number) {
  const result = useCached(freeTimesQuery(providerId));
  const timeslots = result.body?.['available timeslots'];
  const byDay = useMemo(() => Map.groupBy(timeslots ?? [], ({ start_time }) => dateIn(start_time)), [timeslots]);
  return { ...result, timeslots, byDay };
}

/**
 * A day's free slots with their prices. A slot that someone else takes while the day is open stays in the list with
 * nothing remaining, so that no button moves under the visitor's finger.
 *
 * @param reservable those of the day's timeslots that start far enough ahead
 */
export function useDaySlots(providerId: number, date: string, reservable: readonly Timeslot[] | undefined) {
  const from = new Date(`${date}T00:00:00`).toISOString();
  const to = new Date(`${addDays(date, 1)}T00:00:00`).toISOString();
  const result = useCached(freeSlotsQuery(providerId, date, from, to));
  const seen = useRef(new Map<number, OfferedSlot>());
  const seenOn = useRef('');

  const slots = useMemo(() => {
    const shown = `${providerId}/${date}`;
    if (seenOn.current !== shown) seen.current.clear();
    seenOn.current = shown;
    const reservableIds = new Set(reservable?.map(({ timeslot_id }) => timeslot_id));
    const byId = new Map<number, OfferedSlot>();
    for (const slot of result.body?.slots ?? []) {
      const { slot_id: id, remaining, price } = slot;
      if (reservableIds.has(id)) byId.set(id, providerSlot(slot, { id, remaining, price }));
    }
    for (const [id, slot] of seen.current) if (!byId.has(id)) byId.set(id, { ...slot, remaining: 0 });
    for (const [id, slot] of byId) seen.current.set(id, slot);
    return [...byId.values()].sort((a, b) => a.start.localeCompare(b.start));
  }, [result.body, reservable, providerId, date]);
  return { ...result, slots };
}
