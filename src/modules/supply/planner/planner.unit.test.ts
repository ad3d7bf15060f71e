import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Planner, type PlannerMemory, type PlannerSettings } from './planner.ts';
import type { Target } from './target-table.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const START_MS = Date.parse('2026-11-21T00:00:00Z');
const CADENCE = [
  { days: [0, 0], everyMs: HOUR_MS / 2 },
  { days: [1, 2], everyMs: 6 * HOUR_MS },
  { days: [3, 13], everyMs: DAY_MS },
] as const;
const HORIZON = 14;
/** 20 products × 14 dates ask for 1,340 pulls a day. */
const TIGHT: PlannerSettings = {
  products: Array.from({ length: 20 }, (_, index) => index + 1),
  cadence: CADENCE,
  pullsPerDay: 720,
};
const SCARCE: PlannerSettings = { ...TIGHT, pullsPerDay: 320, floorShare: 0.5 };
const AMPLE: PlannerSettings = { ...TIGHT, pullsPerDay: 2_880 };

const todayAt = (nowMs: number) => new Date(nowMs).toISOString().slice(0, 10);
const daysAhead = ({ date }: Target, nowMs: number) => (Date.parse(date) - Date.parse(todayAt(nowMs))) / DAY_MS;
const keyOf = ({ productId, date }: Target) => `${productId}/${date}`;

interface Supplier {
  readonly sells: (target: Target, nowMs: number) => boolean;
  readonly changed: (target: Target, nowMs: number) => boolean;
  /** What is read between two pulls. */
  readonly reads: (nowMs: number) => readonly (readonly [Target, number])[];
}

const QUIET: Supplier = { sells: () => true, changed: () => false, reads: () => [] };

/** One pull in each tick of the limit. */
function* pulls(planner: Planner, settings: PlannerSettings, supplier: Supplier, fromMs: number, days: number) {
  const tickMs = DAY_MS / settings.pullsPerDay;
  for (let nowMs = fromMs; nowMs < fromMs + days * DAY_MS; nowMs += tickMs) {
    for (const [target, count] of supplier.reads(nowMs)) planner.read(target, count);
    const decision = planner.next(nowMs, todayAt(nowMs));
    if (decision.kind === 'wait') {
      expect(decision.untilMs).toBeGreaterThan(nowMs);
      continue;
    }
    const { target } = decision;
    const [changed, empty] = [supplier.changed(target, nowMs), !supplier.sells(target, nowMs)];
    planner.observe(target, { pulledAtMs: nowMs, changed, empty }, nowMs);
    yield { target, nowMs };
  }
}

/** Once an hour, what was read in it: product k a k-th as often as the first, near dates more than far ones. */
const zipf = (nowMs: number): [Target, number][] =>
  nowMs % HOUR_MS >= DAY_MS / TIGHT.pullsPerDay
    ? []
    : TIGHT.products.flatMap((productId) =>
        Array.from({ length: HORIZON }, (_, ahead): [Target, number] => [
          { productId, date: todayAt(nowMs + ahead * DAY_MS) },
          100 / productId / (1 + ahead),
        ]),
      );

/** Readers and answers of every kind, from a few numbers. */
const supplier = fc
  .record({ favourite: fc.integer({ min: 1, max: 20 }), reads: fc.nat(500), weekday: fc.nat(6), salt: fc.nat(1_000) })
  .map(({ favourite, reads, weekday, salt }): Supplier => {
    const mixed = ({ productId, date }: Target, nowMs: number) =>
      (productId * 7 + Date.parse(date) / DAY_MS + nowMs / HOUR_MS + salt) % 3;
    return {
      sells: (target) => new Date(target.date).getUTCDay() !== weekday && target.productId % 4 !== salt % 4,
      changed: (target, nowMs) => mixed(target, nowMs) < 1,
      reads: (nowMs) => [[{ productId: favourite, date: todayAt(nowMs + (salt % HORIZON) * DAY_MS) }, reads]],
    };
  });

/** The greatest age of each product-date over what the planner promises for it, ever; above 1 is a broken promise. */
function worstAge(planner: Planner, settings: PlannerSettings, from: Supplier, days: number): number {
  const pulledAt = new Map<string, number>();
  let worst = 0;
  let checkedAtMs = START_MS;
  for (const { target, nowMs } of pulls(planner, settings, from, START_MS, days)) {
    pulledAt.set(keyOf(target), nowMs);
    if (nowMs - checkedAtMs < HOUR_MS) continue;
    checkedAtMs = nowMs;
    for (const productId of settings.products) {
      for (let ahead = 0; ahead < HORIZON; ahead += 1) {
        const since = pulledAt.get(keyOf({ productId, date: todayAt(nowMs + ahead * DAY_MS) })) ?? START_MS;
        // A date that has just come into the horizon is as old as that.
        const entered = Date.parse(todayAt(nowMs)) + (ahead - HORIZON + 1) * DAY_MS;
        worst = Math.max(worst, (nowMs - Math.max(since, entered)) / planner.maxAgeMs(ahead));
      }
    }
  }
  return worst;
}

describe('Planner', () => {
  it('lets nothing grow older than its bound, whatever is read and answered', () => {
    fc.assert(
      fc.property(supplier, (from) => {
        expect(worstAge(new Planner(SCARCE, todayAt(START_MS)), SCARCE, from, 12)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 15 },
    );
  });

  it('would be found out, were it to starve what is not read', () => {
    const starving = new Planner({ ...SCARCE, floorShare: 1e-6 }, todayAt(START_MS));
    const promising = new Planner(SCARCE, todayAt(START_MS));
    starving.maxAgeMs = (ahead) => promising.maxAgeMs(ahead);
    const reads = (nowMs: number) => zipf(nowMs).filter(([{ productId }]) => productId < 4);
    expect(worstAge(starving, SCARCE, { ...QUIET, reads }, 12)).toBeGreaterThan(1);
  });

  it('names only dates from today to the end of the horizon, and nothing twice at once', () => {
    const steps = fc.array(fc.tuple(fc.nat(30 * HOUR_MS), fc.nat(3)), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (taken) => {
        const planner = new Planner(TIGHT, todayAt(START_MS));
        const inFlight = new Map<string, Target>();
        let nowMs = START_MS;
        for (const [waitMs, what] of taken) {
          nowMs += what === 0 ? waitMs : 1_000;
          const decision = planner.next(nowMs, todayAt(nowMs));
          if (decision.kind === 'wait') continue;
          const { target } = decision;
          expect(daysAhead(target, nowMs)).toBeGreaterThanOrEqual(0);
          expect(daysAhead(target, nowMs)).toBeLessThan(HORIZON);
          expect(inFlight.has(keyOf(target))).toBe(false);
          inFlight.set(keyOf(target), target);
          const [done] = inFlight.values();
          if (what < 2 || done === undefined) continue;
          inFlight.delete(keyOf(done));
          if (what === 2) planner.observe(done, { pulledAtMs: nowMs, changed: true, empty: false }, nowMs);
          else planner.putBack(done, nowMs + 1);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('keeps within their asked age the dates that are read, when the limit is too low for all', () => {
    const planner = new Planner(TIGHT, todayAt(START_MS));
    let last = START_MS;
    const gaps: number[] = [];
    for (const { target, nowMs } of pulls(planner, TIGHT, { ...QUIET, reads: zipf }, START_MS, 6)) {
      if (target.productId !== 1 || target.date !== todayAt(nowMs)) continue;
      if (nowMs > START_MS + 3 * DAY_MS) gaps.push((nowMs - last) / (HOUR_MS / 2));
      last = nowMs;
    }
    // All but those at midnight, when a date of every product becomes today's.
    expect(gaps.length).toBeGreaterThan(3 * 48 * 0.95);
    expect(gaps.filter((gap) => gap > 1.1).length).toBeLessThanOrEqual(3);
    expect(planner.estimate(last).clearsInMs).toBeUndefined();
  });

  it('pulls a weekday that sells nothing less, and notices within its bound when it begins to', () => {
    const planner = new Planner(TIGHT, todayAt(START_MS));
    const isSunday = ({ date }: Target) => new Date(date).getUTCDay() === 0;
    // Readers see in a calendar what sells, so they do not ask for what they do not see.
    const reads = (nowMs: number) => zipf(nowMs).filter(([target]) => !isSunday(target));
    const closed: Supplier = { ...QUIET, sells: (target) => !isSunday(target), reads };
    const counts = { sunday: 0, other: 0 };
    for (const { target } of pulls(planner, TIGHT, closed, START_MS, 14))
      counts[isSunday(target) ? 'sunday' : 'other'] += 1;
    expect(counts.sunday).toBeGreaterThan(0);
    expect(counts.sunday).toBeLessThan((counts.other / 6) * 0.6);

    const reopenedMs = START_MS + 14 * DAY_MS;
    const seen = new Map<number, number[]>();
    for (const { target, nowMs } of pulls(planner, TIGHT, { ...closed, sells: () => true }, reopenedMs, 7)) {
      if (target.productId !== 3 || !isSunday(target)) continue;
      seen.set(nowMs, [...(seen.get(nowMs) ?? []), daysAhead(target, nowMs)]);
    }
    const [first = Number.NaN, second = Number.NaN] = seen.keys();
    expect(first - reopenedMs).toBeLessThan(planner.maxAgeMs(HORIZON - 1));
    // The other Sunday is looked at as soon as one is seen to sell, before anything else but what is overdue.
    expect(second - first).toBeLessThan(HOUR_MS);
  });

  it('gives the same decisions from the same past, also when rebuilt from what was written down', () => {
    fc.assert(
      fc.property(supplier, fc.integer({ min: 1, max: 3 * 720 }), (from, stopAfter) => {
        const planner = new Planner(TIGHT, todayAt(START_MS));
        let nowMs = START_MS;
        let done = 0;
        for (const pull of pulls(planner, TIGHT, from, START_MS, 4)) {
          nowMs = pull.nowMs;
          done += 1;
          if (done === stopAfter) break;
        }
        const written = JSON.parse(JSON.stringify(planner.remember(nowMs))) as PlannerMemory;
        const rebuilt = new Planner(TIGHT, todayAt(nowMs), written);
        rebuilt.remember(nowMs);
        const afterwards = (each: Planner) => [...pulls(each, TIGHT, from, nowMs + DAY_MS / 720, 1)];
        expect(afterwards(rebuilt)).toEqual(afterwards(planner));
      }),
      { numRuns: 10 },
    );
  });

  it('leaves pulls unused where all is young enough, and tells till when', () => {
    const planner = new Planner(AMPLE, todayAt(START_MS));
    const made = [...pulls(planner, AMPLE, QUIET, START_MS, 3)];
    expect(made.length).toBeLessThan(3 * AMPLE.pullsPerDay * 0.75);
    expect(planner.estimate(START_MS + 3 * DAY_MS - 1_000).pastAsked).toBeLessThan(5);
  });

  it('says how long a backlog takes, and is about right', () => {
    const planner = new Planner(AMPLE, todayAt(START_MS));
    planner.next(START_MS, todayAt(START_MS));
    const { pastAsked, clearsInMs = Number.NaN } = planner.estimate(START_MS);
    expect(pastAsked).toBe(280);
    let clearedAtMs = Number.NaN;
    for (const { nowMs } of pulls(planner, AMPLE, QUIET, START_MS, 1)) {
      if (planner.estimate(nowMs).pastAsked > 1) continue;
      clearedAtMs = nowMs;
      break;
    }
    const ratio = clearsInMs / (clearedAtMs - START_MS);
    expect(ratio).toBeGreaterThan(0.6);
    expect(ratio).toBeLessThan(2);
  });

  it('does not name again, before it may, what could not be pulled', () => {
    const planner = new Planner(TIGHT, todayAt(START_MS));
    const first = planner.next(START_MS, todayAt(START_MS));
    if (first.kind === 'wait') throw new Error('nothing to pull at the start');
    const againMs = START_MS + 3 * HOUR_MS;
    planner.putBack(first.target, againMs);
    let seenAtMs = Number.NaN;
    for (const { target, nowMs } of pulls(planner, TIGHT, QUIET, START_MS + 1, 2)) {
      if (keyOf(target) !== keyOf(first.target)) continue;
      seenAtMs = nowMs;
      break;
    }
    expect(seenAtMs).toBeGreaterThanOrEqual(againMs);
  });

  it('refuses a cadence with a gap', () => {
    const cadence = [CADENCE[0], CADENCE[2]];
    expect(() => new Planner({ ...TIGHT, cadence }, todayAt(START_MS))).toThrow('each day once');
  });
});
