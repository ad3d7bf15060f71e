import { Malformed } from '../../../platform/errors.ts';
import type { InstantText } from '../../../platform/time/instant.ts';
import { parseTimestamp } from '../../../platform/time/timestamp.ts';
import { TimeRefused } from './time-failures.ts';
import { wallClockAt } from './wall-clock.ts';
import type { WrittenTime } from './written-time.ts';

/**
 * Parses a time of a request.
 *
 * @param timeZone the zone of a time without an offset
 * @throws TimeRefused for a local time that a clock change skips or repeats; Malformed
 */
export function readTime(time: WrittenTime, timeZone: string): Temporal.Instant {
  const instant = parseTimestamp(time.text, timeZone);
  if (instant === 'malformed') {
    throw new Malformed([
      { path: time.path, message: 'must be a time such as 2026-12-30T10:00:00Z or 2026-12-30 10:00' },
    ]);
  }
  if (instant === 'skipped-or-repeated') throw new TimeRefused(time, wallClockOf(time.text), timeZone);
  return instant;
}

/** The wall-clock time of a valid text without an offset. */
function wallClockOf(text: string): Temporal.PlainDateTime {
  const asUtc = parseTimestamp(text, 'UTC');
  if (typeof asUtc === 'string') throw new Error(`${text} has no wall-clock time`);
  return wallClockAt(asUtc.epochMilliseconds, 'UTC');
}

export interface Bounds {
  readonly from: InstantText | undefined;
  readonly to: InstantText | undefined;
}

/** The bounds of a list as its query writes them. */
export interface WrittenBounds {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/**
 * Parses the bounds of a list.
 *
 * @param timeZone the zone of the provider that the query names, and UTC if it names none
 * @throws TimeRefused, Malformed
 */
export function readBounds({ from, to }: WrittenBounds, timeZone: string): Bounds {
  return { from: readBound('from', from, timeZone), to: readBound('to', to, timeZone) };
}

function readBound(name: string, text: string | undefined, timeZone: string) {
  return text === undefined ? undefined : readTime({ text, path: `query/${name}` }, timeZone).toString();
}
