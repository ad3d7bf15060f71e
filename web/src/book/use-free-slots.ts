import { useMemo, useRef } from 'react';
import { freeSlotsOf, freeTimeOf } from '../api/queries.ts';
import type { Slot, Timeslot } from '../api/resources.ts';
import { useKnown } from '../api/use-cached.ts';
import { addDays } from '../calendar-dates.ts';
import { dateIn, VISITOR_ZONE } from '../format.ts';
import type { OfferedSlot } from './offered-slot.ts';

/** All of a provider's free slots that may be reserved now. */
export function useFreeTime(providerId: number) {
  const answer = useKnown(freeTimeOf(providerId));
  const byDay = useMemo(() => {
    const days = new Map<string, Timeslot[]>();
    for (const slot of answer.body?.['available timeslots'] ?? []) {
      const date = dateIn(slot.start_time);
      const day = days.get(date);
      if (day) day.push(slot);
      else days.set(date, [slot]);
    }
    return days;
  }, [answer.body]);
  return { ...answer, byDay };
}

/** A day's free slots with their prices, and those that were free when one began to look. */
export function useDaySlots(providerId: number, date: string, free: readonly Timeslot[] | undefined) {
  const from = new Date(`${date}T00:00:00`).toISOString();
  const to = new Date(`${addDays(date, 1)}T00:00:00`).toISOString();
  const answer = useKnown(freeSlotsOf(providerId, date, from, to));
  const seen = useRef(new Map<number, OfferedSlot>());
  const place = useRef('');

  const slots = useMemo(() => {
    const here = `${providerId}/${date}`;
    if (place.current !== here) seen.current.clear();
    place.current = here;
    const mayReserve = new Set(free?.map(({ timeslot_id }) => timeslot_id));
    const now = new Map<number, OfferedSlot>();
    for (const slot of answer.body?.slots ?? []) {
      if (mayReserve.has(slot.slot_id)) now.set(slot.slot_id, toOffered(slot));
    }
    // What somebody else has just taken stays where it was, so that nothing moves under a finger.
    for (const [id, slot] of seen.current) if (!now.has(id)) now.set(id, { ...slot, remaining: 0 });
    for (const [id, slot] of now) seen.current.set(id, slot);
    return [...now.values()].sort((a, b) => a.start.localeCompare(b.start));
  }, [answer.body, free, providerId, date]);
  return { ...answer, slots };
}

function toOffered({ slot_id, start_time, end_time, remaining, price }: Slot): OfferedSlot {
  return {
    id: slot_id,
    zone: VISITOR_ZONE,
    day: dateIn(start_time),
    start: start_time,
    end: end_time,
    remaining,
    price,
    pax: [],
    isAllDay: false,
  };
}
