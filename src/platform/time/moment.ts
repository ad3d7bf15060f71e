import type { InstantText } from './instant.ts';

/**
 * A moment in UTC, to the microsecond, as two numbers. One number of microseconds since 1970 would exceed 2^53 in the
 * year 2255, and a bigint costs an allocation for each comparison.
 */
export interface Moment {
  /** Whole milliseconds since 1970, rounded down. */
  readonly ms: number;
  /** The remaining microseconds, 0 to 999. */
  readonly micros: number;
}

const DAY_MS = 86_400_000;
/** 0001-01-01 and the end of 9999-12-31: the years that PostgreSQL, JavaScript and four digits can express. */
const FIRST_MS = -62_135_596_800_000;
const END_MS = 253_402_300_800_000;
const DAYS_IN_MONTH = [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const ZERO = 48;
const MINUS = 45;
const PLUS = 43;
const COLON = 58;
const DOT = 46;
const SPACE = 32;
const LETTER_T = 84;
const LETTER_Z = 90;
/** Sets the bit that distinguishes a lower-case letter from its capital. */
const LOWER = 32;

/**
 * Parses a time, from `start` to the end of the text: the one grammar of all times that come in. `YYYY-MM-DD`, then
 * optionally `T`, `t` or a space and `HH:MM[:SS[.f]]` with one to nine decimals, then optionally `Z`, `z`, `±HH`,
 * `±HHMM` or `±HH:MM`. After a time of day a space may stand for the `+` of an offset: a query decodes a bare `+` as
 * one. Decimals after the sixth are cut. Without an offset the time is UTC.
 *
 * The grammar is checked here and nowhere else: PostgreSQL would accept `now`, `infinity` and `24:00`, and JavaScript
 * would turn 30 February into a day of March. Parsing with `Temporal` takes about as long as a whole answer from memory,
 * so the text is read by hand; a property test compares the two.
 *
 * @returns `undefined` for a text outside the grammar, and for dates and times that do not exist
 */
export function readMoment(text: string, start = 0): Moment | undefined {
  const days = readDate(text, start);
  if (Number.isNaN(days)) return undefined;
  const end = text.length;
  let at = start + 10;
  let ms = days * DAY_MS;
  let micros = 0;
  const separator = at < end ? text.charCodeAt(at) : 0;
  if ((separator & ~LOWER) === LETTER_T || separator === SPACE) {
    const hour = twoDigits(text, at + 1);
    const minute = text.charCodeAt(at + 3) === COLON ? twoDigits(text, at + 4) : -1;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return undefined;
    ms += hour * 3_600_000 + minute * 60_000;
    at += 6;
    if (at < end && text.charCodeAt(at) === COLON) {
      const second = twoDigits(text, at + 1);
      if (second < 0 || second > 59) return undefined;
      ms += second * 1_000;
      at += 3;
      if (at < end && text.charCodeAt(at) === DOT) {
        const fractionEnd = endOfDigits(text, at + 1);
        const fraction = readFraction(text, at + 1, fractionEnd);
        if (fraction < 0) return undefined;
        ms += Math.trunc(fraction / 1_000);
        micros = fraction % 1_000;
        at = fractionEnd;
      }
    }
  }
  ms -= readOffset(text, at, end);
  return ms >= FIRST_MS && ms < END_MS ? { ms, micros } : undefined;
}

/** Days since 1970-01-01, or NaN. Algorithm: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
function readDate(text: string, at: number): number {
  const century = twoDigits(text, at);
  const inCentury = twoDigits(text, at + 2);
  const month = twoDigits(text, at + 5);
  const day = twoDigits(text, at + 8);
  if (century < 0 || inCentury < 0 || month < 1 || month > 12 || day < 1) return Number.NaN;
  if (text.charCodeAt(at + 4) !== MINUS || text.charCodeAt(at + 7) !== MINUS) return Number.NaN;
  const year = century * 100 + inCentury;
  if (year === 0 || day > (DAYS_IN_MONTH[month] ?? 0) || (month === 2 && day === 29 && !isLeap(year))) {
    return Number.NaN;
  }
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/**
 * The offset in milliseconds, or NaN for a text that is not an offset. A space directly after a date begins a time of
 * day, so here it follows one.
 */
function readOffset(text: string, at: number, end: number): number {
  if (at === end) return 0;
  const sign = text.charCodeAt(at);
  if ((sign & ~LOWER) === LETTER_Z) return at + 1 === end ? 0 : Number.NaN;
  if (sign !== PLUS && sign !== MINUS && sign !== SPACE) return Number.NaN;
  const hours = twoDigits(text, at + 1);
  let minutes = 0;
  if (at + 3 !== end) {
    const from = text.charCodeAt(at + 3) === COLON ? at + 4 : at + 3;
    minutes = from + 2 === end ? twoDigits(text, from) : -1;
  }
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return Number.NaN;
  const offset = hours * 3_600_000 + minutes * 60_000;
  return sign === MINUS ? -offset : offset;
}

/** Two decimal digits as a number, or -1. Past the end of the text `charCodeAt` is NaN, which no comparison passes. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO;
  const ones = text.charCodeAt(at + 1) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}

function endOfDigits(text: string, start: number): number {
  let at = start;
  while (at < text.length && text.charCodeAt(at) >= ZERO && text.charCodeAt(at) < ZERO + 10) at += 1;
  return at;
}

/** One to nine digits as microseconds, without those after the sixth, or -1. */
function readFraction(text: string, start: number, end: number): number {
  const digits = end - start;
  if (digits < 1 || digits > 9) return -1;
  let value = 0;
  for (let at = start; at < start + 6; at += 1) value = value * 10 + (at < end ? text.charCodeAt(at) - ZERO : 0);
  return value;
}

/** Whether a text that `readMoment` parses has an offset or `Z`: signs and spaces of the date and before the time aside. */
export function hasOffset(text: string): boolean {
  return /[Zz+-]/.test(text.slice(10)) || text.includes(' ', 11);
}

/** The moment as text, with its microseconds: `2022-09-11T17:03:17.000001Z`. */
export function textOfMoment({ ms, micros }: Moment): InstantText {
  const iso = new Date(ms).toISOString();
  const fraction = `${iso.slice(20, 23)}${String(micros).padStart(3, '0')}`.replace(/0+$/, '');
  return fraction === '' ? `${iso.slice(0, 19)}Z` : `${iso.slice(0, 19)}.${fraction}Z`;
}
