import { Malformed } from '../../../platform/errors.ts';
import { isStorable, parseDate, parseTimestamp } from '../../../platform/time/instant.ts';
import { cutIntoSlots, type Span } from '../../inventory/index.ts';
import { RangeRefused, TimeRefused } from '../booking/reservation-failures.ts';

/** A stretch of a provider's time as it is written: without an offset, in the provider's zone. */
export interface WrittenRange {
  readonly start_time: string;
  readonly end_time: string;
}

export interface Offer {
  readonly ranges: readonly WrittenRange[];
  readonly breaks: readonly WrittenRange[];
  readonly slotLengthMs: number;
  /** The last day, in the provider's zone, on which a weekly repetition may start; `undefined`: no repetition. */
  readonly repeatWeeklyUntil?: string | undefined;
}

const DAY_MS = 86_400_000;
const MAX_RANGE_MS = 31 * DAY_MS;
const MAX_REPEAT_DAYS = 366;
const MAX_SLOTS_AT_ONCE = 10_000;

/** Turns an offer into the slots it asks for, or refuses it with the reason. `nowMs` is the database's time. */
export function planSlots(offer: Offer, timeZone: string, nowMs: number): Span[] {
  const ranges = repeat(offer.ranges, offer, timeZone);
  const breaks = repeat(offer.breaks, offer, timeZone);
  const slots: Span[] = [];
  for (const range of ranges) {
    requireOfferable(range, nowMs);
    const cut = cutIntoSlots(range, offer.slotLengthMs, breaks);
    if (cut === undefined) {
      throw new RangeRefused(`The range is not a whole number of slots of ${offer.slotLengthMs / 60_000} minutes`);
    }
    slots.push(...cut);
    if (slots.length > MAX_SLOTS_AT_ONCE) throw new RangeRefused(`More than ${MAX_SLOTS_AT_ONCE} slots at once`);
  }
  return slots;
}

function requireOfferable(range: Span, nowMs: number): void {
  if (range.startMs < nowMs) throw new RangeRefused('The range starts in the past');
  if (range.endMs - range.startMs > MAX_RANGE_MS) throw new RangeRefused('The range is longer than 31 days');
}

/** Reads ranges and repeats each weekly: the same wall-clock time, whatever the clocks do in between. */
function repeat(written: readonly WrittenRange[], offer: Offer, timeZone: string): Span[] {
  const weeks = Array.from({ length: weeksOf(offer, timeZone) }, (_, week) => week);
  return written.flatMap((range, index) => {
    const span = readRange(range, timeZone, `/ranges/${index}`);
    return weeks.filter((week) => startsInTime(span, week, offer, timeZone)).map((week) => shift(span, week, timeZone));
  });
}

function weeksOf(offer: Offer, timeZone: string): number {
  if (offer.repeatWeeklyUntil === undefined) return 1;
  const until = readDate(offer.repeatWeeklyUntil);
  const starts = offer.ranges.map((range, index) => readRange(range, timeZone, `/ranges/${index}`).startMs);
  const first = dateIn(Math.min(...starts), timeZone);
  const days = first.until(until, { largestUnit: 'days' }).days;
  if (days < 0) throw new RangeRefused('The repetition ends before it starts');
  if (days > MAX_REPEAT_DAYS) throw new RangeRefused(`The repetition is longer than ${MAX_REPEAT_DAYS} days`);
  return Math.floor(days / 7) + 1;
}

function startsInTime(span: Span, week: number, offer: Offer, timeZone: string): boolean {
  if (week === 0 || offer.repeatWeeklyUntil === undefined) return true;
  const start = dateIn(span.startMs, timeZone).add({ weeks: week });
  return Temporal.PlainDate.compare(start, readDate(offer.repeatWeeklyUntil)) <= 0;
}

function shift(span: Span, week: number, timeZone: string): Span {
  if (week === 0) return span;
  return { startMs: weeksLater(span.startMs, week, timeZone), endMs: weeksLater(span.endMs, week, timeZone) };
}

function weeksLater(ms: number, weeks: number, timeZone: string): number {
  const wall = zoned(ms, timeZone).toPlainDateTime().add({ weeks });
  const laterMs = toEpochMs(wall, timeZone);
  if (!isStorable(laterMs)) throw new RangeRefused('The repetition goes on past the year 9999');
  return laterMs;
}

function toEpochMs(wall: Temporal.PlainDateTime, timeZone: string): number {
  try {
    return wall.toZonedDateTime(timeZone, { disambiguation: 'reject' }).epochMilliseconds;
  } catch {
    throw new TimeRefused(wall.toString({ smallestUnit: 'minute' }), timeZone);
  }
}

/** Reads one range; refuses what does not end after it starts, and fractions of a second. */
export function readRange(range: WrittenRange, timeZone: string, path: string): Span {
  const startMs = readTime(range.start_time, timeZone, `${path}/start_time`);
  const endMs = readTime(range.end_time, timeZone, `${path}/end_time`);
  if (endMs <= startMs) throw new RangeRefused('The range ends at or before its start');
  return { startMs, endMs };
}

function readTime(text: string, timeZone: string, path: string): number {
  const instant = parseTimestamp(text, timeZone);
  if (instant === 'malformed') {
    throw new Malformed([{ path, message: 'is not a time such as 2026-12-30T10:00:00Z or 2026-12-30 10:00' }]);
  }
  if (instant === 'skipped-or-repeated') throw new TimeRefused(text, timeZone);
  if (instant.epochNanoseconds % 1_000_000_000n !== 0n) throw new RangeRefused('Slots start at whole seconds');
  return instant.epochMilliseconds;
}

function readDate(text: string): Temporal.PlainDate {
  const date = parseDate(text);
  if (!date) throw new Malformed([{ path: '/repeat_weekly_until', message: 'is not a date such as 2027-01-31' }]);
  return date;
}

function zoned(ms: number, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone);
}

function dateIn(ms: number, timeZone: string): Temporal.PlainDate {
  return zoned(ms, timeZone).toPlainDate();
}
