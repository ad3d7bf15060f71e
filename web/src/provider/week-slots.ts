import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type Known, read } from '../api/known.ts';
import { slotsOf } from '../api/questions.ts';
import type { Slot } from '../api/shapes.ts';
import { addDays } from '../book/month.ts';
import { clockTime, dateIn } from '../written.ts';

/** A slot by the provider's clock. */
export interface PlacedSlot extends Slot {
  readonly date: string;
  /** Since midnight. */
  readonly fromMin: number;
  readonly untilMin: number;
}

interface Page {
  readonly slots: readonly Slot[];
  readonly next_cursor: string | null;
}

const DAY_MIN = 24 * 60;
const FRESH_FOR_MS = 30_000;

function minutesIn(instant: string, timeZone: string): number {
  const [hour = 0, minute = 0] = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone })
    .format(new Date(instant))
    .split(':')
    .map(Number);
  return hour * 60 + minute;
}

function place(slot: Slot, timeZone: string): PlacedSlot {
  const fromMin = minutesIn(slot.start_time, timeZone);
  const lengthMin = (Date.parse(slot.end_time) - Date.parse(slot.start_time)) / 60_000;
  return {
    ...slot,
    date: dateIn(slot.start_time, timeZone),
    fromMin,
    untilMin: Math.min(fromMin + lengthMin, DAY_MIN),
  };
}

/** All slots of a provider's week, free or not. */
export function useWeekSlots(providerId: number, timeZone: string, start: string) {
  const client = useQueryClient();
  const key = ['slots', providerId, 'week', start];
  const query = useQuery<Known<readonly PlacedSlot[]>>({
    queryKey: key,
    queryFn: async ({ signal }) => {
      const slots: Slot[] = [];
      let last: Known<Page> | undefined;
      // A day more on either side: the week is that of the provider's zone.
      const from = `${addDays(start, -1)}T00:00:00Z`;
      const to = `${addDays(start, 8)}T00:00:00Z`;
      let cursor: string | undefined;
      do {
        last = await read<Page>(slotsOf(providerId, from, to, cursor), undefined, FRESH_FOR_MS, signal);
        slots.push(...last.body.slots);
        cursor = last.body.next_cursor ?? undefined;
      } while (cursor !== undefined);
      const end = addDays(start, 7);
      const placed = slots.map((slot) => place(slot, timeZone)).filter(({ date }) => date >= start && date < end);
      return { ...last, body: placed };
    },
    staleTime: FRESH_FOR_MS,
    structuralSharing: false,
  });
  return {
    slots: query.data?.body,
    known: query.data,
    error: query.error,
    refresh: () => void client.invalidateQueries({ queryKey: key }),
  };
}

/** 10:30 for 630. */
export function writtenMinutes(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

export function readMinutes(text: string): number {
  const [hour = 0, minute = 0] = text.split(':').map(Number);
  return hour * 60 + minute;
}

/** As the visitor's locale writes the hour. */
export function hourName(hour: number): string {
  return clockTime(`2026-01-01T${String(hour).padStart(2, '0')}:00:00Z`, 'UTC');
}
