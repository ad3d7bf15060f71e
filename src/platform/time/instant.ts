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
