import type { Span } from '../../../inventory/index.ts';
import { readTime } from '../../times/read-time.ts';
import type { WrittenTime } from '../../times/written-time.ts';
import { RangeRefused } from '../availability-failures.ts';
import type { WrittenRange } from './offer.ts';

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
  const startMs = readWholeSecond(range.start, range, timeZone);
  const endMs = readWholeSecond(range.end, range, timeZone);
  if (endMs <= startMs) throw new RangeRefused(range, 'ends at or before its start. Choose a later end');
  return { startMs, endMs };
}

function readWholeSecond(time: WrittenTime, range: WrittenRange, timeZone: string): number {
  const instant = readTime(time, timeZone);
  if (instant.epochNanoseconds % 1_000_000_000n !== 0n) {
    throw new RangeRefused(range, 'has a fraction of a second. Slots start and end at whole seconds: leave it out');
  }
  return instant.epochMilliseconds;
}
