import type { CadenceRule } from '../supplier/supplier.ts';

/** The target age for each number of days ahead, from today on, in milliseconds. */
export function targetAges(cadence: readonly CadenceRule[]): number[] {
  const ages: number[] = [];
  for (const { days, everyMs } of cadence.toSorted((a, b) => a.days[0] - b.days[0])) {
    if (days[0] !== ages.length || days[1] < days[0]) throw new RangeError('the cadence must cover each day once');
    if (!(everyMs > 0)) throw new RangeError('a target age must be above 0');
    for (let day = days[0]; day <= days[1]; day += 1) ages.push(everyMs);
  }
  if (ages.length === 0) throw new RangeError('the cadence must cover at least one day');
  return ages;
}

/**
 * The floor age for each number of days ahead, in milliseconds. A partition that reaches it is pulled whatever its
 * value. To pull everything exactly that often takes `share` of the limit. Within that share, floor ages are in
 * proportion to the square root of the target ages, which minimizes the mean of (age ÷ target age) when all products
 * are equal. A floor age is never below the target age.
 */
export function floorAges(targets: readonly number[], products: number, pullsPerMs: number, share: number): number[] {
  const perRoot = targets.reduce((sum, ageMs) => sum + products / Math.sqrt(ageMs), 0);
  return targets.map((ageMs) => Math.max(ageMs, (Math.sqrt(ageMs) * perRoot) / (pullsPerMs * share)));
}

const DAY_MS = 86_400_000;

/** Days from 1970-01-01 to a date, `YYYY-MM-DD`. */
export function dayOfDate(date: string): number {
  const day = Date.parse(`${date}T00:00:00Z`) / DAY_MS;
  if (!/^\d{4}-\d\d-\d\d$/.test(date) || !Number.isInteger(day)) throw new RangeError(`${date} is not a date`);
  return day;
}

/** The inverse of `dayOfDate`. */
export function dateOfDay(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
