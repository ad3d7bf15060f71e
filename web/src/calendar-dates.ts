/** Arithmetic on months such as `2026-12` and calendar dates such as `2026-12-30`. */

const DAY_MS = 86_400_000;

export function monthOf(date: string): string {
  return date.slice(0, 7);
}

export function addMonths(month: string, months: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 + months, 1)).toISOString().slice(0, 7);
}

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Position of a date in its week, by the visitor's locale: 0 for the first day. */
export function weekdayOf(date: string): number {
  return (new Date(`${date}T00:00:00Z`).getUTCDay() - firstWeekday() + 7) % 7;
}

interface WeekInfo {
  readonly firstDay: number;
}

function firstWeekday(): number {
  const locale = new Intl.Locale(navigator.language) as Intl.Locale & {
    readonly weekInfo?: WeekInfo;
    getWeekInfo?(): WeekInfo;
  };
  return (locale.getWeekInfo?.() ?? locale.weekInfo)?.firstDay ?? 1;
}

/** First day of the week that contains a date. */
export function weekStart(date: string): string {
  return addDays(date, -weekdayOf(date));
}

/** Six weeks of seven days, so that all months have the same height. Days of other months are `undefined`. */
export function weeksOf(month: string): (string | undefined)[][] {
  const first = weekStart(`${month}-01`);
  return Array.from({ length: 6 }, (_, week) =>
    Array.from({ length: 7 }, (_, day) => {
      const date = addDays(first, week * 7 + day);
      return monthOf(date) === month ? date : undefined;
    }),
  );
}

export function weekdayNames(style: 'short' | 'long'): string[] {
  const names = new Intl.DateTimeFormat(undefined, { weekday: style, timeZone: 'UTC' });
  const anyWeek = weekStart('2026-01-07');
  return Array.from({ length: 7 }, (_, day) => names.format(new Date(`${addDays(anyWeek, day)}T12:00:00Z`)));
}
