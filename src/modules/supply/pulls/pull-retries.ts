import { targetAgeMs, todayAt } from '../supplier/horizon.ts';
import { formatPartition, type Partition } from '../supplier/partition.ts';
import { type BackOff, retryDelayMs } from '../supplier/retry-delay.ts';
import { isSnapshot, type Supplier, snapshotTargetAgeMs } from '../supplier/supplier.ts';

export interface PullRetryTuning {
  readonly retry: BackOff;
  /** The longest time until an unconfirmed answer is pulled again, in milliseconds. */
  readonly confirmWithinMs: number;
}

/** The outcome of a pull whose answer was not stored. */
export type UnstoredPull =
  | { readonly kind: 'failed'; readonly retryAfterMs: number | undefined }
  | { readonly kind: 'unconfirmed' | 'older' | 'fenced' };

/**
 * Decides when a partition is pulled again whose answer was not stored. It is due then, and no more: the limits in the
 * ledger and the order of the plan apply to it as to any other.
 */
export class PullRetries {
  readonly #supplier: Supplier;
  readonly #tuning: PullRetryTuning;
  readonly #random: () => number;
  /** Consecutive failures, by the partition's name. */
  readonly #failures = new Map<string, { readonly partition: Partition; readonly count: number }>();

  /** @param random in [0, 1) */
  constructor(supplier: Supplier, tuning: PullRetryTuning, random: () => number) {
    this.#supplier = supplier;
    this.#tuning = tuning;
    this.#random = random;
  }

  /** Records that an answer was stored. */
  stored(partition: Partition): void {
    this.#failures.delete(formatPartition(partition));
  }

  /** Records a pull whose answer was not stored. @returns the time at which the partition is due again */
  unstored(partition: Partition, pull: UnstoredPull, nowMs: number): number {
    if (pull.kind === 'failed') {
      const failures = this.#countFailure(partition, nowMs);
      return nowMs + retryDelayMs(failures, this.#random(), pull.retryAfterMs, this.#tuning.retry);
    }
    this.stored(partition);
    return pull.kind === 'unconfirmed' ? nowMs + this.#confirmAfterMs(partition, nowMs) : nowMs;
  }

  #countFailure(partition: Partition, nowMs: number): number {
    const name = formatPartition(partition);
    const count = (this.#failures.get(name)?.count ?? 0) + 1;
    if (count === 1) this.#forgetPast(nowMs);
    this.#failures.set(name, { partition, count });
    return count;
  }

  /** A date that has passed is not pulled again. */
  #forgetPast(nowMs: number): void {
    const today = todayAt(this.#supplier, nowMs).toString();
    for (const [name, { partition }] of this.#failures) {
      if (partition.kind === 'product-date' && partition.date < today) this.#failures.delete(name);
    }
  }

  /** Some time must pass, or the same fault would confirm itself; the partition's own target age is enough. */
  #confirmAfterMs(partition: Partition, nowMs: number): number {
    return Math.min(this.#targetAgeMs(partition, nowMs), this.#tuning.confirmWithinMs);
  }

  #targetAgeMs(partition: Partition, nowMs: number): number {
    if (isSnapshot(this.#supplier) || partition.kind === 'everything') return snapshotTargetAgeMs(this.#supplier);
    const date = Temporal.PlainDate.from(partition.date);
    return targetAgeMs(this.#supplier, todayAt(this.#supplier, nowMs), date) ?? Number.POSITIVE_INFINITY;
  }
}
