/** Times and money, as the visitor's locale writes them. */

export const VISITOR_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

const formats = new Map<string, Intl.DateTimeFormat>();

function format(instant: string | number, options: Intl.DateTimeFormatOptions): string {
  const key = JSON.stringify(options);
  let made = formats.get(key);
  if (made === undefined) {
    made = new Intl.DateTimeFormat(undefined, options);
    formats.set(key, made);
  }
  return made.format(new Date(instant));
}

export function clockTime(instant: string | number, timeZone = VISITOR_ZONE): string {
  return format(instant, { hour: '2-digit', minute: '2-digit', timeZone });
}

export function weekdayTime(instant: string | number, timeZone = VISITOR_ZONE): string {
  return format(instant, { weekday: 'short', hour: '2-digit', minute: '2-digit', timeZone });
}

/** 0 to 23. */
export function hourIn(instant: string | number, timeZone: string): number {
  return Number(
    new Intl.DateTimeFormat('sv-SE', { hour: '2-digit', hourCycle: 'h23', timeZone }).format(new Date(instant)),
  );
}

export function clockSpan(start: string, end: string, timeZone = VISITOR_ZONE): string {
  const [from, to] = [clockTime(start, timeZone), clockTime(end, timeZone)];
  // What has only a time to come at ends a day later, as far as anybody knows.
  return from === to ? from : `${from} – ${to}`;
}

/** A day of this year goes without saying so. */
function yearOf(instant: string | number, timeZone: string): Intl.DateTimeFormatOptions {
  const year = (when: string | number) => dateIn(when, timeZone).slice(0, 4);
  return year(instant) === year(Date.now()) ? {} : { year: 'numeric' };
}

export function longDay(instant: string | number, timeZone = VISITOR_ZONE): string {
  return format(instant, { weekday: 'long', day: 'numeric', month: 'long', ...yearOf(instant, timeZone), timeZone });
}

export function shortDay(instant: string | number, timeZone = VISITOR_ZONE): string {
  return format(instant, { weekday: 'short', day: 'numeric', month: 'short', ...yearOf(instant, timeZone), timeZone });
}

export function fullDate(instant: string | number, timeZone = VISITOR_ZONE): string {
  return format(instant, { day: 'numeric', month: 'short', year: 'numeric', timeZone });
}

export function moment(instant: string | number, timeZone = VISITOR_ZONE): string {
  return format(instant, { dateStyle: 'medium', timeStyle: 'short', timeZone });
}

export function exactMoment(instant: string | number): string {
  return format(instant, { dateStyle: 'medium', timeStyle: 'medium', timeZone: VISITOR_ZONE });
}

/** A calendar date, such as 2026-12-30, is the same in every zone. */
export function dateLong(date: string): string {
  return longDay(`${date}T12:00:00Z`, 'UTC');
}

export function monthName(month: string): string {
  return format(`${month}-15T12:00:00Z`, { month: 'long', year: 'numeric', timeZone: 'UTC' });
}

const calendars = new Map<string, Intl.DateTimeFormat>();

/** In which calendar date an instant falls in a zone, such as 2026-12-30. */
export function dateIn(instant: string | number, timeZone = VISITOR_ZONE): string {
  let calendar = calendars.get(timeZone);
  if (calendar === undefined) {
    calendar = new Intl.DateTimeFormat('sv-SE', { timeZone });
    calendars.set(timeZone, calendar);
  }
  return calendar.format(new Date(instant));
}

/** `Berlin`, or `UTC+08:00` for a zone that is known by its distance only. */
export function zoneName(timeZone: string): string {
  if (/^[+-]/.test(timeZone)) return `UTC${timeZone}`;
  return timeZone.split('/').at(-1)?.replaceAll('_', ' ') ?? timeZone;
}

const moneys = new Map<string, Intl.NumberFormat>();

function moneyFormat(currency: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = currency + JSON.stringify(options);
  let made = moneys.get(key);
  if (made === undefined) {
    made = new Intl.NumberFormat(undefined, { style: 'currency', currency, ...options });
    moneys.set(key, made);
  }
  return made;
}

export function money(amount: number, currency: string): string {
  return moneyFormat(currency, {}).format(amount);
}

/**
 * For a day of a month, which has little room: the number alone, and of a hundred or more no cents. A sign would not do:
 * `$` is that of many currencies.
 */
export function bareAmount(amount: number, currency: string): string {
  const cents: Intl.NumberFormatOptions =
    amount < 100 ? { trailingZeroDisplay: 'stripIfInteger' } : { maximumFractionDigits: 0 };
  const parts = moneyFormat(currency, cents).formatToParts(amount);
  const ofNumber = ['integer', 'group', 'decimal', 'fraction'];
  return parts.flatMap(({ type, value }) => (ofNumber.includes(type) ? [value] : [])).join('');
}

export function count(value: number): string {
  return new Intl.NumberFormat().format(value);
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

/**
 * `12 seconds`, `59 minutes`, `3 days`: the greatest unit that fits, rounded down. A word of the page's own English
 * sentences, whatever the visitor's locale.
 */
export function span(durationMs: number): string {
  const [unit, length] = UNITS.find(([, length]) => durationMs >= length) ?? (['second', 1_000] as const);
  const value = Math.max(0, Math.floor(durationMs / length));
  return new Intl.NumberFormat('en', { style: 'unit', unit, unitDisplay: 'long' }).format(value);
}

/** `4:09`, `1:04:09`. */
export function countdown(durationMs: number): string {
  const seconds = Math.max(0, Math.ceil(durationMs / 1_000));
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, '0'));
  const hours = Math.floor(seconds / 3_600);
  return hours > 0 ? `${hours}:${parts.join(':')}` : parts.join(':');
}
