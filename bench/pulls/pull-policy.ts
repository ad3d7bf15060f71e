import { Planner, type PlannerSettings } from '../../src/modules/supply/planner/planner.ts';

/** Days are numbered, and so are products, from 0. */
export interface PullPolicy {
  /** What to pull at this moment; nothing if the pull is left unused. */
  next(nowMs: number, today: number): { product: number; day: number } | undefined;
  observe(product: number, day: number, nowMs: number, answer: { changed: boolean; empty: boolean }): void;
  read(product: number, day: number): void;
}

export const DAY_MS = 86_400_000;

function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

export function plannerPolicy(
  settings: Omit<PlannerSettings, 'products'>,
  products: number,
  today: number,
): PullPolicy {
  const ids = Array.from({ length: products }, (_, product) => product + 1);
  const planner = new Planner({ ...settings, products: ids }, dateOf(today), undefined);
  const dates = Array.from({ length: 100 }, (_, day) => dateOf(today + day));
  const targetOf = (product: number, day: number) => ({
    productId: product + 1,
    date: dates[day - today] ?? dateOf(day),
  });
  return {
    next(nowMs, on) {
      const decision = planner.next(nowMs, dates[on - today] ?? dateOf(on));
      if (decision.kind === 'wait') return undefined;
      const { productId, date } = decision.target;
      return { product: productId - 1, day: Date.parse(date) / DAY_MS };
    },
    observe(product, day, nowMs, answer) {
      planner.observe(targetOf(product, day), { pulledAtMs: nowMs, ...answer }, nowMs);
    },
    read: (product, day) => planner.read(targetOf(product, day), 1),
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

/** The earliest asked deadline first; what was never pulled has the earliest, nearest dates before others. */
export function deadlines(products: number, asked: readonly number[]): PullPolicy {
  // One queue for each day: within it all have the same asked age, so they fall due in the order they were pulled in.
  const queues = new Map<number, { product: number; dueFromMs: number }[]>();
  return {
    next(_nowMs, today) {
      let best: { day: number; dueAtMs: number } | undefined;
      for (const [ahead, askedMs] of asked.entries()) {
        const day = today + ahead;
        if (!queues.has(day))
          queues.set(
            day,
            Array.from({ length: products }, (_, product) => ({ product, dueFromMs: -1e15 })),
          );
        const dueAtMs = (queues.get(day)?.[0]?.dueFromMs ?? Number.POSITIVE_INFINITY) + askedMs;
        if (best === undefined || dueAtMs < best.dueAtMs) best = { day, dueAtMs };
      }
      queues.delete(today - 1);
      const first = best === undefined ? undefined : queues.get(best.day)?.shift();
      return best === undefined || first === undefined ? undefined : { product: first.product, day: best.day };
    },
    observe: (product, day, nowMs) => queues.get(day)?.push({ product, dueFromMs: nowMs }),
    read: () => {},
  };
}
