import type { Supplier } from './supplier.ts';

/** What day it is where the supplier is. */
export function todayAt({ timeZone }: Pick<Supplier, 'timeZone'>, nowMs: number): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(nowMs)).toZonedDateTimeISO(timeZone).toPlainDate();
}

/** How old knowledge of a day may get, in milliseconds; `undefined` for days nobody asks to be pulled. */
export function askedAgeMs(
  { cadence }: Pick<Supplier, 'cadence'>,
  today: Temporal.PlainDate,
  date: Temporal.PlainDate,
): number | undefined {
  const ahead = today.until(date, { largestUnit: 'days' }).days;
  return cadence.find(({ days: [first, last] }) => ahead >= first && ahead <= last)?.everyMs;
}

/** From today on, two months, both ends included. */
export function datesAhead(today: Temporal.PlainDate): Temporal.PlainDate[] {
  const last = today.add({ months: 2 });
  const dates: Temporal.PlainDate[] = [];
  for (let date = today; Temporal.PlainDate.compare(date, last) <= 0; date = date.add({ days: 1 })) dates.push(date);
  return dates;
}
