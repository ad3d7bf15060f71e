import { Malformed } from '../../../../platform/errors.ts';
import { isStorable, parseDate } from '../../../../platform/time/timestamp.ts';
import { cutIntoSlots, type Span } from '../../../inventory/index.ts';
import { instantOfWallClock, nearestInstant, textOfWallClock, wallClockAt } from '../../times/wall-clock.ts';
import { RangeRefused } from '../availability-failures.ts';
import type { Offer, SkippedOccurrence, WrittenRange } from './offer.ts';
import { readRange } from './written-range.ts';

export interface SlotPlan {
  readonly slots: Span[];
  readonly skipped: SkippedOccurrence[];
}

/** A range or a break with its first occurrence. */
interface Repeated {
  readonly written: WrittenRange;
  readonly first: Span;
}

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
const MAX_RANGE_DAYS = 31;
const MAX_REPEAT_DAYS = 366;
const MAX_SLOTS = 10_000;
const UNTIL = '/repeat_weekly_until';

/**
 * The slots of an offer. Each occurrence of a range is the first one moved by whole weeks of wall-clock time, and its
 * breaks move with it.
 *
 * @param nowMs the database's time, in milliseconds since 1970
 * @throws RangeRefused, TimeRefused, Malformed
 */
export function planSlots(offer: Offer, timeZone: string, nowMs: number): SlotPlan {
  const read = (written: WrittenRange): Repeated => ({ written, first: readRange(written, timeZone) });
  const [ranges, breaks] = [offer.ranges.map(read), offer.breaks.map(read)];
  const until = offer.repeatWeeklyUntil === undefined ? undefined : readDate(offer.repeatWeeklyUntil);
  const plan: SlotPlan = { slots: [], skipped: [] };
  const planned = ranges.map((range) => {
    requireOfferable(range, timeZone, nowMs);
    return occurrencesOf(range, until, timeZone, plan.skipped);
  });
  const pauses = breaksDuring(planned.flat(), breaks, until !== undefined, timeZone);
  for (const [index, range] of ranges.entries()) {
    for (const [week, occurrence] of (planned[index] ?? []).entries()) {
      if (occurrence === undefined) continue;
      const touching = pauses.filter(({ startMs, endMs }) => startMs < occurrence.endMs && occurrence.startMs < endMs);
      const cut = cutIntoSlots(occurrence, offer.slotLengthMs, touching);
      if (cut) plan.slots.push(...cut);
      else if (week === 0) throw notWholeSlots(range, offer.slotLengthMs);
      else plan.skipped.push(skipped(range, week, timeZone, 'not-whole-slots'));
      if (plan.slots.length > MAX_SLOTS)
        throw new RangeRefused('/ranges', `have more than ${MAX_SLOTS} slots. Split them`);
    }
  }
  // No first occurrence is skipped, so only breaks can leave nothing.
  if (plan.slots.length === 0) throw new RangeRefused('/breaks', 'leave nothing to offer. Shorten them');
  const byStart = (a: SkippedOccurrence, b: SkippedOccurrence) => (a.start_time < b.start_time ? -1 : 1);
  return { ...plan, skipped: plan.skipped.toSorted(byStart) };
}

function notWholeSlots({ written, first }: Repeated, slotLengthMs: number): RangeRefused {
  const [minutes, length] = [(first.endMs - first.startMs) / 60_000, slotLengthMs / 60_000];
  return new RangeRefused(
    written,
    `lasts ${minutes} minutes, which is not a whole number of slots of ${length} minutes. Change its start or end`,
  );
}

function requireOfferable({ written, first }: Repeated, timeZone: string, nowMs: number): void {
  if (first.startMs < nowMs) throw new RangeRefused(written, 'starts in the past. Choose a later start');
  // A month with a clock change has 31 days by the calendar or by the clock. Either is enough.
  const lastEnd = wallClockAt(first.startMs, timeZone).add({ days: MAX_RANGE_DAYS });
  const lastEndMs = Math.max(first.startMs + MAX_RANGE_DAYS * DAY_MS, nearestInstant(lastEnd, timeZone, 'later'));
  if (first.endMs > lastEndMs) throw new RangeRefused(written, `is longer than ${MAX_RANGE_DAYS} days. Split it`);
}

/** The occurrences of a range by week. Those that a clock change makes impossible are `undefined`, and reported. */
function occurrencesOf(
  range: Repeated,
  until: Temporal.PlainDate | undefined,
  timeZone: string,
  report: SkippedOccurrence[],
): (Span | undefined)[] {
  return Array.from({ length: countWeeks(range, until, timeZone) }, (_, week) => {
    if (week === 0) return range.first;
    const [start, end] = wallClocksOf(range, week, timeZone);
    const [startMs, endMs] = [instantOfWallClock(start, timeZone), instantOfWallClock(end, timeZone)];
    if (typeof startMs === 'number' && typeof endMs === 'number') {
      if (isStorable(endMs)) return { startMs, endMs };
      throw new RangeRefused(UNTIL, 'goes past the year 9999. Choose an earlier day');
    }
    const impossible = typeof startMs === 'number' ? endMs : startMs;
    report.push(skipped(range, week, timeZone, impossible === 'skipped' ? 'skipped-time' : 'repeated-time'));
    return undefined;
  });
}

function countWeeks({ written, first }: Repeated, until: Temporal.PlainDate | undefined, timeZone: string): number {
  if (until === undefined) return 1;
  const { days } = wallClockAt(first.startMs, timeZone).toPlainDate().until(until, { largestUnit: 'days' });
  if (days < 0) throw new RangeRefused(written, `starts after ${UNTIL.slice(1)}. Choose a later day for it`);
  if (days > MAX_REPEAT_DAYS) {
    throw new RangeRefused(
      written,
      `repeats for more than ${MAX_REPEAT_DAYS} days. Choose an earlier ${UNTIL.slice(1)}`,
    );
  }
  return Math.floor(days / 7) + 1;
}

function wallClocksOf({ first }: Repeated, weeks: number, timeZone: string) {
  const later = (ms: number) => wallClockAt(ms, timeZone).add({ weeks });
  return [later(first.startMs), later(first.endMs)] as const;
}

function skipped(
  range: Repeated,
  week: number,
  timeZone: string,
  reason: SkippedOccurrence['reason'],
): SkippedOccurrence {
  const [start, end] = wallClocksOf(range, week, timeZone);
  return { path: range.written.path, start_time: textOfWallClock(start), end_time: textOfWallClock(end), reason };
}

/**
 * The breaks that may touch the occurrences. A break repeats weekly from its own date for as long as any range does, so
 * its weeks are not counted by `repeat_weekly_until`: a range that starts on that day may have its break on the next.
 *
 * No forbidden time is offered around a clock change: a break that begins or ends in a repeated hour covers both of its
 * passes, and the part of a break in a skipped hour is empty.
 */
function breaksDuring(
  occurrences: readonly (Span | undefined)[],
  breaks: readonly Repeated[],
  isRepeated: boolean,
  timeZone: string,
): Span[] {
  if (!isRepeated) return breaks.map(({ first }) => first);
  const spans = occurrences.filter((span) => span !== undefined);
  const fromMs = Math.min(...spans.map(({ startMs }) => startMs));
  const untilMs = Math.max(...spans.map(({ endMs }) => endMs));
  return breaks.flatMap((pause) => {
    const firstWeek = Math.max(0, Math.floor((fromMs - pause.first.endMs) / WEEK_MS));
    const lastWeek = Math.max(0, Math.ceil((untilMs - pause.first.startMs) / WEEK_MS));
    return Array.from({ length: Math.max(0, lastWeek - firstWeek + 1) }, (_, index) => {
      const week = firstWeek + index;
      if (week === 0) return pause.first;
      const [start, end] = wallClocksOf(pause, week, timeZone);
      return { startMs: nearestInstant(start, timeZone, 'earlier'), endMs: nearestInstant(end, timeZone, 'later') };
    });
  });
}

function readDate(text: string): Temporal.PlainDate {
  const date = parseDate(text);
  if (!date) throw new Malformed([{ path: UNTIL, message: 'must be a date such as 2027-01-31' }]);
  return date;
}
