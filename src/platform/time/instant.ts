import { hasOffset, readMoment } from './moment.ts';

/**
 * A moment in UTC as text, to the microsecond, as the database has it: `2026-12-30T10:00:00.123456Z`. JavaScript's
 * `Date` would drop the last three digits.
 */
export type InstantText = string;

/** Cuts an instant to whole seconds, the form of every time in an answer: `2026-12-30T10:00:00Z`. */
export function toSeconds(instant: InstantText): string {
  return `${instant.slice(0, 19)}Z`;
}

/** An instant with six decimals, `2026-12-30T10:00:00.000000Z`: texts of one length sort by time. */
export function toMicroseconds(instant: Temporal.Instant): InstantText {
  return instant.toString({ fractionalSecondDigits: 6 });
}

/** Milliseconds since 1970, with the microseconds as the fraction. */
export function toMs(instant: InstantText): number {
  return Number(Temporal.Instant.from(instant).epochNanoseconds / 1_000n) / 1_000;
}

/** Cuts milliseconds since 1970 to whole seconds, in the form of `toSeconds`. */
export function secondsOfMs(epochMs: number): string {
  return toSeconds(new Date(Math.floor(epochMs)).toISOString());
}

/** Turns PostgreSQL's text of a time, `2026-12-30 10:00:00.123456+00`, into ISO 8601. Sessions run in UTC. */
export function fromPostgres(text: string): InstantText {
  return `${text.slice(0, 10)}T${text.slice(11).replace(/\+00$/, '')}Z`;
}

/** Whether a name is one of the tz database, such as `Europe/Berlin`. */
export function isTimeZone(name: string): boolean {
  try {
    // Temporal also takes offsets such as `+05:00`, which have no clock changes.
    return /^[A-Za-z]/.test(name) && Temporal.Now.zonedDateTimeISO(name).timeZoneId !== '';
  } catch {
    return false;
  }
}

/** Why a text is not an instant: outside the grammar, or a local time that a clock change skips or repeats. */
export type TimestampFault = 'malformed' | 'skipped-or-repeated';

/**
 * Parses a time in the grammar of `readMoment`. Without an offset it is a local time in `zone`. A local time that a clock
 * change skips or repeats is refused, because it does not name one instant.
 */
export function parseTimestamp(text: string, zone: string): Temporal.Instant | TimestampFault {
  const moment = readMoment(text);
  if (!moment) return 'malformed';
  const written = Temporal.Instant.fromEpochNanoseconds(
    BigInt(moment.ms) * 1_000_000n + BigInt(moment.micros) * 1_000n,
  );
  if (zone === 'UTC' || hasOffset(text)) return written;
  const instant = inZone(written.toZonedDateTimeISO('UTC').toPlainDateTime(), zone);
  return typeof instant === 'string' || isStorable(instant.epochMilliseconds) ? instant : 'malformed';
}

function inZone(wall: Temporal.PlainDateTime, zone: string): Temporal.Instant | TimestampFault {
  try {
    return wall.toZonedDateTime(zone, { disambiguation: 'reject' }).toInstant();
  } catch {
    return 'skipped-or-repeated';
  }
}

const FIRST_MS = Date.parse('0001-01-01T00:00:00Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/**
 * Whether an instant is in the years 1 to 9999, which PostgreSQL can store and four digits can write. A zone may move
 * 9999-12-31 into the year 10000.
 */
export function isStorable(epochMs: number): boolean {
  return epochMs >= FIRST_MS && epochMs <= LAST_MS;
}

/** Parses `YYYY-MM-DD`; `undefined` for anything else, and for dates that do not exist, such as 30 February. */
export function parseDate(text: string): Temporal.PlainDate | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text.startsWith('0000')) return undefined;
  try {
    return Temporal.PlainDate.from(text, { overflow: 'reject' });
  } catch {
    return undefined;
  }
}
