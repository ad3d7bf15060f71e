import type { Id } from '../../../platform/ids.ts';
import type { ProductDate } from '../supplier/partition.ts';
import type { CadenceRule } from '../supplier/supplier.ts';
import { floorAges, targetAges } from './cadence.ts';
import { KeyedHeap } from './keyed-heap.ts';
import { type PartitionRecord, PartitionTable, type PullResult } from './partition-table.ts';
import { PullValues } from './pull-values.ts';
import { type DayReads, ReadForecast } from './read-forecast.ts';

export interface PlannerSettings {
  readonly products: readonly Id[];
  readonly cadence: readonly CadenceRule[];
  /** Pulls a day that the supplier's limits allow, all of them together. */
  readonly pullsPerDay: number;
  /** Share of the limit, between 0 and 1, that pulls everything at its floor age. Defaults to `FLOOR_SHARE`. */
  readonly floorShare?: number;
}

/** Everything a planner has learned, as plain data: stored, and given to the next planner. */
export interface PlannerMemory {
  readonly partitions: readonly PartitionRecord[];
  readonly days: readonly DayReads[];
}

export type Decision =
  | { readonly kind: 'pull'; readonly partition: ProductDate }
  /** No pull is worthwhile before this time. */
  | { readonly kind: 'wait'; readonly untilMs: number };

export const FLOOR_SHARE = 0.1;

const DAY_MS = 86_400_000;
/** Estimates change over hours, and to compute all of them again takes milliseconds. */
const REPLAN_EVERY_MS = 30 * 60_000;

/**
 * Decides which partition to pull next from a supplier that allows fewer pulls than the cadence requires.
 * docs/planner.md gives the reasons. A pull is worth the reads that it answers within the target age. The planner
 * keeps the most valuable partitions within their target age, as many as the limit allows. It takes the first of:
 *
 * 1. a partition past its floor age, or one that was not pulled within its target age since it entered the horizon;
 * 2. a kept partition past its target age: the one that loses most reads by waiting;
 * 3. a kept partition that will soon be due;
 * 4. of all others, the one whose pull is worth most.
 *
 * No partition starves, whatever the estimates are. The first rule goes by deadline, and a pull moves a deadline into
 * the future, so no partition is overtaken twice by the same other one. It waits for at most one round of all.
 */
export class Planner {
  readonly #table: PartitionTable;
  readonly #forecast: ReadForecast;
  readonly #values: PullValues;
  readonly #inFlight: Uint8Array;
  /** A deferred partition is not pulled before this time. */
  readonly #deferredUntil: Float64Array;
  /** All partitions that may be pulled, by the time at which they reach their floor age. */
  readonly #floors: KeyedHeap;
  // Each partition that may be pulled is also in one of these four.
  /** Partitions that are fresh enough, by the time at which they move to another heap. */
  readonly #fresh: KeyedHeap;
  /** Kept partitions past their target age, by the reads that waiting loses. */
  readonly #overdue: KeyedHeap;
  /** Kept partitions that are almost due, by the time at which they are. */
  readonly #dueSoon: KeyedHeap;
  /** Partitions past their target age that are not kept, by value. */
  readonly #others: KeyedHeap;
  #plannedAtMs = Number.NEGATIVE_INFINITY;

  /** @param today in the supplier's time zone, `YYYY-MM-DD` */
  constructor(settings: PlannerSettings, today: string, memory: PlannerMemory = { partitions: [], days: [] }) {
    const { products, cadence, floorShare = FLOOR_SHARE } = settings;
    const targets = targetAges(cadence);
    const pullsPerMs = settings.pullsPerDay / DAY_MS;
    if (!(pullsPerMs > 0)) throw new RangeError('pullsPerDay must be above 0');
    const floors = floorAges(targets, products.length, pullsPerMs, floorShare);
    this.#table = new PartitionTable(products, targets.length, today);
    for (const record of memory.partitions) this.#table.restore(record);
    this.#forecast = new ReadForecast(this.#table, memory.days);
    this.#values = new PullValues(this.#table, { targetAges: targets, floorAges: floors, pullsPerMs });
    const { size } = this.#table;
    this.#inFlight = new Uint8Array(size);
    this.#deferredUntil = new Float64Array(size);
    this.#floors = new KeyedHeap(size);
    this.#fresh = new KeyedHeap(size);
    this.#overdue = new KeyedHeap(size);
    this.#dueSoon = new KeyedHeap(size);
    this.#others = new KeyedHeap(size);
  }

  /** The partition to pull now. It counts as in flight until `observe` or `defer` is called for it. */
  next(nowMs: number, today: string): Decision {
    this.#roll(nowMs, today);
    if (nowMs - this.#plannedAtMs >= REPLAN_EVERY_MS) this.#replan(nowMs);
    this.#classifyElapsed(nowMs);
    const index = this.#choose(nowMs);
    if (index === undefined) {
      const untilMs = Math.min(this.#fresh.topKey, this.#floors.topKey, nowMs + DAY_MS);
      return { kind: 'wait', untilMs };
    }
    this.#inFlight[index] = 1;
    this.#remove(index);
    return { kind: 'pull', partition: this.#table.partitionAt(index) };
  }

  /** Records the answer to a pull. Ignores a date that has passed in the meantime. */
  observe(partition: ProductDate, result: PullResult, nowMs: number): void {
    const index = this.#table.find(partition);
    if (index === undefined) return;
    this.#inFlight[index] = 0;
    const sellsAgain = this.#table.observe(index, result);
    this.#classify(index, nowMs);
    if (sellsAgain) this.#recheckWeekday(index, nowMs);
  }

  /** Records that a pull was not sent or not answered. The partition is not returned again before `notBeforeMs`. */
  defer(partition: ProductDate, notBeforeMs: number): void {
    const index = this.#table.find(partition);
    if (index === undefined) return;
    this.#inFlight[index] = 0;
    this.#deferredUntil[index] = notBeforeMs;
    this.#remove(index);
    this.#fresh.set(index, notBeforeMs);
  }

  /** Counts reads of a partition by clients. */
  countReads(partition: ProductDate, count: number): void {
    const index = this.#table.find(partition);
    if (index !== undefined) this.#forecast.countReads(index, count);
  }

  /** Plans again and returns the memory, so that a planner built from it decides like this one from now on. */
  toMemory(nowMs: number): PlannerMemory {
    this.#replan(nowMs);
    const partitions = Array.from({ length: this.#table.size }, (_, index) => this.#table.recordOf(index));
    return { partitions, days: this.#forecast.days };
  }

  #choose(nowMs: number): number | undefined {
    if (this.#floors.topKey <= nowMs) return this.#floors.top;
    return this.#overdue.top ?? this.#dueSoon.top ?? this.#others.top;
  }

  /** Moves to a new day, if one has begun. */
  #roll(nowMs: number, today: string): void {
    if (!this.#table.needsRoll(today)) return;
    this.#addExposure(nowMs);
    for (const index of this.#table.rollTo(today)) {
      this.#inFlight[index] = 0;
      this.#deferredUntil[index] = 0;
    }
    this.#replan(nowMs);
  }

  #addExposure(nowMs: number): void {
    const elapsedMs = nowMs - this.#plannedAtMs;
    if (elapsedMs > 0 && Number.isFinite(elapsedMs)) this.#forecast.addExposure(elapsedMs);
    this.#plannedAtMs = nowMs;
  }

  #replan(nowMs: number): void {
    this.#addExposure(nowMs);
    this.#forecast.update();
    this.#values.update(this.#forecast.rates);
    for (let index = 0; index < this.#table.size; index += 1) {
      if (this.#inFlight[index] === 0) this.#classify(index, nowMs);
    }
  }

  /** Puts a partition into the heaps that it belongs to now. */
  #classify(index: number, nowMs: number): void {
    this.#remove(index);
    const deferredUntilMs = this.#deferredUntil[index] as number;
    if (deferredUntilMs > nowMs) {
      this.#fresh.set(index, deferredUntilMs);
      return;
    }
    if (Number.isNaN(this.#table.enteredAt[index] as number)) this.#table.enteredAt[index] = nowMs;
    const floorAtMs = this.#floorAtMs(index);
    this.#floors.set(index, this.#table.recheck[index] === 1 ? Math.min(floorAtMs, nowMs) : floorAtMs);
    const dueAtMs = this.#dueAtMs(index);
    if (this.#values.isKept(index)) {
      const earlyAtMs = dueAtMs - this.#values.earlyMs(index);
      if (dueAtMs <= nowMs) this.#overdue.set(index, -this.#values.lossPerMs(index));
      else if (earlyAtMs <= nowMs) this.#dueSoon.set(index, dueAtMs);
      else this.#fresh.set(index, earlyAtMs);
    } else if (dueAtMs <= nowMs) this.#others.set(index, -this.#values.valueOf(index));
    else this.#fresh.set(index, dueAtMs);
  }

  /** When a partition reaches its target age. A partition that was never pulled is past it. */
  #dueAtMs(index: number): number {
    const pulledAtMs = this.#table.lastPulledAt[index] as number;
    return Number.isNaN(pulledAtMs) ? Number.NEGATIVE_INFINITY : pulledAtMs + this.#values.targetAge(index);
  }

  /**
   * When a partition must be pulled whatever its value. A partition that was never pulled has its target age from the
   * moment it entered: at midnight a new date of every product enters, and all at once they would delay the dates that
   * are read now.
   */
  #floorAtMs(index: number): number {
    const pulledAtMs = this.#table.lastPulledAt[index] as number;
    if (Number.isNaN(pulledAtMs)) return (this.#table.enteredAt[index] as number) + this.#values.targetAge(index);
    return pulledAtMs + this.#values.floorAge(index);
  }

  /** Classifies again the partitions whose time in their heap has ended. */
  #classifyElapsed(nowMs: number): void {
    for (const heap of [this.#fresh, this.#dueSoon]) {
      for (let top = heap.top; top !== undefined && heap.topKey <= nowMs; top = heap.top) this.#classify(top, nowMs);
    }
  }

  #remove(index: number): void {
    for (const heap of [this.#floors, this.#fresh, this.#overdue, this.#dueSoon, this.#others]) heap.delete(index);
  }

  /** Marks the empty dates on the same weekday: more often than not, they start to sell together. */
  #recheckWeekday(index: number, nowMs: number): void {
    for (const other of this.#table.sameWeekday(index)) {
      if (this.#table.empties[other] === 0 || this.#inFlight[other] === 1) continue;
      this.#table.recheck[other] = 1;
      this.#classify(other, nowMs);
    }
  }
}
