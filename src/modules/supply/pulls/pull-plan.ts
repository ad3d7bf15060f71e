import type { PartitionRecord, PullResult } from '../planner/partition-table.ts';
import { Planner, type PlannerMemory } from '../planner/planner.ts';
import { todayAt } from '../supplier/horizon.ts';
import { EVERYTHING, formatPartition, type Partition, type ProductDate } from '../supplier/partition.ts';
import { isSnapshot, pullsPerDay, type Supplier } from '../supplier/supplier.ts';
import type { ObservedPartition } from './partition-store.ts';

type NextStep =
  | { readonly kind: 'pull'; readonly partition: Partition }
  | { readonly kind: 'wait'; readonly untilMs: number };

/** Decides which partition to pull next. Times are those of the database's clock, in milliseconds since 1970. */
export interface PullPlan {
  /** A partition that it returns is in flight until `observe` or `defer` is called for it. */
  next(nowMs: number): NextStep;
  /** Records an accepted answer. */
  observe(partition: Partition, result: PullResult, nowMs: number): void;
  /** Records that a pull was not sent, not answered or not accepted. It is not repeated before `notBeforeMs`. */
  defer(partition: Partition, notBeforeMs: number): void;
  countReads(partition: Partition, count: number): void;
  /** The memory to store for the next plan; `undefined` for a plan that learns nothing. */
  toMemory(nowMs: number): PlannerMemory | undefined;
}

/** A snapshot supplier has one partition, which is pulled as often as the limits allow. */
class SnapshotPlan implements PullPlan {
  #inFlight = false;
  #notBeforeMs = Number.NEGATIVE_INFINITY;

  next(nowMs: number): NextStep {
    if (this.#inFlight) return { kind: 'wait', untilMs: Number.POSITIVE_INFINITY };
    if (nowMs < this.#notBeforeMs) return { kind: 'wait', untilMs: this.#notBeforeMs };
    this.#inFlight = true;
    return { kind: 'pull', partition: EVERYTHING };
  }

  observe(): void {
    this.#inFlight = false;
  }

  defer(_partition: Partition, notBeforeMs: number): void {
    this.#inFlight = false;
    this.#notBeforeMs = notBeforeMs;
  }

  countReads(): void {}

  toMemory(): undefined {}
}

/** A per-date supplier is pulled in the order that the planner decides. */
class PerDatePlan implements PullPlan {
  readonly #planner: Planner;
  readonly #supplier: Supplier;

  constructor(supplier: Supplier, nowMs: number, memory: PlannerMemory) {
    this.#supplier = supplier;
    const { products, cadence } = supplier;
    this.#planner = new Planner({ products, cadence, pullsPerDay: pullsPerDay(supplier) }, this.#today(nowMs), memory);
  }

  next(nowMs: number): NextStep {
    return this.#planner.next(nowMs, this.#today(nowMs));
  }

  observe(partition: Partition, result: PullResult, nowMs: number): void {
    this.#planner.observe(requireProductDate(partition), result, nowMs);
  }

  defer(partition: Partition, notBeforeMs: number): void {
    this.#planner.defer(requireProductDate(partition), notBeforeMs);
  }

  countReads(partition: Partition, count: number): void {
    if (partition.kind === 'product-date') this.#planner.countReads(partition, count);
  }

  toMemory(nowMs: number): PlannerMemory {
    return this.#planner.toMemory(nowMs);
  }

  #today(nowMs: number): string {
    return todayAt(this.#supplier, nowMs).toString();
  }
}

function requireProductDate(partition: Partition): ProductDate {
  if (partition.kind === 'everything') throw new Error('a per-date supplier has no partition of everything');
  return partition;
}

/**
 * @param observed when each partition was last observed. The database has this for every answer, and a memory that was
 *   stored before a crash may not
 */
export function createPullPlan(
  supplier: Supplier,
  nowMs: number,
  memory: PlannerMemory = { partitions: [], days: [] },
  observed: readonly ObservedPartition[] = [],
): PullPlan {
  if (isSnapshot(supplier)) return new SnapshotPlan();
  const partitions = withObserved(memory.partitions, observed);
  return new PerDatePlan(supplier, nowMs, { ...memory, partitions });
}

/** The records with the times at which their partitions were observed, and new records for those that have none. */
function withObserved(
  records: readonly PartitionRecord[],
  observed: readonly ObservedPartition[],
): readonly PartitionRecord[] {
  const byName = new Map(records.map((record) => [formatPartition({ kind: 'product-date', ...record }), record]));
  for (const { partition, observedMs } of observed) {
    if (partition.kind === 'everything') continue;
    const { productId, date } = partition;
    const name = formatPartition(partition);
    const record = byName.get(name) ?? { productId, date, enteredAtMs: observedMs, ...UNKNOWN };
    byName.set(name, { ...record, lastPulledAtMs: observedMs });
  }
  return [...byName.values()];
}

const UNKNOWN = { empties: 0, recheck: false, reads: 0, exposure: 0 };
