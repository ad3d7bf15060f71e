import { Malformed } from '../../../platform/errors.ts';
import { isStorable, parseDate, parseTimestamp } from '../../../platform/time/timestamp.ts';
import { cutIntoSlots, type Span } from '../../inventory/index.ts';
import { RangeRefused, TimeRefused } from './availability-failures.ts';

/** A range as a request writes it. Times without an offset are in the provider's time zone. */
export interface WrittenRange {
  readonly start_time: string;
  readonly end_time: string;
}

/** Time that a provider offers, as a request describes it. */
export interface Offer {
  readonly ranges: readonly WrittenRange[];
  readonly breaks: readonly WrittenRange[];
  readonly slotLengthMs: number;
  /** Last day, in the provider's time zone, on which a weekly repetition may start. `undefined`: no repetition. */
  readonly repeatWeeklyUntil?: string | undefined;
}

const DAY_MS = 86_400_000;
const MAX_RANGE_DAYS = 31;
const MAX_REPEAT_DAYS = 366;
const MAX_SLOTS = 10_000;

/**
 * The slots of an offer.
 *
 * @param nowMs the database's time, in milliseconds since 1970
 * @throws RangeRefused, TimeRefused, Malformed
 */
export function planSlots(offer: Offer, timeZone: string, nowMs: number): Span[] {
  const ranges = repeatWeekly('ranges', offer, timeZone);
  const breaks = repeatWeekly('breaks', offer, timeZone);
  const slots: Span[] = [];
  for (const range of ranges) {
    requireOfferable(range, nowMs);
    const cut = cutIntoSlots(range, offer.slotLengthMs, breaks);
    if (cut === undefined) {
      const minutes = offer.slotLengthMs / 60_000;
      throw new RangeRefused(`The range is not a whole number of slots of ${minutes} minutes. Change its start or end`);
    }
    slots.push(...cut);
    if (slots.length > MAX_SLOTS) throw new RangeRefused(`An offer has at most ${MAX_SLOTS} slots. Split it`);
  }
  return slots;
}

function requireOfferable(range: Span, nowMs: number): void {
  if (range.startMs < nowMs) throw new RangeRefused('The range starts in the past. Choose a later start');
  if (range.endMs - range.startMs > MAX_RANGE_DAYS * DAY_MS) {
    throw new RangeRefused(`The range is longer than ${MAX_RANGE_DAYS} days. Split it`);
  }
}

/** Parses ranges or breaks and repeats each of them weekly at the same wall-clock time, across clock changes. */
function repeatWeekly(field: 'ranges' | 'breaks', offer: Offer, timeZone: string): Span[] {
  const weeks = Array.from({ length: countWeeks(offer, timeZone) }, (_, week) => week);
  return offer[field].flatMap((range, index) => {
    const span = readRange(range, timeZone, `/${field}/${index}`);
    return weeks.filter((week) => startsInTime(span, week, offer, timeZone)).map((week) => shift(span, week, timeZone));
  });
}

function countWeeks(offer: Offer, timeZone: string): number {
  if (offer.repeatWeeklyUntil === undefined) return 1;
  const until = readDate(offer.repeatWeeklyUntil);
  const starts = offer.ranges.map((range, index) => readRange(range, timeZone, `/ranges/${index}`).startMs);
  const first = dateIn(Math.min(...starts), timeZone);
  const days = first.until(until, { largestUnit: 'days' }).days;
  if (days < 0) throw new RangeRefused('The repetition ends before it starts. Choose a later repeat_weekly_until');
  if (days > MAX_REPEAT_DAYS) {
    const limit = `The repetition is longer than ${MAX_REPEAT_DAYS} days`;
    throw new RangeRefused(`${limit}. Choose an earlier repeat_weekly_until`);
  }
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
  const wallClock = zoned(ms, timeZone).toPlainDateTime().add({ weeks });
  const laterMs = toEpochMs(wallClock, timeZone);
  if (!isStorable(laterMs)) {
    throw new RangeRefused('The repetition goes past the year 9999. Choose an earlier repeat_weekly_until');
  }
  return laterMs;
}

function toEpochMs(wallClock: Temporal.PlainDateTime, timeZone: string): number {
  try {
    return wallClock.toZonedDateTime(timeZone, { disambiguation: 'reject' }).epochMilliseconds;
  } catch {
    throw new TimeRefused(wallClock.toString({ smallestUnit: 'minute' }), timeZone);
  }
}

/**
 * Parses one range.
 *
 * @param path where the range is in the request, for error messages
 * @throws RangeRefused for an end at or before the start, and for fractions of a second; TimeRefused, Malformed
 */
export function readRange(range: WrittenRange, timeZone: string, path: string): Span {
  const startMs = readTime(range.start_time, timeZone, `${path}/start_time`);
  const endMs = readTime(range.end_time, timeZone, `${path}/end_time`);
  if (endMs <= startMs) throw new RangeRefused('The range ends at or before its start. Choose a later end');
  return { startMs, endMs };
}

function readTime(text: string, timeZone: string, path: string): number {
  const instant = parseTimestamp(text, timeZone);
  if (instant === 'malformed') {
    throw new Malformed([{ path, message: 'must be a time such as 2026-12-30T10:00:00Z or 2026-12-30 10:00' }]);
  }
  if (instant === 'skipped-or-repeated') throw new TimeRefused(text, timeZone);
  if (instant.epochNanoseconds % 1_000_000_000n !== 0n) {
    throw new RangeRefused('Slots start and end at whole seconds. Leave out the fraction');
  }
  return instant.epochMilliseconds;
}

function readDate(text: string): Temporal.PlainDate {
  const date = parseDate(text);
  if (!date) throw new Malformed([{ path: '/repeat_weekly_until', message: 'must be a date such as 2027-01-31' }]);
  return date;
}

function zoned(ms: number, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone);
}

function dateIn(ms: number, timeZone: string): Temporal.PlainDate {
  return zoned(ms, timeZone).toPlainDate();
}
