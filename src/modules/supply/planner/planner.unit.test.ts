import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BacklogModel, maxAgeMs } from '../../../../test/support/supply/planner-model.ts';
import { formatPartition, type ProductDate, productDate } from '../supplier/partition.ts';
import { Planner, type PlannerMemory, type PlannerSettings } from './planner.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const START_MS = Date.parse('2026-11-21T00:00:00Z');
const CADENCE = [
  { days: [0, 0], everyMs: HOUR_MS / 2 },
  { days: [1, 2], everyMs: 6 * HOUR_MS },
  { days: [3, 13], everyMs: DAY_MS },
] as const;
const HORIZON = 14;
/** 20 products × 14 dates require 1,340 pulls a day. */
const TIGHT: PlannerSettings = {
  products: Array.from({ length: 20 }, (_, index) => index + 1),
  cadence: CADENCE,
  pullsPerDay: 720,
};
const SCARCE: PlannerSettings = { ...TIGHT, pullsPerDay: 320, floorShare: 0.5 };
const AMPLE: PlannerSettings = { ...TIGHT, pullsPerDay: 2_880 };

const todayAt = (nowMs: number) => new Date(nowMs).toISOString().slice(0, 10);
const daysAhead = ({ date }: ProductDate, nowMs: number) => (Date.parse(date) - Date.parse(todayAt(nowMs))) / DAY_MS;

interface SupplierModel {
  readonly sells: (partition: ProductDate, nowMs: number) => boolean;
  /** The reads between two pulls. */
  readonly reads: (nowMs: number) => readonly (readonly [ProductDate, number])[];
}

const UNREAD: SupplierModel = { sells: () => true, reads: () => [] };

/** Runs a planner with one pull for each tick of the limit. */
function* runPulls(
  planner: Planner,
  settings: PlannerSettings,
  supplier: SupplierModel,
  fromMs: number,
  days: number,
): Generator<{ partition: ProductDate; nowMs: number }> {
  const tickMs = DAY_MS / settings.pullsPerDay;
  for (let nowMs = fromMs; nowMs < fromMs + days * DAY_MS; nowMs += tickMs) {
    for (const [partition, count] of supplier.reads(nowMs)) planner.countReads(partition, count);
    const decision = planner.next(nowMs, todayAt(nowMs));
    if (decision.kind === 'wait') {
      expect(decision.untilMs).toBeGreaterThan(nowMs);
      continue;
    }
    const { partition } = decision;
    planner.observe(partition, { pulledAtMs: nowMs, isEmpty: !supplier.sells(partition, nowMs) }, nowMs);
    yield { partition, nowMs };
  }
}

/** The reads of one hour, once an hour: product k a k-th as often as the first, near dates more than far ones. */
const zipfReads = (nowMs: number): [ProductDate, number][] =>
  nowMs % HOUR_MS >= DAY_MS / TIGHT.pullsPerDay
    ? []
    : TIGHT.products.flatMap((productId) =>
        Array.from({ length: HORIZON }, (_, ahead): [ProductDate, number] => [
          productDate(productId, todayAt(nowMs + ahead * DAY_MS)),
          100 / productId / (1 + ahead),
        ]),
      );

/** Arbitrary suppliers and readers. */
const anySupplier = fc
  .record({ favourite: fc.integer({ min: 1, max: 20 }), reads: fc.nat(500), weekday: fc.nat(6), salt: fc.nat(1_000) })
  .map(
    ({ favourite, reads, weekday, salt }): SupplierModel => ({
      sells: ({ productId, date }) => new Date(date).getUTCDay() !== weekday && productId % 4 !== salt % 4,
      reads: (nowMs) => [[productDate(favourite, todayAt(nowMs + (salt % HORIZON) * DAY_MS)), reads]],
    }),
  );

/** The greatest age of any partition at any time, divided by its bound. Above 1, the bound is broken. */
function worstAge(planner: Planner, settings: PlannerSettings, supplier: SupplierModel, days: number): number {
  const bounds = Array.from({ length: HORIZON }, (_, ahead) => maxAgeMs(settings, ahead));
  const pulledAt = new Map<string, number>();
  let worst = 0;
  let checkedAtMs = START_MS;
  for (const { partition, nowMs } of runPulls(planner, settings, supplier, START_MS, days)) {
    pulledAt.set(formatPartition(partition), nowMs);
    if (nowMs - checkedAtMs < HOUR_MS) continue;
    checkedAtMs = nowMs;
    for (const productId of settings.products) {
      for (const [ahead, boundMs] of bounds.entries()) {
        const date = productDate(productId, todayAt(nowMs + ahead * DAY_MS));
        const pulledAtMs = pulledAt.get(formatPartition(date)) ?? START_MS;
        // The age of a date that was not pulled yet counts from its entry into the horizon.
        const enteredAtMs = Date.parse(todayAt(nowMs)) + (ahead - HORIZON + 1) * DAY_MS;
        worst = Math.max(worst, (nowMs - Math.max(pulledAtMs, enteredAtMs)) / boundMs);
      }
    }
  }
  return worst;
}

describe('Planner', () => {
  it('no partition becomes older than its bound, whatever is read and answered', () => {
    fc.assert(
      fc.property(anySupplier, (supplier) => {
        expect(worstAge(new Planner(SCARCE, todayAt(START_MS)), SCARCE, supplier, 12)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 15 },
    );
  });

  it('control: a planner without a floor breaks the bound for partitions that are not read', () => {
    const starving = new Planner({ ...SCARCE, floorShare: 1e-6 }, todayAt(START_MS));
    const reads = (nowMs: number) => zipfReads(nowMs).filter(([{ productId }]) => productId < 4);
    expect(worstAge(starving, SCARCE, { ...UNREAD, reads }, 12)).toBeGreaterThan(1);
  });

  it('Planner.next returns only dates within the horizon, and no partition that is in flight', () => {
    const steps = fc.array(fc.tuple(fc.nat(30 * HOUR_MS), fc.nat(3)), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (actions) => {
        const planner = new Planner(TIGHT, todayAt(START_MS));
        const inFlight = new Map<string, ProductDate>();
        let nowMs = START_MS;
        for (const [waitMs, action] of actions) {
          nowMs += action === 0 ? waitMs : 1_000;
          const decision = planner.next(nowMs, todayAt(nowMs));
          if (decision.kind === 'wait') continue;
          const { partition } = decision;
          expect(daysAhead(partition, nowMs)).toBeGreaterThanOrEqual(0);
          expect(daysAhead(partition, nowMs)).toBeLessThan(HORIZON);
          expect(inFlight.has(formatPartition(partition))).toBe(false);
          inFlight.set(formatPartition(partition), partition);
          const [done] = inFlight.values();
          if (action < 2 || done === undefined) continue;
          inFlight.delete(formatPartition(done));
          if (action === 2) planner.observe(done, { pulledAtMs: nowMs, isEmpty: false }, nowMs);
          else planner.defer(done, nowMs + 1);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('partitions that are read stay within their target age when the limit is too low for all', () => {
    const planner = new Planner(TIGHT, todayAt(START_MS));
    const backlog = new BacklogModel(TIGHT);
    let lastMs = START_MS;
    const gaps: number[] = [];
    for (const { partition, nowMs } of runPulls(planner, TIGHT, { ...UNREAD, reads: zipfReads }, START_MS, 6)) {
      backlog.pulled(partition, nowMs);
      if (partition.productId !== 1 || partition.date !== todayAt(nowMs)) continue;
      if (nowMs > START_MS + 3 * DAY_MS) gaps.push((nowMs - lastMs) / (HOUR_MS / 2));
      lastMs = nowMs;
    }
    // Except at midnight, when a date of every product becomes today's.
    expect(gaps.length).toBeGreaterThan(3 * 48 * 0.95);
    expect(gaps.filter((gap) => gap > 1.1).length).toBeLessThanOrEqual(3);
    expect(backlog.clearsInMs(lastMs)).toBeUndefined();
  });

  it('a weekday without sales is pulled less, and the start of sales is noticed within the bound', () => {
    const planner = new Planner(TIGHT, todayAt(START_MS));
    const isSunday = ({ date }: ProductDate) => new Date(date).getUTCDay() === 0;
    // Readers see in a calendar which dates sell, so they do not open the others.
    const reads = (nowMs: number) => zipfReads(nowMs).filter(([partition]) => !isSunday(partition));
    const closed: SupplierModel = { sells: (partition) => !isSunday(partition), reads };
    const pulls = { sunday: 0, other: 0 };
    for (const { partition } of runPulls(planner, TIGHT, closed, START_MS, 14)) {
      pulls[isSunday(partition) ? 'sunday' : 'other'] += 1;
    }
    expect(pulls.sunday).toBeGreaterThan(0);
    expect(pulls.sunday).toBeLessThan((pulls.other / 6) * 0.6);

    const reopenedMs = START_MS + 14 * DAY_MS;
    const pullsOfSundays = new Map<number, number[]>();
    for (const { partition, nowMs } of runPulls(planner, TIGHT, { ...closed, sells: () => true }, reopenedMs, 7)) {
      if (partition.productId !== 3 || !isSunday(partition)) continue;
      pullsOfSundays.set(nowMs, [...(pullsOfSundays.get(nowMs) ?? []), daysAhead(partition, nowMs)]);
    }
    const [first = Number.NaN, second = Number.NaN] = pullsOfSundays.keys();
    expect(first - reopenedMs).toBeLessThan(maxAgeMs(TIGHT, HORIZON - 1));
    // The other Sunday is pulled as soon as one is seen to sell, before anything else except overdue floors.
    expect(second - first).toBeLessThan(HOUR_MS);
  });

  it('the same history leads to the same decisions, also after the planner was rebuilt from its memory', () => {
    fc.assert(
      fc.property(anySupplier, fc.integer({ min: 1, max: 3 * 720 }), (supplier, stopAfter) => {
        const planner = new Planner(TIGHT, todayAt(START_MS));
        let nowMs = START_MS;
        let done = 0;
        for (const pull of runPulls(planner, TIGHT, supplier, START_MS, 4)) {
          nowMs = pull.nowMs;
          done += 1;
          if (done === stopAfter) break;
        }
        const memory = JSON.parse(JSON.stringify(planner.toMemory(nowMs))) as PlannerMemory;
        const rebuilt = new Planner(TIGHT, todayAt(nowMs), memory);
        rebuilt.toMemory(nowMs);
        const continued = (each: Planner) => [...runPulls(each, TIGHT, supplier, nowMs + DAY_MS / 720, 1)];
        expect(continued(rebuilt)).toEqual(continued(planner));
      }),
      { numRuns: 10 },
    );
  });

  it('pulls stay unused while everything is within its target age, and Planner.next returns the end of the wait', () => {
    const planner = new Planner(AMPLE, todayAt(START_MS));
    const backlog = new BacklogModel(AMPLE);
    let made = 0;
    for (const { partition, nowMs } of runPulls(planner, AMPLE, UNREAD, START_MS, 3)) {
      backlog.pulled(partition, nowMs);
      made += 1;
    }
    expect(made).toBeLessThan(3 * AMPLE.pullsPerDay * 0.75);
    expect(backlog.size(START_MS + 3 * DAY_MS - 1_000)).toBeLessThan(5);
  });

  it('a backlog is empty after about the time in which the spare pulls clear it', () => {
    const planner = new Planner(AMPLE, todayAt(START_MS));
    const backlog = new BacklogModel(AMPLE);
    const clearsInMs = backlog.clearsInMs(START_MS) ?? Number.NaN;
    expect(backlog.size(START_MS)).toBe(280);
    let clearedAtMs = Number.NaN;
    for (const { partition, nowMs } of runPulls(planner, AMPLE, UNREAD, START_MS, 1)) {
      backlog.pulled(partition, nowMs);
      if (backlog.size(nowMs) > 1) continue;
      clearedAtMs = nowMs;
      break;
    }
    const ratio = clearsInMs / (clearedAtMs - START_MS);
    expect(ratio).toBeGreaterThan(0.6);
    expect(ratio).toBeLessThan(2);
  });

  it('a deferred partition is not returned before its time', () => {
    const planner = new Planner(TIGHT, todayAt(START_MS));
    const first = planner.next(START_MS, todayAt(START_MS));
    if (first.kind === 'wait') throw new Error('nothing to pull at the start');
    const notBeforeMs = START_MS + 3 * HOUR_MS;
    planner.defer(first.partition, notBeforeMs);
    let pulledAtMs = Number.NaN;
    for (const { partition, nowMs } of runPulls(planner, TIGHT, UNREAD, START_MS + 1, 2)) {
      if (formatPartition(partition) !== formatPartition(first.partition)) continue;
      pulledAtMs = nowMs;
      break;
    }
    expect(pulledAtMs).toBeGreaterThanOrEqual(notBeforeMs);
  });

  it('a cadence with a gap is refused', () => {
    const cadence = [CADENCE[0], CADENCE[2]];
    expect(() => new Planner({ ...TIGHT, cadence }, todayAt(START_MS))).toThrow('each day once');
  });
});
