import { dateIn } from '../format.ts';

/** Times by a provider's clock: minutes since midnight of a date in their zone, and written as in 13:00 everywhere. */

export const DAY_MIN = 24 * 60;

/** A part of a day. */
export interface MinuteRange {
  readonly fromMin: number;
  readonly untilMin: number;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

export function minutesIn(instant: string | number, timeZone: string): number {
  let clock = clocks.get(timeZone);
  if (clock === undefined) {
    clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone });
    clocks.set(timeZone, clock);
  }
  return readMinutes(clock.format(new Date(instant)));
}

/** When a zone's clock shows a time, in ms since 1970. Of a time that it skips or repeats, a moment near it. */
export function instantMs(date: string, minutes: number, timeZone: string): number {
  const wallMs = Date.parse(`${date}T00:00:00Z`) + minutes * 60_000;
  const aheadMs = (ms: number) =>
    Date.parse(`${dateIn(ms, timeZone)}T${writtenMinutes(minutesIn(ms, timeZone))}:00Z`) - ms;
  // The zone's distance from UTC at about that time, and then at that time.
  return wallMs - aheadMs(wallMs - aheadMs(wallMs));
}

/** 10:30 for 630. */
export function writtenMinutes(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

/** 10:30–12:00; a day ends at 00:00. */
export function writtenRange({ fromMin, untilMin }: MinuteRange): string {
  return `${writtenMinutes(fromMin)}–${writtenMinutes(untilMin % DAY_MIN)}`;
}

export function readMinutes(text: string): number {
  const [hour = 0, minute = 0] = text.split(':').map(Number);
  return hour * 60 + minute;
}
