import { type BookingWorld, randomFrom } from './booking-world.ts';
import { DAY_MS, type PullPolicy } from './pull-policy.ts';

export interface Course {
  readonly firstDay: number;
  /** Days that are not counted, because every policy starts without any data. */
  readonly warmUpDays: number;
  readonly days: number;
  readonly pullEveryMs: number;
  /** By days ahead, in milliseconds. */
  readonly targetAges: readonly number[];
}

export interface Outcome {
  /** By days ahead: all reads, and those that were answered within the target age. */
  readonly reads: Float64Array;
  readonly inTime: Float64Array;
  /** Reads by step of (age ÷ target age), see `ageOfStep`. */
  readonly ages: Float64Array;
  /** The greatest age of any partition that was pulled, by days ahead. */
  readonly oldestMs: Float64Array;
  /** Share of the first day's reads that were answered within the target age, starting without any data. */
  firstDayShare: number;
  pulls: number;
  decisionNs: number;
}

export const AGE_STEPS = 64;
/** The upper end of a step, in target ages. */
export const ageOfStep = (step: number) => 2 ** ((step - 16) / 4);

/**
 * Simulates some days of one supplier, with one pull in every `pullEveryMs`. Reads arrive at random, at rates in
 * proportion to the weights of the world. The same seed gives every policy the same reads.
 */
export function simulatePulls(world: BookingWorld, policy: PullPolicy, course: Course): Outcome {
  const { horizon } = world.options;
  const lastDay = course.firstDay + course.warmUpDays + course.days - 1;
  const outcome: Outcome = {
    reads: new Float64Array(horizon),
    inTime: new Float64Array(horizon),
    ages: new Float64Array(AGE_STEPS),
    oldestMs: new Float64Array(horizon),
    firstDayShare: 0,
    pulls: 0,
    decisionNs: 0,
  };
  const simulation = new Simulation(world, policy, course, outcome);
  for (let on = course.firstDay; on <= lastDay; on += 1) simulation.runDay(on);
  return outcome;
}

class Simulation {
  readonly #world: BookingWorld;
  readonly #policy: PullPolicy;
  readonly #course: Course;
  readonly #outcome: Outcome;
  readonly #random: () => number;
  readonly #pulledAt: Float64Array;
  readonly #firstDay = { reads: 0, inTime: 0 };

  constructor(world: BookingWorld, policy: PullPolicy, course: Course, outcome: Outcome) {
    const { products, horizon, seed } = world.options;
    this.#world = world;
    this.#policy = policy;
    this.#course = course;
    this.#outcome = outcome;
    this.#random = randomFrom(seed ^ 0x5eed);
    this.#pulledAt = new Float64Array(products * horizon).fill(Number.NaN);
  }

  runDay(on: number): void {
    const { firstDay, warmUpDays, pullEveryMs } = this.#course;
    const isCounted = on >= firstDay + warmUpDays;
    if (on > firstDay) this.#forgetDay(on - 1);
    const pick = pickerOf(this.#world, on);
    const pullsPerDay = DAY_MS / pullEveryMs;
    for (let tick = 0; tick < pullsPerDay; tick += 1) {
      const nowMs = on * DAY_MS + tick * pullEveryMs;
      const reads = poisson(this.#world.options.readsPerDay / pullsPerDay, this.#random);
      for (let n = 0; n < reads; n += 1) this.#read(pick(this.#random()), on, nowMs, isCounted);
      this.#pull(on, nowMs, isCounted);
    }
    if (isCounted) this.#countAgesAtMidnight(on);
    if (on === firstDay) this.#outcome.firstDayShare = this.#firstDay.inTime / this.#firstDay.reads;
  }

  #read(index: number, on: number, nowMs: number, isCounted: boolean): void {
    const { horizon } = this.#world.options;
    const { firstDay, pullEveryMs, targetAges } = this.#course;
    const [product, ahead] = [Math.floor(index / horizon), index % horizon];
    const targetMs = targetAges[ahead] ?? 1;
    const ageMs = nowMs + this.#random() * pullEveryMs - this.#pulledAtOf(product, on + ahead);
    const isInTime = ageMs <= targetMs;
    this.#policy.read(product, on + ahead);
    if (on === firstDay) {
      this.#firstDay.reads += 1;
      this.#firstDay.inTime += isInTime ? 1 : 0;
    }
    if (!isCounted) return;
    add(this.#outcome.reads, ahead);
    if (isInTime) add(this.#outcome.inTime, ahead);
    add(this.#outcome.ages, stepOf(ageMs / targetMs));
  }

  #pull(on: number, nowMs: number, isCounted: boolean): void {
    const startedAt = process.hrtime.bigint();
    const choice = this.#policy.next(nowMs, on);
    if (choice === undefined) return;
    const { product, day } = choice;
    const ahead = day - on;
    if (ahead < 0 || ahead >= this.#world.options.horizon) throw new Error(`pulled a date ${ahead} days ahead`);
    this.#policy.observe(product, day, nowMs, !this.#world.sells(product, day, on));
    this.#outcome.decisionNs += Number(process.hrtime.bigint() - startedAt);
    this.#outcome.pulls += 1;
    if (isCounted) this.#countAge(ahead, nowMs - this.#pulledAtOf(product, day));
    this.#pulledAt[this.#indexOf(product, day)] = nowMs;
  }

  /** Includes the partitions that are not pulled again before their day is over. */
  #countAgesAtMidnight(on: number): void {
    const { products, horizon } = this.#world.options;
    for (let product = 0; product < products; product += 1) {
      for (let ahead = 0; ahead < horizon; ahead += 1) {
        this.#countAge(ahead, (on + 1) * DAY_MS - this.#pulledAtOf(product, on + ahead));
      }
    }
  }

  #countAge(ahead: number, ageMs: number): void {
    if (ageMs > (this.#outcome.oldestMs[ahead] as number)) this.#outcome.oldestMs[ahead] = ageMs;
  }

  #forgetDay(day: number): void {
    for (let product = 0; product < this.#world.options.products; product += 1) {
      this.#pulledAt[this.#indexOf(product, day)] = Number.NaN;
    }
  }

  #pulledAtOf(product: number, day: number): number {
    return this.#pulledAt[this.#indexOf(product, day)] as number;
  }

  #indexOf(product: number, day: number): number {
    const { horizon } = this.#world.options;
    return product * horizon + (day % horizon);
  }
}

/**
 * The greatest share of reads that any policy can answer within the target age, if it knows all rates and not when the
 * next read arrives. A pull answers at most the reads of one target age, so the pulls of a day go to the partitions
 * that are read most per pull (a fractional knapsack).
 */
export function mostPossible(world: BookingWorld, course: Course): number {
  const { products, horizon } = world.options;
  const firstDay = course.firstDay + course.warmUpDays;
  let possible = 0;
  for (let on = firstDay; on < firstDay + course.days; on += 1) {
    const partitions = Array.from({ length: products * horizon }, (_, index) => {
      const ahead = index % horizon;
      const weight = world.readWeight(Math.floor(index / horizon), ahead, on);
      return { weight, pulls: DAY_MS / (course.targetAges[ahead] ?? 1) };
    }).sort((a, b) => b.weight / b.pulls - a.weight / a.pulls);
    const total = partitions.reduce((sum, { weight }) => sum + weight, 0);
    let left = DAY_MS / course.pullEveryMs;
    for (const { weight, pulls } of partitions) {
      possible += (weight / total) * Math.min(1, left / pulls);
      left = Math.max(0, left - pulls);
    }
  }
  return possible / course.days;
}

/** Returns a function that draws partitions by their read weights. */
function pickerOf(world: BookingWorld, on: number): (random: number) => number {
  const { products, horizon } = world.options;
  const cumulative = new Float64Array(products * horizon);
  let sum = 0;
  for (let index = 0; index < cumulative.length; index += 1) {
    sum += world.readWeight(Math.floor(index / horizon), index % horizon, on);
    cumulative[index] = sum;
  }
  return (random) => {
    let [low, high] = [0, cumulative.length - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((cumulative[middle] as number) > random * sum) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

/** Knuth's algorithm, which is fast enough for the few reads of one tick. */
function poisson(mean: number, random: () => number): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > limit; product *= random()) count += 1;
  return count;
}

function stepOf(ratio: number): number {
  if (Number.isNaN(ratio)) return AGE_STEPS - 1;
  return Math.max(0, Math.min(AGE_STEPS - 1, Math.ceil(4 * Math.log2(ratio) + 16)));
}

function add(column: Float64Array, index: number): void {
  column[index] = (column[index] as number) + 1;
}
