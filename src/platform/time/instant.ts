/**
 * A moment in UTC as text, `2026-12-30T10:00:00.123456Z`: what the database says, to the microsecond.
 * JavaScript's `Date` would drop the last three digits.
 */
export type InstantText = string;

/** `2026-12-30T10:00:00Z`: the shape of every time in an answer. Cuts, never rounds up. */
export function toSeconds(instant: InstantText): string {
  return `${instant.slice(0, 19)}Z`;
}

/** Milliseconds since 1970, with the microseconds as their fraction. */
export function toMs(instant: InstantText): number {
  return Number(Temporal.Instant.from(instant).epochNanoseconds / 1_000n) / 1_000;
}

/** The same of milliseconds since 1970. */
export function secondsOfMs(epochMs: number): string {
  return toSeconds(new Date(Math.floor(epochMs)).toISOString());
}

/** PostgreSQL's `2026-12-30 10:00:00.123456+00` (sessions run in UTC) as ISO 8601. */
export function fromPostgres(text: string): InstantText {
  return `${text.slice(0, 10)}T${text.slice(11).replace(/\+00$/, '')}Z`;
}

export function isTimeZone(name: string): boolean {
  try {
    // Only names of the tz database: an offset such as `+05:00` has no clock changes to follow.
    return /^[A-Za-z]/.test(name) && Temporal.Now.zonedDateTimeISO(name).timeZoneId !== '';
  } catch {
    return false;
  }
}

const TIMESTAMP =
  /^(?<date>\d{4}-\d{2}-\d{2})(?:[T ](?<time>\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?))?(?<offset>Z|[+-]\d{2}(?::?\d{2})?)?$/;

export type TimestampFault = 'malformed' | 'skipped-or-repeated';

/**
 * Reads `YYYY-MM-DD`, then optionally `T` or a space and `HH:MM[:SS[.ffffff]]`, then optionally `Z`, `±HH`,
 * `±HHMM` or `±HH:MM`. Without an offset the time is a wall-clock time in `zone`; one that a clock change skips
 * or repeats has no single meaning and is refused.
 *
 * The grammar is checked before anything is parsed: PostgreSQL would accept `now`, `infinity` and `24:00`, and
 * JavaScript would roll 30 February over into March.
 */
export function parseTimestamp(text: string, zone: string): Temporal.Instant | TimestampFault {
  const parts = TIMESTAMP.exec(text)?.groups;
  if (!parts?.date || parts.date.startsWith('0000')) return 'malformed';
  let wall: Temporal.PlainDateTime;
  try {
    const time = parts.time ?? '00:00';
    // Temporal reads second 60 as 59; a leap second is no time that a slot or a log can have.
    if (/:60/.test(time)) return 'malformed';
    wall = Temporal.PlainDateTime.from(`${parts.date}T${time}`, { overflow: 'reject' });
  } catch {
    return 'malformed';
  }
  const instant = parts.offset === undefined ? inZone(wall, zone) : atOffset(wall, parts.offset);
  return typeof instant === 'string' || isStorable(instant.epochMilliseconds) ? instant : 'malformed';
}

function inZone(wall: Temporal.PlainDateTime, zone: string): Temporal.Instant | TimestampFault {
  try {
    return wall.toZonedDateTime(zone, { disambiguation: 'reject' }).toInstant();
  } catch {
    return 'skipped-or-repeated';
  }
}

function atOffset(wall: Temporal.PlainDateTime, offset: string): Temporal.Instant | TimestampFault {
  try {
    return wall.toZonedDateTime(offset === 'Z' ? 'UTC' : offset).toInstant();
  } catch {
    return 'malformed';
  }
}

const FIRST_MS = Date.parse('0001-01-01T00:00:00Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/** PostgreSQL and four-digit years: an offset or a zone may carry 9999-12-31 into the year 10000. */
export function isStorable(epochMs: number): boolean {
  return epochMs >= FIRST_MS && epochMs <= LAST_MS;
}

/** Reads a day that there is; anything else, 30 February too, is `undefined`. */
export function parseDate(text: string): Temporal.PlainDate | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  try {
    return Temporal.PlainDate.from(text, { overflow: 'reject' });
  } catch {
    return undefined;
  }
}
