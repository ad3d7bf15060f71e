/** How old knowledge of dates from `days[0]` to `days[1]` days ahead may be, both included. */
export interface CadenceRule {
  readonly days: readonly [number, number];
  readonly everyMs: number;
}

/** The asked age for each number of days ahead, from today on. */
export function askedAges(cadence: readonly CadenceRule[]): number[] {
  const ages: number[] = [];
  for (const { days, everyMs } of cadence.toSorted((a, b) => a.days[0] - b.days[0])) {
    if (days[0] !== ages.length || days[1] < days[0]) throw new RangeError('the cadence must name each day once');
    if (!(everyMs > 0)) throw new RangeError('an asked age must be above 0');
    for (let day = days[0]; day <= days[1]; day += 1) ages.push(everyMs);
  }
  if (ages.length === 0) throw new RangeError('the cadence names no day');
  return ages;
}

/**
 * The age at which a product-date is pulled whatever it is worth, for each number of days ahead. Pulling everything
 * just that often takes `share` of the limit. Within it ages go with the root of the asked age, which makes the mean
 * of (age ÷ asked age) the least, the products being equal. Never below the asked age.
 */
export function floorAges(asked: readonly number[], products: number, pullsPerMs: number, share: number): number[] {
  const perRoot = asked.reduce((sum, ageMs) => sum + products / Math.sqrt(ageMs), 0);
  return asked.map((ageMs) => Math.max(ageMs, (Math.sqrt(ageMs) * perRoot) / (pullsPerMs * share)));
}

const DAY_MS = 86_400_000;

/** Days since 1970-01-01. */
export function dayOfDate(date: string): number {
  const day = Date.parse(`${date}T00:00:00Z`) / DAY_MS;
  if (!/^\d{4}-\d\d-\d\d$/.test(date) || !Number.isInteger(day)) throw new RangeError(`${date} is no date`);
  return day;
}

export function dateOfDay(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
