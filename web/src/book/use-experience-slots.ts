import { useMemo } from 'react';
import { experienceListQuery, experienceSlotsQuery, slotQuery } from '../api/queries.ts';
import type { ExperienceSlot } from '../api/resources.ts';
import { useCached } from '../api/use-cached.ts';
import type { OfferedSlot } from './offered-slot.ts';

const LIST_FRESH_FOR_MS = 60_000;
const SLOT_FRESH_FOR_MS = 60 * 60_000;
const DAY_MS = 86_400_000;

/** The experiences that suppliers are configured for. */
export function useExperiences() {
  return useCached(experienceListQuery(), { freshForMs: LIST_FRESH_FOR_MS });
}

/**
 * An experience's slots on one day. The API returns their times by the supplier's clock without an offset; the page
 * reads the first slot's start in UTC as well and takes the offset from it.
 */
export function useExperienceSlots(id: number, date: string) {
  const result = useCached(experienceSlotsQuery(id, date));
  const first = result.body?.slots[0];
  const firstInUtc = useCached(first && slotQuery(first.id), { freshForMs: SLOT_FRESH_FOR_MS });
  const experience = useExperiences().body?.experiences.find((each) => each.id === id);
  const offsetMs =
    first === undefined || firstInUtc.body === undefined
      ? undefined
      : asUtcMs(first.startDate, first.startTime) - Date.parse(firstInUtc.body.start_time);

  const timeZone = experience?.time_zone ?? fixedZone(offsetMs ?? 0);
  const slots = useMemo(
    () =>
      offsetMs === undefined ? [] : (result.body?.slots ?? []).map((slot) => supplierSlot(slot, offsetMs, timeZone)),
    [result.body, offsetMs, timeZone],
  );
  const isReady = result.body !== undefined && (first === undefined || offsetMs !== undefined);
  return { ...result, slots, isReady, timeZone };
}

function asUtcMs(date: string, time: string): number {
  return Date.parse(`${date}T${time}:00Z`);
}

/** `+08:00`, which `Intl.DateTimeFormat` accepts as a zone. */
function fixedZone(offsetMs: number): string {
  const minutes = Math.round(Math.abs(offsetMs) / 60_000);
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0'));
  return `${offsetMs < 0 ? '-' : '+'}${hour}:${minute}`;
}

function supplierSlot(slot: ExperienceSlot, offsetMs: number, zone: string): OfferedSlot {
  const { id, startDate, startTime, endTime, remaining, price, paxAvailability } = slot;
  const startMs = asUtcMs(startDate, startTime) - offsetMs;
  // A slot with only an arrival time ends when it starts. A whole day starts and ends at midnight.
  const isAllDay = startTime === '00:00' && endTime === '00:00';
  const sameDayEndMs = asUtcMs(startDate, endTime) - offsetMs;
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
