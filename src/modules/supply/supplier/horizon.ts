import type { Supplier } from './supplier.ts';

/** The date in the supplier's time zone. */
export function todayAt({ timeZone }: Pick<Supplier, 'timeZone'>, nowMs: number): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(nowMs)).toZonedDateTimeISO(timeZone).toPlainDate();
}

/** The target age of a date, in milliseconds; `undefined` for a date that the cadence does not cover. */
export function targetAgeMs(
  { cadence }: Pick<Supplier, 'cadence'>,
  today: Temporal.PlainDate,
  date: Temporal.PlainDate,
): number | undefined {
  const ahead = today.until(date, { largestUnit: 'days' }).days;
  return cadence.find(({ days: [first, last] }) => ahead >= first && ahead <= last)?.everyMs;
}

/** The dates from today to two months ahead, both ends included. */
export function datesAhead(today: Temporal.PlainDate): Temporal.PlainDate[] {
  const last = today.add({ months: 2 });
  const dates: Temporal.PlainDate[] = [];
  for (let date = today; Temporal.PlainDate.compare(date, last) <= 0; date = date.add({ days: 1 })) dates.push(date);
  return dates;
}
