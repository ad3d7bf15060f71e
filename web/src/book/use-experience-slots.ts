import { useMemo } from 'react';
import { experienceList, experienceSlots, slotOf } from '../api/queries.ts';
import type { ExperienceSlot } from '../api/resources.ts';
import { useKnown } from '../api/use-cached.ts';
import type { OfferedSlot } from './offered-slot.ts';

/** What suppliers are configured for; it changes when the server is told of others. */
export function useExperiences() {
  return useKnown(experienceList(), { freshForMs: 60_000 });
}

/** An experience's slots of a day. They are told by the supplier's clock, so one of them is looked up by ours. */
export function useExperienceSlots(id: number, date: string) {
  const answer = useKnown(experienceSlots(id, date));
  const first = answer.body?.slots[0];
  const looked = useKnown(first && slotOf(first.id), { freshForMs: 60 * 60_000 });
  const listed = useExperiences().body?.experiences.find((each) => each.id === id);
  const aheadMs =
    first === undefined || looked.body === undefined
      ? undefined
      : asUtcMs(first.startDate, first.startTime) - Date.parse(looked.body.start_time);

  const zone = listed?.time_zone ?? fixedZone(aheadMs ?? 0);
  const slots = useMemo(
    () => (aheadMs === undefined ? [] : (answer.body?.slots ?? []).map((slot) => toOffered(slot, aheadMs, zone))),
    [answer.body, aheadMs, zone],
  );
  const isReady = answer.body !== undefined && (first === undefined || aheadMs !== undefined);
  return { ...answer, slots, isReady, timeZone: zone };
}

function asUtcMs(date: string, time: string): number {
  return Date.parse(`${date}T${time}:00Z`);
}

/** `+08:00`, which the browser's formats take as a zone. */
function fixedZone(aheadMs: number): string {
  const minutes = Math.round(Math.abs(aheadMs) / 60_000);
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0'));
  return `${aheadMs < 0 ? '-' : '+'}${hour}:${minute}`;
}

function toOffered(slot: ExperienceSlot, aheadMs: number, zone: string): OfferedSlot {
  const { id, startDate, startTime, endTime, remaining, price, paxAvailability } = slot;
  const startMs = asUtcMs(startDate, startTime) - aheadMs;
  // What only has a time to come at ends when it starts. Just the day that starts and ends at midnight is a whole one.
  const isAllDay = startTime === '00:00' && endTime === '00:00';
  const endMs = asUtcMs(startDate, endTime) - aheadMs;
  const end = endMs > startMs ? endMs : endMs + 86_400_000;
  return {
    id,
    zone,
    day: startDate,
    start: new Date(startMs).toISOString(),
    end: new Date(end).toISOString(),
    remaining,
    price: { amount: price.finalPrice, currency: price.currencyCode },
    pax: paxAvailability,
    isAllDay,
  };
}
