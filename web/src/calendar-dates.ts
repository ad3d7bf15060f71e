/** Calendar arithmetic on texts such as 2026-12 and 2026-12-30. */

export function monthOf(date: string): string {
  return date.slice(0, 7);
}

export function addMonths(month: string, months: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 + months, 1)).toISOString().slice(0, 7);
}

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** 0 for the first day of a week in the visitor's locale. */
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

export function weekStart(date: string): string {
  return addDays(date, -weekdayOf(date));
}

/** Six weeks of seven days, so that months are of one height; days of other months are `undefined`. */
export function weeksOf(month: string): (string | undefined)[][] {
  const first = `${month}-01`;
  const start = addDays(first, -weekdayOf(first));
  return Array.from({ length: 6 }, (_, week) =>
    Array.from({ length: 7 }, (_, day) => {
      const date = addDays(start, week * 7 + day);
      return monthOf(date) === month ? date : undefined;
    }),
  );
}

export function weekdayNames(style: 'short' | 'long'): string[] {
  const names = new Intl.DateTimeFormat(undefined, { weekday: style, timeZone: 'UTC' });
  const start = weekStart('2026-01-07');
  return Array.from({ length: 7 }, (_, day) => names.format(new Date(`${addDays(start, day)}T12:00:00Z`)));
}
