import { useMemo } from 'react';
import { experienceSlotsQuery } from '../api/queries.ts';
import type { ExperienceSlot } from '../api/resources.ts';
import { useCached } from '../api/use-cached.ts';
import { useExperiences } from '../api/use-experiences.ts';
import { instantMs, parseMinutes } from '../calendar/wall-time.ts';
import { VISITOR_ZONE } from '../format.ts';
import type { OfferedSlot } from './offered-slot.ts';

const DAY_MS = 86_400_000;

/** The zone of an experience's dates and times. Until it is known, the visitor's. */
export function useExperienceZone(id: number): string {
  return useExperiences().body?.experiences.find((each) => each.id === id)?.time_zone ?? VISITOR_ZONE;
}

/** An experience's slots on one day. The API returns their times by the supplier's clock, without an offset. */
export function useExperienceSlots(id: number, date: string) {
  const result = useCached(experienceSlotsQuery(id, date));
  const experiences = useExperiences();
  const timeZone = useExperienceZone(id);
  const slots = useMemo(
    () => (result.body?.slots ?? []).map((slot) => supplierSlot(slot, timeZone)),
    [result.body, timeZone],
  );
  const isReady = result.body !== undefined && experiences.body !== undefined;
  return { ...result, error: result.error ?? experiences.error, slots, isReady };
}

function supplierSlot(slot: ExperienceSlot, zone: string): OfferedSlot {
  const { id, startDate, startTime, endTime, remaining, price, paxAvailability } = slot;
  const startMs = instantMs(startDate, parseMinutes(startTime), zone);
  // A slot with only an arrival time ends when it starts. A whole day starts and ends at midnight.
  const isAllDay = startTime === '00:00' && endTime === '00:00';
  const sameDayEndMs = instantMs(startDate, parseMinutes(endTime), zone);
  const endMs = sameDayEndMs > startMs ? sameDayEndMs : sameDayEndMs + DAY_MS;
  return {
    id,
    zone,
    day: startDate,
    start: new Date(startMs).toISOString(),
    end: new Date(endMs).toISOString(),
    remaining,
    price: { amount: price.finalPrice, currency: price.currencyCode },
    pax: paxAvailability,
    isAllDay,
  };
}
