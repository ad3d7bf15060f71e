/** Times, money and numbers in the visitor's locale. */

export const VISITOR_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

type Instant = string | number;

const dateFormats = new Map<string, Intl.DateTimeFormat>();

function dateFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify(options);
  let cached = dateFormats.get(key);
  if (cached === undefined) {
    cached = new Intl.DateTimeFormat(undefined, options);
    dateFormats.set(key, cached);
  }
  return cached;
}

function format(instant: Instant, options: Intl.DateTimeFormatOptions): string {
  return dateFormat(options).format(new Date(instant));
}

/** `13:45`. */
export function formatTime(instant: Instant, timeZone = VISITOR_ZONE): string {
  return format(instant, { hour: '2-digit', minute: '2-digit', timeZone });
}

/** `Sun, 13:45`. */
export function formatWeekdayTime(instant: Instant, timeZone = VISITOR_ZONE): string {
  return format(instant, { weekday: 'short', hour: '2-digit', minute: '2-digit', timeZone });
}

/** `13:45 – 14:00`. */
export function formatTimeRange(start: string, end: string, timeZone = VISITOR_ZONE): string {
  const [from, to] = [formatTime(start, timeZone), formatTime(end, timeZone)];
  // A slot that has only an arrival time is stored as a whole day, so both times are the same.
  return from === to ? from : `${from} – ${to}`;
}

/** Shows the year unless it is the current one. */
function yearOption(instant: Instant, timeZone: string): Intl.DateTimeFormatOptions {
  const year = (when: Instant) => dateIn(when, timeZone).slice(0, 4);
  return year(instant) === year(Date.now()) ? {} : { year: 'numeric' };
}

/** `Wednesday 2 December`. */
export function formatLongDay(instant: Instant, timeZone = VISITOR_ZONE): string {
  return format(instant, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...yearOption(instant, timeZone),
    timeZone,
  });
}

/** `Wed 2 Dec`. */
export function formatShortDay(instant: Instant, timeZone = VISITOR_ZONE): string {
  return format(instant, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    ...yearOption(instant, timeZone),
    timeZone,
  });
}

/** `2 Dec 2026`. */
export function formatDate(instant: Instant, timeZone = VISITOR_ZONE): string {
  return format(instant, { day: 'numeric', month: 'short', year: 'numeric', timeZone });
}

/** `23–29 Nov 2026` for two calendar dates. */
export function formatDateRange(first: string, last: string): string {
  const noon = (date: string) => new Date(`${date}T12:00:00Z`);
  const options = { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' } as const;
  return dateFormat(options).formatRange(noon(first), noon(last));
}

/** `2 Dec 2026, 13:45`. */
export function formatDateTime(instant: Instant): string {
  return format(instant, { dateStyle: 'medium', timeStyle: 'short', timeZone: VISITOR_ZONE });
}

/** `2 Dec 2026, 13:45:30`. */
export function formatExactDateTime(instant: Instant): string {
  return format(instant, { dateStyle: 'medium', timeStyle: 'medium', timeZone: VISITOR_ZONE });
}

/** `Wednesday 2 December` for the calendar date `2026-12-02`, which is the same in every zone. */
export function formatLongDate(date: string): string {
  return formatLongDay(`${date}T12:00:00Z`, 'UTC');
}

/** `Wed 2 Dec` for the calendar date `2026-12-02`. */
export function formatShortDate(date: string): string {
  return formatShortDay(`${date}T12:00:00Z`, 'UTC');
}

/** `Wed 2 Dec` for the calendar date `2026-12-02`, without a year in any case. */
export function formatWeekdayDate(date: string): string {
  return format(`${date}T12:00:00Z`, { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' });
}

/** `December 2026` for the month `2026-12`. */
export function formatMonth(month: string): string {
  return format(`${month}-15T12:00:00Z`, { month: 'long', year: 'numeric', timeZone: 'UTC' });
}

const isoDateFormats = new Map<string, Intl.DateTimeFormat>();

/** Calendar date of an instant in a zone: `2026-12-30`. */
export function dateIn(instant: Instant, timeZone = VISITOR_ZONE): string {
  let isoDateFormat = isoDateFormats.get(timeZone);
  if (isoDateFormat === undefined) {
    // Sweden writes dates as ISO 8601 does.
    isoDateFormat = new Intl.DateTimeFormat('sv-SE', { timeZone });
    isoDateFormats.set(timeZone, isoDateFormat);
  }
  return isoDateFormat.format(new Date(instant));
}

/** Hour of an instant in a zone, 0 to 23. */
export function hourIn(instant: Instant, timeZone: string): number {
  const hour = new Intl.DateTimeFormat('sv-SE', { hour: '2-digit', hourCycle: 'h23', timeZone });
  return Number(hour.format(new Date(instant)));
}

/** `Berlin`, or `UTC+08:00` for a zone that is a fixed offset. */
export function zoneName(timeZone: string): string {
  if (/^[+-]/.test(timeZone)) return `UTC${timeZone}`;
  return timeZone.split('/').at(-1)?.replaceAll('_', ' ') ?? timeZone;
}

const moneyFormats = new Map<string, Intl.NumberFormat>();

function moneyFormat(currency: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = currency + JSON.stringify(options);
  let numberFormat = moneyFormats.get(key);
  if (numberFormat === undefined) {
    numberFormat = new Intl.NumberFormat(undefined, { style: 'currency', currency, ...options });
    moneyFormats.set(key, numberFormat);
  }
  return numberFormat;
}

/** An amount with all its decimals: a price that looks rounded would not be the one that is paid. */
export function formatMoney(amount: number, currency: string): string {
  const usual = moneyFormat(currency, {});
  const decimals = String(amount).split('.')[1]?.length ?? 0;
  const isFiner = decimals > (usual.resolvedOptions().maximumFractionDigits ?? 0);
  return (isFiner ? moneyFormat(currency, { maximumFractionDigits: decimals }) : usual).format(amount);
}

/**
 * The number alone, for a day of the month grid, which has little room. Amounts from 100 up have no cents. A currency
 * sign would be ambiguous: many currencies share `$`.
 */
export function formatBareAmount(amount: number, currency: string): string {
  const cents: Intl.NumberFormatOptions =
    amount < 100 ? { trailingZeroDisplay: 'stripIfInteger' } : { maximumFractionDigits: 0 };
  const numberParts = ['integer', 'group', 'decimal', 'fraction'];
  return moneyFormat(currency, cents)
    .formatToParts(amount)
    .flatMap(({ type, value }) => (numberParts.includes(type) ? [value] : []))
    .join('');
}

export function formatCount(value: number): string {
  return new Intl.NumberFormat().format(value);
}

/** `1 slot`, `12 slots`. */
export function formatQuantity(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? singular : plural}`;
}

/**
 * `40 s`, `58 min`, `3 h`, `2 days`: the largest unit that fits, rounded down. It is part of the page's English
 * sentences, so it does not depend on the visitor's locale.
 */
export function formatDuration(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1_000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h`;
  return formatQuantity(Math.floor(seconds / 86_400), 'day');
}

/** `04:09`, `1:04:09`. */
export function formatCountdown(durationMs: number): string {
  const seconds = Math.max(0, Math.ceil(durationMs / 1_000));
  const clock = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, '0')).join(':');
  const hours = Math.floor(seconds / 3_600);
  return hours > 0 ? `${hours}:${clock}` : clock;
}
