import type { Partition } from '../adapters/adapter.ts';
import { Planner, type PlannerMemory } from '../planner/planner.ts';
import type { Target } from '../planner/target-table.ts';
import { todayAt } from '../supplier/horizon.ts';
import { productDate, readProductDate } from '../supplier/partition.ts';
import { isSnapshot, pullsPerDay, type Supplier } from '../supplier/supplier.ts';

/** What the answer to a pull said, for whoever plans the next ones. */
interface Lesson {
  /** When it was sent. */
  readonly pulledAtMs: number;
  readonly changed: boolean;
  readonly empty: boolean;
}

type Next = { readonly kind: 'pull'; readonly part: Partition } | { readonly kind: 'wait'; readonly untilMs: number };

/** Which part to pull next. Times are the database's, in milliseconds since 1970. */
export interface PullPlan {
  next(nowMs: number): Next;
  learn(part: Partition, lesson: Lesson, nowMs: number): void;
  /** It was not pulled, or without an answer; it is not named again before. */
  putBack(part: Partition, notBeforeMs: number): void;
  read(partName: string, count: number): void;
  /** What is worth writing down. */
  remember(nowMs: number): PlannerMemory | undefined;
}

/** A snapshot has one part, which is pulled whenever the limits allow. */
class SnapshotPlan implements PullPlan {
  #inFlight = false;
  #notBeforeMs = Number.NEGATIVE_INFINITY;

  next(nowMs: number): Next {
    if (this.#inFlight) return { kind: 'wait', untilMs: Number.POSITIVE_INFINITY };
    if (nowMs < this.#notBeforeMs) return { kind: 'wait', untilMs: this.#notBeforeMs };
    this.#inFlight = true;
    return { kind: 'pull', part: { kind: 'everything' } };
  }

  learn(): void {
    this.#inFlight = false;
  }

  putBack(_part: Partition, notBeforeMs: number): void {
    this.#inFlight = false;
    this.#notBeforeMs = notBeforeMs;
  }

  read(): void {}

  remember(): undefined {}
}

/** Products by date, planned by what readers get from each pull. */
class DatesPlan implements PullPlan {
  readonly #planner: Planner;
  readonly #supplier: Supplier;

  constructor(supplier: Supplier, nowMs: number, memory: PlannerMemory) {
    this.#supplier = supplier;
    const { products, cadence } = supplier;
    this.#planner = new Planner({ products, cadence, pullsPerDay: pullsPerDay(supplier) }, this.#today(nowMs), memory);
  }

  next(nowMs: number): Next {
    const decision = this.#planner.next(nowMs, this.#today(nowMs));
    if (decision.kind === 'wait') return decision;
    const { productId, date } = decision.target;
    return { kind: 'pull', part: { kind: 'product-date', product: productId, date } };
  }

  learn(part: Partition, lesson: Lesson, nowMs: number): void {
    this.#planner.observe(targetOf(part), lesson, nowMs);
  }

  putBack(part: Partition, notBeforeMs: number): void {
    this.#planner.putBack(targetOf(part), notBeforeMs);
  }

  read(partName: string, count: number): void {
    const target = readProductDate(partName);
    if (target) this.#planner.read(target, count);
  }

  remember(nowMs: number): PlannerMemory {
    return this.#planner.remember(nowMs);
  }

  #today(nowMs: number): string {
    return todayAt(this.#supplier, nowMs).toString();
  }
}

/**
 * @param observed when what is known of each part was true, which is what the database knows and a memory that was
 *   written down before a crash may not
 */
export function createPullPlan(
  supplier: Supplier,
  nowMs: number,
  memory: PlannerMemory = { targets: [], days: [] },
  observed: ReadonlyMap<string, number> = new Map(),
): PullPlan {
  if (isSnapshot(supplier)) return new SnapshotPlan();
  return new DatesPlan(supplier, nowMs, { ...memory, targets: withObserved(memory.targets, observed) });
}

function withObserved(
  targets: PlannerMemory['targets'],
  observed: ReadonlyMap<string, number>,
): PlannerMemory['targets'] {
  const known = new Map(targets.map((target) => [productDate(target.productId, target.date), target]));
  for (const [part, observedMs] of observed) {
    const target = readProductDate(part);
    if (!target) continue;
    known.set(part, { ...UNKNOWN, ...target, enteredAtMs: observedMs, ...known.get(part), lastPulledAtMs: observedMs });
  }
  return [...known.values()];
}

const UNKNOWN = { empties: 0, recheck: false, reads: 0, exposure: 0, comparisons: 0, changes: 0, watchedMs: 0 };

function targetOf(part: Partition): Target {
  if (part.kind === 'everything') throw new Error('a supplier by date has no such part');
  return { productId: part.product, date: part.date };
}
