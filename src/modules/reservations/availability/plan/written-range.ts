import { Malformed } from '../../../../platform/errors.ts';
import { parseTimestamp } from '../../../../platform/time/timestamp.ts';
import type { Span } from '../../../inventory/index.ts';
import { RangeRefused, TimeRefused } from '../availability-failures.ts';
import type { WrittenRange, WrittenTime } from './offer.ts';
import { wallClockAt } from './wall-clock.ts';

/** The range of an object with `start_time` and `end_time` at `path` in a body. The path of the whole body is empty. */
export function writtenRange(
  kind: WrittenRange['kind'],
  path: string,
  { start_time, end_time }: { readonly start_time: string; readonly end_time: string },
): WrittenRange {
  return {
    kind,
    path,
    start: { text: start_time, path: `${path}/start_time` },
    end: { text: end_time, path: `${path}/end_time` },
  };
}

/**
 * Parses a range.
 *
 * @throws RangeRefused for an end at or before the start, and for fractions of a second; TimeRefused, Malformed
 */
export function readRange(range: WrittenRange, timeZone: string): Span {
  const startMs = readTime(range.start, range, timeZone);
  const endMs = readTime(range.end, range, timeZone);
  if (endMs <= startMs) throw new RangeRefused(range, 'ends at or before its start. Choose a later end');
  return { startMs, endMs };
}

function readTime(time: WrittenTime, range: WrittenRange, timeZone: string): number {
  const instant = parseTimestamp(time.text, timeZone);
  if (instant === 'malformed') {
    throw new Malformed([
      { path: time.path, message: 'must be a time such as 2026-12-30T10:00:00Z or 2026-12-30 10:00' },
    ]);
  }
  if (instant === 'skipped-or-repeated') throw new TimeRefused(time, wallClockOf(time.text), timeZone);
  if (instant.epochNanoseconds % 1_000_000_000n !== 0n) {
    throw new RangeRefused(range, 'has a fraction of a second. Slots start and end at whole seconds: leave it out');
  }
  return instant.epochMilliseconds;
}

/** The wall-clock time of a valid text without an offset. */
function wallClockOf(text: string): Temporal.PlainDateTime {
  const asUtc = parseTimestamp(text, 'UTC');
  if (typeof asUtc === 'string') throw new Error(`${text} has no wall-clock time`);
  return wallClockAt(asUtc.epochMilliseconds, 'UTC');
}
