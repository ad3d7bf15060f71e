import { addDays } from '../calendar-dates.ts';
import { dateIn } from '../format.ts';

/** Times by a provider's clock, as minutes since midnight of a date in their zone. */

export const DAY_MIN = 24 * 60;

/** A part of a day, in minutes since midnight: half-open, as slots are. */
export interface MinuteRange {
  readonly fromMin: number;
  readonly untilMin: number;
}

/** Whether a range ends at its start or before it, as one that is being typed may. */
export function isEmptyRange({ fromMin, untilMin }: MinuteRange): boolean {
  return untilMin <= fromMin;
}

const timeFormats = new Map<string, Intl.DateTimeFormat>();

export function minutesIn(instant: string | number, timeZone: string): number {
  let timeFormat = timeFormats.get(timeZone);
  if (timeFormat === undefined) {
    timeFormat = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone });
    timeFormats.set(timeZone, timeFormat);
  }
  return parseMinutes(timeFormat.format(new Date(instant)));
}

/**
 * The instant, in ms since 1970, at which a zone's clock shows a time. For a time that a clock change skips or repeats
 * it is an instant nearby.
 */
export function instantMs(date: string, minutes: number, timeZone: string): number {
  const wallMs = Date.parse(`${date}T00:00:00Z`) + minutes * 60_000;
  const offsetMs = (ms: number) =>
    Date.parse(`${dateIn(ms, timeZone)}T${formatMinutes(minutesIn(ms, timeZone))}:00Z`) - ms;
  // The first offset may be from the other side of a clock change. The second is the offset at the instant itself.
  return wallMs - offsetMs(wallMs - offsetMs(wallMs));
}

/** `10:30` for 630. */
export function formatMinutes(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

/** `10:30–12:00`. A range that reaches the end of the day ends at `00:00`. */
export function formatMinuteRange({ fromMin, untilMin }: MinuteRange): string {
  return `${formatMinutes(fromMin)}–${formatMinutes(untilMin % DAY_MIN)}`;
}

/** 630 for `10:30`. */
export function parseMinutes(text: string): number {
  const [hour = 0, minute = 0] = text.split(':').map(Number);
  return hour * 60 + minute;
}

/** `2026-12-30 10:30`, as the API takes a time without an offset. Minute 1440 is midnight of the next day. */
export function formatWallTime(date: string, minutes: number): string {
  return minutes === DAY_MIN ? `${addDays(date, 1)} 00:00` : `${date} ${formatMinutes(minutes)}`;
}
