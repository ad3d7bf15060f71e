import type { PullRetryTuning } from '../pulls/pull-retries.ts';
import { pullsPerDay, type Supplier } from '../supplier/supplier.ts';

/** The times and limits of a sync, in milliseconds. Tests use shorter times. */
export interface SyncTuning extends PullRetryTuning {
  /** Length of the leader lease: how long another instance waits before it replaces a leader that has died. */
  readonly leaseMs: number;
  /** Length of a pull's own lease; must be far longer than any timeout of an adapter. */
  readonly pullLeaseMs: number;
  /** A reserved pull that was not sent within this time is not sent at all, because the process was frozen. */
  readonly sendWithinMs: number;
  /** How long before its place becomes free a pull is reserved; must be well below `sendWithinMs`. */
  readonly reserveAheadMs: number;
  /** How often to check for work when no time is known at which there will be some. */
  readonly pollMs: number;
  /** How often the counted reads are given to the planner. */
  readonly takeReadsEveryMs: number;
  /** Pulls that may run at the same time. A crash may repeat this many. */
  readonly maxConcurrentPulls: number;
}

const DEFAULTS: Omit<SyncTuning, 'maxConcurrentPulls'> = {
  leaseMs: 5_000,
  pullLeaseMs: 60_000,
  sendWithinMs: 10_000,
  reserveAheadMs: 100,
  pollMs: 1_000,
  retry: { baseMs: 1_000, capMs: 300_000 },
  confirmWithinMs: 300_000,
  takeReadsEveryMs: 10_000,
};

const MOST_CONCURRENT_PULLS = 8;
/** Pulls a day that can be made one after the other when an answer takes a quarter of a second. */
const SEQUENTIAL_PULLS_PER_DAY = 4 * 86_400;

export function tuningFor(supplier: Supplier, changes: Partial<SyncTuning>): SyncTuning {
  return { ...DEFAULTS, maxConcurrentPulls: concurrentPulls(supplier), ...changes };
}

/** One, unless the limits allow more pulls than can be made one after the other. */
function concurrentPulls(supplier: Supplier): number {
  const needed = Math.ceil(pullsPerDay(supplier) / SEQUENTIAL_PULLS_PER_DAY);
  return Math.max(1, Math.min(needed, MOST_CONCURRENT_PULLS));
}
