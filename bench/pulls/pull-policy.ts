import { Planner, type PlannerSettings } from '../../src/modules/supply/planner/planner.ts';
import { productDate } from '../../src/modules/supply/supplier/partition.ts';

/** Decides what to pull next. Products and days are numbered from 0. */
export interface PullPolicy {
  /** The product and day to pull now; `undefined` leaves the pull unused. */
  next(nowMs: number, today: number): { product: number; day: number } | undefined;
  observe(product: number, day: number, nowMs: number, isEmpty: boolean): void;
  read(product: number, day: number): void;
}

export const DAY_MS = 86_400_000;

function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** The planner of the server. */
export function plannerPolicy(
  settings: Omit<PlannerSettings, 'products'>,
  products: number,
  today: number,
): PullPolicy {
  const ids = Array.from({ length: products }, (_, product) => product + 1);
  const planner = new Planner({ ...settings, products: ids }, dateOf(today));
  const dates = Array.from({ length: 100 }, (_, day) => dateOf(today + day));
  const partitionOf = (product: number, day: number) => productDate(product + 1, dates[day - today] ?? dateOf(day));
  return {
    next(nowMs, on) {
      const decision = planner.next(nowMs, dates[on - today] ?? dateOf(on));
      if (decision.kind === 'wait') return undefined;
      const { productId, date } = decision.partition;
      return { product: productId - 1, day: Date.parse(date) / DAY_MS };
    },
    observe(product, day, nowMs, isEmpty) {
      planner.observe(partitionOf(product, day), { pulledAtMs: nowMs, isEmpty }, nowMs);
    },
    read: (product, day) => planner.countReads(partitionOf(product, day), 1),
  };
}

/** Every product and date in turn. */
export function roundRobin(products: number, horizon: number): PullPolicy {
  let turn = -1;
  return {
    next(_nowMs, today) {
      turn = (turn + 1) % (products * horizon);
      return { product: Math.floor(turn / horizon), day: today + (turn % horizon) };
    },
    observe: () => {},
    read: () => {},
  };
}

/** The earliest target deadline first. What was never pulled comes before everything else, nearest dates first. */
export function earliestDeadline(products: number, targetAges: readonly number[]): PullPolicy {
  // One queue for each day. All its products have the same target age, so they become due in the order of their pulls.
  const queues = new Map<number, { product: number; pulledAtMs: number }[]>();
  return {
    next(_nowMs, today) {
      let earliest: { day: number; dueAtMs: number } | undefined;
      for (const [ahead, targetMs] of targetAges.entries()) {
        const day = today + ahead;
        if (!queues.has(day)) queues.set(day, neverPulled(products));
        const dueAtMs = (queues.get(day)?.[0]?.pulledAtMs ?? Number.POSITIVE_INFINITY) + targetMs;
        if (earliest === undefined || dueAtMs < earliest.dueAtMs) earliest = { day, dueAtMs };
      }
      queues.delete(today - 1);
      const first = earliest === undefined ? undefined : queues.get(earliest.day)?.shift();
      return earliest === undefined || first === undefined ? undefined : { product: first.product, day: earliest.day };
    },
    observe: (product, day, nowMs) => queues.get(day)?.push({ product, pulledAtMs: nowMs }),
    read: () => {},
  };
}

function neverPulled(products: number): { product: number; pulledAtMs: number }[] {
  return Array.from({ length: products }, (_, product) => ({ product, pulledAtMs: -1e15 }));
}
