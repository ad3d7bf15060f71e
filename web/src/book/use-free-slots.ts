import { useMemo, useRef } from 'react';
import { freeSlotsQuery, freeTimesQuery } from '../api/queries.ts';
import type { Provider, Timeslot } from '../api/resources.ts';
import { useCached } from '../api/use-cached.ts';
import { DAY_MIN, instantMs } from '../calendar/wall-time.ts';
import { dateIn } from '../format.ts';
import { type OfferedSlot, providerSlot } from './offered-slot.ts';

/** A provider's free timeslots that can be reserved now, by the date in their zone. */
export function useFreeTimes({ provider_id, time_zone }: Provider) {
  const result = useCached(freeTimesQuery(provider_id));
  const timeslots = result.body?.['available timeslots'];
  const byDay = useMemo(
    () => Map.groupBy(timeslots ?? [], ({ start_time }) => dateIn(start_time, time_zone)),
    [timeslots, time_zone],
  );
  return { ...result, timeslots, byDay };
}

const HOUR_MS = 3_600_000;

/**
 * A day's free slots with their prices. A slot that someone else takes while the day is open stays in the list with
 * nothing remaining, so that no button moves under the visitor's finger.
 *
 * @param reservable those of the day's timeslots that start far enough ahead
 */
export function useDaySlots(provider: Provider, date: string, reservable: readonly Timeslot[] | undefined) {
  const { provider_id: providerId, time_zone: zone } = provider;
  // An hour more on either side, because a clock change may skip or repeat midnight. `reservable` decides.
  const from = new Date(instantMs(date, 0, zone) - HOUR_MS).toISOString();
  const to = new Date(instantMs(date, DAY_MIN, zone) + HOUR_MS).toISOString();
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
      if (reservableIds.has(id)) byId.set(id, providerSlot(slot, zone, { id, remaining, price }));
    }
    for (const [id, slot] of seen.current) if (!byId.has(id)) byId.set(id, { ...slot, remaining: 0 });
    for (const [id, slot] of byId) seen.current.set(id, slot);
    return [...byId.values()].sort((a, b) => a.start.localeCompare(b.start));
  }, [result.body, reservable, providerId, zone, date]);
  return { ...result, slots };
}
