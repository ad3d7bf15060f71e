/** Conversions between instants, in milliseconds since 1970, and the wall-clock time of a zone. */

export function wallClockAt(ms: number, timeZone: string): Temporal.PlainDateTime {
  return Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone).toPlainDateTime();
}

/** The local time of day, `03:00`, with its seconds when there are some. */
export function timeTextIn(zoned: Temporal.ZonedDateTime): string {
  return withoutZeroSeconds(zoned.toPlainTime().toString());
}

/** A wall-clock time as answers show it: `2030-03-31T02:00`, with its seconds when there are some. */
export function textOfWallClock(wallClock: Temporal.PlainDateTime): string {
  return withoutZeroSeconds(wallClock.toString());
}

function withoutZeroSeconds(text: string): string {
  return text.replace(/(:\d{2}):00$/, '$1');
}

/** The instant of a wall-clock time, or why it does not name one: a clock change skips or repeats it. */
export function instantOfWallClock(
  wallClock: Temporal.PlainDateTime,
  timeZone: string,
): number | 'skipped' | 'repeated' {
  const earlier = wallClock.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
  const later = wallClock.toZonedDateTime(timeZone, { disambiguation: 'later' });
  if (earlier.epochMilliseconds === later.epochMilliseconds) return earlier.epochMilliseconds;
  return earlier.toPlainDateTime().equals(wallClock) ? 'repeated' : 'skipped';
}

/**
 * An instant for any wall-clock time. A repeated time has two, and `repeated` chooses. A skipped time stands for the
 * instant of the clock change, so that a span of skipped times is empty.
 */
export function nearestInstant(
  wallClock: Temporal.PlainDateTime,
  timeZone: string,
  repeated: 'earlier' | 'later',
): number {
  const instant = instantOfWallClock(wallClock, timeZone);
  if (typeof instant === 'number') return instant;
  const zoned = wallClock.toZonedDateTime(timeZone, { disambiguation: instant === 'skipped' ? 'earlier' : repeated });
  const change = instant === 'skipped' ? zoned.getTimeZoneTransition('next') : zoned;
  return (change ?? zoned).epochMilliseconds;
}
