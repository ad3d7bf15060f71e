import { hasOffset, readMoment } from './moment.ts';

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
