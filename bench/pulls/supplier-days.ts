import { BookingWorld } from './booking-world.ts';
import { DAY_MS, earliestDeadline, type PullPolicy, plannerPolicy, roundRobin } from './pull-policy.ts';
import { type Course, mostPossible, type Outcome, simulatePulls } from './simulate-pulls.ts';

export const PRODUCTS = 450;
export const PULLS_PER_DAY = 43_200;

const CADENCE = [
  { days: [0, 0], everyMs: 15 * 60_000 },
  { days: [1, 7], everyMs: 4 * 3_600_000 },
  { days: [8, 30], everyMs: DAY_MS },
] as const;
const TARGET_AGES = CADENCE.flatMap(({ days, everyMs }) =>
  Array.from({ length: days[1] - days[0] + 1 }, () => everyMs),
);
const HORIZON = TARGET_AGES.length;

const FIRST_DAY = 20_000;
const WARM_UP_DAYS = 2;
const COURSE: Course = {
  firstDay: FIRST_DAY,
  warmUpDays: WARM_UP_DAYS,
  days: 3,
  pullEveryMs: DAY_MS / PULLS_PER_DAY,
  targetAges: TARGET_AGES,
};

export type Readers = Pick<BookingWorld['options'], 'zipf' | 'emptyShare'>;
/** Readers of a few well-known products, who see in a calendar which dates sell. */
export const STEEP: Readers = { zipf: 1.2, emptyShare: 0.02 };
/** Readers whose interest is spread more evenly, and who open more dates that do not sell. */
export const FLAT: Readers = { zipf: 1, emptyShare: 0.05 };

export const POLICIES: Readonly<Record<'planner' | 'deadlines' | 'round robin', () => PullPolicy>> = {
  planner: () => plannerPolicy({ cadence: CADENCE, pullsPerDay: PULLS_PER_DAY }, PRODUCTS, FIRST_DAY),
  deadlines: () => earliestDeadline(PRODUCTS, TARGET_AGES),
  'round robin': () => roundRobin(PRODUCTS, HORIZON),
};

export type PolicyName = keyof typeof POLICIES;

export function worldOf(seed: number, readers: Readers): BookingWorld {
  const shiftOnDay = FIRST_DAY + WARM_UP_DAYS + 1;
  return new BookingWorld({ seed, products: PRODUCTS, horizon: HORIZON, readsPerDay: 100_000, shiftOnDay, ...readers });
}

export function run(world: BookingWorld, policy: PolicyName): Outcome {
  return simulatePulls(world, POLICIES[policy](), COURSE);
}

export function bestPossible(world: BookingWorld): number {
  return mostPossible(world, COURSE);
}

/** Share of the reads of dates in a range of days ahead that were answered within the target age. */
export function shareInTime(
  { reads, inTime }: Outcome,
  [from, to]: readonly [number, number] = [0, HORIZON - 1],
): number {
  const sum = (column: Float64Array) => column.subarray(from, to + 1).reduce((total, each) => total + each, 0);
  return sum(inTime) / sum(reads);
}
