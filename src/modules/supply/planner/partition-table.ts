import type { Id } from '../../../platform/ids.ts';
import { dateOfDay, dayOfDate } from './cadence.ts';

/** What is pulled at once: one product on one date, `2026-11-21`, in the supplier's zone. */
export interface Target {
  readonly productId: Id;
  readonly date: string;
}

/** All that is remembered of a target, as it is written down. */
export interface TargetRecord extends Target {
  /** When the planner first knew of it. */
  readonly enteredAtMs: number | null;
  /** When the last pull that was answered was sent. */
  readonly lastPulledAtMs: number | null;
  /** Pulls in a row that found nothing to sell. */
  readonly empties: number;
  /** A date like it was found to sell again: to be looked at soon. */
  readonly recheck: boolean;
  /** How often it was read, lately: fades by half in two days. */
  readonly reads: number;
  /** How often it would have been read by now if its product were one that is read once a day and date; fades alike. */
  readonly exposure: number;
  /** Pulls that had one before them to be compared with, how many of them saw a change, and the time between. Fading. */
  readonly comparisons: number;
  readonly changes: number;
  readonly watchedMs: number;
}

/** What each further comparison leaves of those before: the last ten or so count. */
const COMPARISONS_KEPT = 0.9;

/**
 * Columns for every product and date of the horizon. A date has a fixed place, its day number modulo the horizon, so
 * at midnight the new last date moves in where yesterday was, and nothing else moves.
 */
export class TargetTable {
  readonly products: readonly Id[];
  readonly horizon: number;
  readonly size: number;
  readonly enteredAt: Float64Array;
  readonly lastPulledAt: Float64Array;
  readonly empties: Uint16Array;
  readonly recheck: Uint8Array;
  readonly reads: Float64Array;
  readonly exposure: Float64Array;
  readonly #comparisons: Float64Array;
  readonly #changes: Float64Array;
  readonly #watchedMs: Float64Array;
  readonly #indexOfProduct: ReadonlyMap<Id, number>;
  /** By a date's place: how far off it is. */
  readonly #ahead: Uint16Array;
  #today: number;
  #todayText: string;

  constructor(products: readonly Id[], horizon: number, today: string) {
    this.products = products;
    this.horizon = horizon;
    this.size = products.length * horizon;
    this.#indexOfProduct = new Map(products.map((product, index) => [product, index]));
    this.#today = dayOfDate(today);
    this.#todayText = today;
    this.#ahead = new Uint16Array(horizon);
    this.#countAhead();
    this.enteredAt = new Float64Array(this.size).fill(Number.NaN);
    this.lastPulledAt = new Float64Array(this.size).fill(Number.NaN);
    this.empties = new Uint16Array(this.size);
    this.recheck = new Uint8Array(this.size);
    this.reads = new Float64Array(this.size);
    this.exposure = new Float64Array(this.size);
    this.#comparisons = new Float64Array(this.size);
    this.#changes = new Float64Array(this.size);
    this.#watchedMs = new Float64Array(this.size);
  }

  /** Days only go forward: a clock that was set back moves nothing. */
  needsRoll(today: string): boolean {
    if (today === this.#todayText) return false;
    return dayOfDate(today) > this.#today;
  }

  /** Leaves the past behind. @returns the places that now belong to new dates */
  rollTo(today: string): number[] {
    const day = dayOfDate(today);
    const gone = Math.max(0, Math.min(this.horizon, day - this.#today));
    const places = this.products.flatMap((_, product) =>
      Array.from({ length: gone }, (_day, old) => this.#place(product, this.#today + old)),
    );
    for (const place of places) this.#clear(place);
    this.#today = Math.max(day, this.#today);
    this.#todayText = today;
    this.#countAhead();
    return places;
  }

  /** Nothing for a product that is not ours, and for dates outside the horizon. */
  find({ productId, date }: Target): number | undefined {
    const product = this.#indexOfProduct.get(productId);
    const day = dayOfDate(date);
    if (product === undefined || day < this.#today || day >= this.#today + this.horizon) return undefined;
    return this.#place(product, day);
  }

  targetAt(index: number): Target {
    const productId = this.products[Math.floor(index / this.horizon)] as Id;
    return { productId, date: dateOfDay(this.#today + this.daysAhead(index)) };
  }

  daysAhead(index: number): number {
    return this.#ahead[index % this.horizon] as number;
  }

  /** The same product's other dates on this day of the week. */
  *sameWeekday(index: number): Generator<number> {
    const product = Math.floor(index / this.horizon);
    const ahead = this.daysAhead(index);
    for (let other = ahead % 7; other < this.horizon; other += 7) {
      if (other !== ahead) yield this.#place(product, this.#today + other);
    }
  }

  /** Takes in the answer to a pull. @returns whether it sells again, after a pull that had found it empty */
  observe(index: number, { pulledAtMs, changed, empty }: PullResult): boolean {
    const elapsedMs = pulledAtMs - (this.lastPulledAt[index] as number);
    if (elapsedMs > 0) {
      fade(this.#comparisons, index, 1);
      fade(this.#changes, index, changed ? 1 : 0);
      fade(this.#watchedMs, index, elapsedMs);
    }
    const begins = !empty && (this.empties[index] as number) > 0;
    // An answer that was overtaken by a later one says nothing about now.
    if (!(elapsedMs <= 0)) this.lastPulledAt[index] = pulledAtMs;
    this.empties[index] = empty ? Math.min(65_535, (this.empties[index] as number) + 1) : 0;
    this.recheck[index] = 0;
    return begins;
  }

  /**
   * Changes per millisecond. From Cho and Garcia-Molina, "Estimating Frequency of Change" (2003): counting the changes
   * seen is too low, since several between two pulls look like one; −log of the share of pulls that saw none is not.
   */
  changeRate(index: number): number {
    const comparisons = this.#comparisons[index] as number;
    if (comparisons === 0) return 0;
    const same = comparisons - (this.#changes[index] as number);
    return (-Math.log((same + 0.5) / (comparisons + 0.5)) * comparisons) / (this.#watchedMs[index] as number);
  }

  recordOf(index: number): TargetRecord {
    return {
      ...this.targetAt(index),
      enteredAtMs: numberOrNull(this.enteredAt[index]),
      lastPulledAtMs: numberOrNull(this.lastPulledAt[index]),
      empties: this.empties[index] as number,
      recheck: this.recheck[index] === 1,
      reads: this.reads[index] as number,
      exposure: this.exposure[index] as number,
      comparisons: this.#comparisons[index] as number,
      changes: this.#changes[index] as number,
      watchedMs: this.#watchedMs[index] as number,
    };
  }

  /** Dates that have passed since, and products that are no longer ours, are left out. */
  restore(record: TargetRecord): void {
    const index = this.find(record);
    if (index === undefined) return;
    this.enteredAt[index] = record.enteredAtMs ?? Number.NaN;
    this.lastPulledAt[index] = record.lastPulledAtMs ?? Number.NaN;
    this.empties[index] = record.empties;
    this.recheck[index] = record.recheck ? 1 : 0;
    this.reads[index] = record.reads;
    this.exposure[index] = record.exposure;
    this.#comparisons[index] = record.comparisons;
    this.#changes[index] = record.changes;
    this.#watchedMs[index] = record.watchedMs;
  }

  #countAhead(): void {
    for (let ahead = 0; ahead < this.horizon; ahead += 1) this.#ahead[(this.#today + ahead) % this.horizon] = ahead;
  }

  #place(product: number, day: number): number {
    return product * this.horizon + (day % this.horizon);
  }

  #clear(index: number): void {
    this.enteredAt[index] = Number.NaN;
    this.lastPulledAt[index] = Number.NaN;
    for (const column of [this.empties, this.recheck, this.reads, this.exposure]) column[index] = 0;
    for (const column of [this.#comparisons, this.#changes, this.#watchedMs]) column[index] = 0;
  }
}

/** What a pull said. */
export interface PullResult {
  /** When it was sent. */
  readonly pulledAtMs: number;
  /** Whether anything differs from the pull before. */
  readonly changed: boolean;
  /** Whether there is nothing to sell. */
  readonly empty: boolean;
}

function fade(column: Float64Array, index: number, added: number): void {
  column[index] = (column[index] as number) * COMPARISONS_KEPT + added;
}

function numberOrNull(value = Number.NaN): number | null {
  return Number.isNaN(value) ? null : value;
}
