import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { Known } from '../api/cached.ts';
import { readPages } from '../api/fetch-pages.ts';
import { reservationsBetween, slotsBetween } from '../api/queries.ts';
import type { Reservation, Slot } from '../api/resources.ts';
import { serverNowMs } from '../api/server-clock.ts';
import { addDays } from '../calendar-dates.ts';
import { dateIn } from '../format.ts';
import { DAY_MIN, instantMs, type MinuteRange, minutesIn } from './wall-time.ts';

/** A slot by the provider's clock, with the live reservations of it. */
export interface WeekSlot extends Slot, MinuteRange {
  readonly date: string;
  readonly reservations: readonly Reservation[];
}

/** A stretch of one day. */
export interface Stretch extends MinuteRange {
  readonly date: string;
}

export type SlotState = 'free' | 'held' | 'confirmed' | 'blocked' | 'past';

const FRESH_FOR_MS = 30_000;
const ASK_AGAIN_AT_LEAST_MS = 2_000;
/** `expires_at` is told in whole seconds, and the server's clock is known to half a second. */
const SURELY_OVER_MS = 1_500;

function place(slot: Slot, timeZone: string, reservations: readonly Reservation[]): WeekSlot {
  const fromMin = minutesIn(slot.start_time, timeZone);
  const lengthMin = (Date.parse(slot.end_time) - Date.parse(slot.start_time)) / 60_000;
  const untilMin = Math.min(fromMin + lengthMin, DAY_MIN);
  return { ...slot, date: dateIn(slot.start_time, timeZone), fromMin, untilMin, reservations };
}

/**
 * A provider's slots of a week and of a day around it, free or not. They come with their reservations in one answer of
 * the cache: a slot that is shown before its reservation would look blocked for a moment.
 */
export function useWeekSlots(providerId: number, timeZone: string, start: string) {
  const client = useQueryClient();
  const key = ['slots', providerId, 'calendar', start];
  const query = useQuery<Known<readonly WeekSlot[]>>({
    queryKey: key,
    queryFn: async ({ signal }) => {
      // A day more on either side: the week is that of the provider's zone.
      const asked = {
        provider_id: providerId,
        from: `${addDays(start, -1)}T00:00:00Z`,
        to: `${addDays(start, 8)}T00:00:00Z`,
      };
      const [slotPages, reservationPages] = await Promise.all([
        readPages(slotsBetween(asked), FRESH_FOR_MS, signal),
        readPages(reservationsBetween(asked), FRESH_FOR_MS, signal),
      ]);
      const reservations = reservationPages.flatMap(({ body }) => body.reservations);
      const bySlot = Map.groupBy(reservations, ({ slot_id }) => slot_id);
      const slots = slotPages
        .flatMap(({ body }) => body.slots)
        .map((slot) => place(slot, timeZone, bySlot.get(slot.slot_id) ?? []));
      return { ...slotPages[0], body: slots.filter((slot) => !isReplaced(slot, slots)) };
    },
    staleTime: FRESH_FOR_MS,
    refetchInterval: ({ state: { data } }) => (data === undefined ? false : askAgainMs(data)),
    structuralSharing: false,
  });
  return {
    slots: query.data?.body,
    known: query.data,
    error: query.error,
    refresh: () => void client.invalidateQueries({ queryKey: key }),
  };
}

/** What was blocked stays in the listing when its time is posted anew, and says nothing any more. */
function isReplaced(slot: WeekSlot, slots: readonly WeekSlot[]): boolean {
  if (stateOf(slot) !== 'blocked') return false;
  return slots.some(
    (other) =>
      other.start_time < slot.end_time &&
      other.end_time > slot.start_time &&
      (stateOf(other) !== 'blocked' || other.slot_id > slot.slot_id),
  );
}

/** At the end of its bound, or when the next hold runs out: nobody tells of that. */
function askAgainMs({ body, freshUntilMs }: Known<readonly WeekSlot[]>): number {
  const ends = body
    .flatMap(({ reservations }) => reservations)
    .filter(({ status }) => status === 'held')
    .map(({ expires_at }) => Date.parse(expires_at) + SURELY_OVER_MS - serverNowMs());
  return Math.max(ASK_AGAIN_AT_LEAST_MS, Math.min(freshUntilMs - Date.now(), ...ends));
}

/** What a slot is to whoever looks at the calendar. Of one with several places, what can still be done with it. */
export function stateOf({ remaining, reservations, start_time }: WeekSlot): SlotState {
  const hasBegun = Date.parse(start_time) <= serverNowMs();
  if (remaining > 0 && !hasBegun) return 'free';
  if (reservations.length === 0) return remaining > 0 ? 'past' : 'blocked';
  return reservations.some(({ status }) => status === 'held') ? 'held' : 'confirmed';
}

/** Slots that blocking a stretch takes, whole where it only touches them. */
export function touchedBy(slots: readonly WeekSlot[], stretch: Stretch, timeZone: string) {
  const fromMs = instantMs(stretch.date, stretch.fromMin, timeZone);
  const untilMs = instantMs(stretch.date, stretch.untilMin, timeZone);
  const touched = slots.filter(
    ({ start_time, end_time }) => Date.parse(start_time) < untilMs && Date.parse(end_time) > fromMs,
  );
  const isWider = touched.some(
    ({ start_time, end_time }) => Date.parse(start_time) < fromMs || Date.parse(end_time) > untilMs,
  );
  return { touched, isWider };
}

/** A day's blocked time, joined where it is of a piece. */
export function blockedOf(slots: readonly WeekSlot[]): MinuteRange[] {
  const joined: MinuteRange[] = [];
  for (const { fromMin, untilMin } of slots.filter((slot) => stateOf(slot) === 'blocked')) {
    const last = joined.at(-1);
    if (last?.untilMin === fromMin) joined[joined.length - 1] = { fromMin: last.fromMin, untilMin };
    else joined.push({ fromMin, untilMin });
  }
  return joined;
}
