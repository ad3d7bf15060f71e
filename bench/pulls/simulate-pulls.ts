import { type BookingWorld, randomFrom } from './booking-world.ts';
import { DAY_MS, type PullPolicy } from './pull-policy.ts';

export interface Course {
  readonly firstDay: number;
  /** Not counted: everybody begins knowing nothing. */
  readonly warmUpDays: number;
  readonly days: number;
  readonly pullEveryMs: number;
  /** By days ahead. */
  readonly asked: readonly number[];
}

export interface Outcome {
  /** By days ahead: reads, and those answered within the asked age. */
  readonly reads: Float64Array;
  readonly inTime: Float64Array;
  /** How many reads found an age of up to 2^((k − 16) / 4) asked ages. */
  readonly ages: Float64Array;
  /** Reads whose answer was still true, by the chance of it. */
  stillTrue: number;
  /** The oldest that anything got, by days ahead, once it was pulled. */
  readonly oldestMs: Float64Array;
  /** The whole warm-up's first day, from nothing. */
  firstDayShare: number;
  pulls: number;
  decisionNs: number;
}

export const AGE_STEPS = 64;
export const ageOfStep = (step: number) => 2 ** ((step - 16) / 4);

/**
 * One supplier for some days, a pull in every `pullEveryMs`. Reads come at random, each day as many for each product
 * and date as the world's weights say; the same seed gives every policy the same reads.
 */
export function simulatePulls(world: BookingWorld, policy: PullPolicy, course: Course): Outcome {
  const { products, horizon, readsPerDay, seed } = world.options;
  const random = randomFrom(seed ^ 0x5eed);
  const luck = randomFrom(seed ^ 0x1ce);
  const pulledAt = new Float64Array(products * horizon).fill(Number.NaN);
  const outcome: Outcome = {
    reads: new Float64Array(horizon),
    inTime: new Float64Array(horizon),
    ages: new Float64Array(AGE_STEPS),
    stillTrue: 0,
    oldestMs: new Float64Array(horizon),
    firstDayShare: 0,
    pulls: 0,
    decisionNs: 0,
  };
  const place = (product: number, day: number) => product * horizon + (day % horizon);
  const pullsPerDay = DAY_MS / course.pullEveryMs;
  let [firstReads, firstInTime] = [0, 0];

  for (let on = course.firstDay; on < course.firstDay + course.warmUpDays + course.days; on += 1) {
    const counted = on >= course.firstDay + course.warmUpDays;
    if (on > course.firstDay) for (let p = 0; p < products; p += 1) pulledAt[place(p, on - 1)] = Number.NaN;
    const pick = pickerOf(world, on);

    for (let tick = 0; tick < pullsPerDay; tick += 1) {
      const nowMs = on * DAY_MS + tick * course.pullEveryMs;
      const reads = poisson(readsPerDay / pullsPerDay, random);
      for (let n = 0; n < reads; n += 1) {
        const picked = pick(random());
        const [product, ahead] = [Math.floor(picked / horizon), picked % horizon];
        const ageMs = nowMs + random() * course.pullEveryMs - (pulledAt[place(product, on + ahead)] as number);
        const inTime = ageMs <= (course.asked[ahead] ?? 0);
        policy.read(product, on + ahead);
        if (on === course.firstDay) {
          firstReads += 1;
          firstInTime += inTime ? 1 : 0;
        }
        if (!counted) continue;
        add(outcome.reads, ahead, 1);
        if (inTime) add(outcome.inTime, ahead, 1);
        add(outcome.ages, stepOf(ageMs / (course.asked[ahead] ?? 1)), 1);
        if (!Number.isNaN(ageMs))
          outcome.stillTrue += Math.exp((-world.changesPerDay(product, ahead, on) * ageMs) / DAY_MS);
      }
      const from = process.hrtime.bigint();
      const choice = policy.next(nowMs, on);
      if (choice === undefined) continue;
      const ahead = choice.day - on;
      if (ahead < 0 || ahead >= horizon) throw new Error(`pulled a date ${ahead} days ahead`);
      const at = place(choice.product, choice.day);
      const ageMs = nowMs - (pulledAt[at] as number);
      const perMs = world.changesPerDay(choice.product, ahead, on) / DAY_MS;
      const changed = !Number.isNaN(ageMs) && luck() < 1 - Math.exp(-perMs * ageMs);
      const decided = process.hrtime.bigint();
      const empty = !world.sells(choice.product, choice.day, on);
      policy.observe(choice.product, choice.day, nowMs, { changed, empty });
      outcome.decisionNs += Number(decided - from);
      outcome.pulls += 1;
      pulledAt[at] = nowMs;
      if (counted && ageMs > (outcome.oldestMs[ahead] as number)) outcome.oldestMs[ahead] = ageMs;
    }
    // What was never pulled again before its day was over counts as well.
    for (let product = 0; product < products && counted; product += 1) {
      for (let ahead = 0; ahead < horizon; ahead += 1) {
        const ageMs = (on + 1) * DAY_MS - (pulledAt[place(product, on + ahead)] as number);
        if (ageMs > (outcome.oldestMs[ahead] as number)) outcome.oldestMs[ahead] = ageMs;
      }
    }
  }
  outcome.firstDayShare = firstInTime / firstReads;
  return outcome;
}

/**
 * What no policy can pass that does not know when the next read comes, even if it knows all rates: each pull answers
 * the reads of one asked age at most, and the pulls of a day go to where these are most (a fractional knapsack).
 */
export function mostPossible(world: BookingWorld, course: Course): number {
  const { products, horizon } = world.options;
  let [possible, all] = [0, 0];
  for (let on = course.firstDay + course.warmUpDays; on < course.firstDay + course.warmUpDays + course.days; on += 1) {
    const targets = Array.from({ length: products * horizon }, (_, index) => {
      const ahead = index % horizon;
      const askedMs = course.asked[ahead] ?? 1;
      return { weight: world.readWeight(Math.floor(index / horizon), ahead, on), pulls: DAY_MS / askedMs };
    }).sort((a, b) => b.weight / b.pulls - a.weight / a.pulls);
    const total = targets.reduce((sum, { weight }) => sum + weight, 0);
    let left = DAY_MS / course.pullEveryMs;
    for (const { weight, pulls } of targets) {
      possible += (weight / total) * Math.min(1, left / pulls);
      left = Math.max(0, left - pulls);
    }
    all += 1;
  }
  return possible / all;
}

/** Draws by weight. */
function pickerOf(world: BookingWorld, on: number): (random: number) => number {
  const { products, horizon } = world.options;
  const upTo = new Float64Array(products * horizon);
  let sum = 0;
  for (let index = 0; index < upTo.length; index += 1) {
    sum += world.readWeight(Math.floor(index / horizon), index % horizon, on);
    upTo[index] = sum;
  }
  return (random) => {
    let [low, high] = [0, upTo.length - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((upTo[middle] as number) > random * sum) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

/** Knuth's way; fine for the few of one tick. */
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

function add(column: Float64Array, index: number, amount: number): void {
  column[index] = (column[index] as number) + amount;
}
