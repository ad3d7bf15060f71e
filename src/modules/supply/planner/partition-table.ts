import type { Id } from '../../../platform/ids.ts';
import { type ProductDate, productDate } from '../supplier/partition.ts';
import { dateOfDay, dayOfDate } from './cadence.ts';

/** Everything the planner remembers about a partition, in the form in which it is stored. */
export interface PartitionRecord extends Pick<ProductDate, 'productId' | 'date'> {
  /** When the planner first saw the partition. */
  readonly enteredAtMs: number | null;
  /** When the last answered pull was sent. */
  readonly lastPulledAtMs: number | null;
  /** Consecutive pulls that found nothing on sale. */
  readonly empties: number;
  /** Another date on the same weekday started to sell again, so this one is pulled soon. */
  readonly recheck: boolean;
  /** Recent reads. The count halves every two days. */
  readonly reads: number;
  /** Expected reads in the same time if each date of its product were read once a day. Halves every two days. */
  readonly exposure: number;
}

/** The answer to a pull, as far as the planner uses it. */
export interface PullResult {
  /** When the pull was sent. */
  readonly pulledAtMs: number;
  /** Whether nothing is on sale. */
  readonly isEmpty: boolean;
}

/**
 * The state of every product on every date of the horizon, in one typed array per field. The index of a date is its
 * day number modulo the horizon: at midnight the new last date takes the index of yesterday, and nothing else moves.
 */
export class PartitionTable {
  readonly products: readonly Id[];
  readonly horizon: number;
  readonly size: number;
  readonly enteredAt: Float64Array;
  readonly lastPulledAt: Float64Array;
  readonly empties: Uint16Array;
  readonly recheck: Uint8Array;
  readonly reads: Float64Array;
  readonly exposure: Float64Array;
  readonly #indexOfProduct: ReadonlyMap<Id, number>;
  /** Days from today to each date, by the date's index. */
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
  }

  /** Whether `today` is after the table's day. A clock that was set back changes nothing. */
  needsRoll(today: string): boolean {
    if (today === this.#todayText) return false;
    return dayOfDate(today) > this.#today;
  }

  /** Drops the dates before `today`. @returns the indexes that now belong to new dates */
  rollTo(today: string): number[] {
    const day = dayOfDate(today);
    const passed = Math.max(0, Math.min(this.horizon, day - this.#today));
    const indexes = this.products.flatMap((_, product) =>
      Array.from({ length: passed }, (_day, old) => this.#indexOf(product, this.#today + old)),
    );
    for (const index of indexes) this.#clear(index);
    this.#today = Math.max(day, this.#today);
    this.#todayText = today;
    this.#countAhead();
    return indexes;
  }

  /** The index of a partition; `undefined` for an unknown product and for a date outside the horizon. */
  find({ productId, date }: Pick<ProductDate, 'productId' | 'date'>): number | undefined {
    const product = this.#indexOfProduct.get(productId);
    const day = dayOfDate(date);
    if (product === undefined || day < this.#today || day >= this.#today + this.horizon) return undefined;
    return this.#indexOf(product, day);
  }

  partitionAt(index: number): ProductDate {
    const productId = this.products[Math.floor(index / this.horizon)] as Id;
    return productDate(productId, dateOfDay(this.#today + this.daysAhead(index)));
  }

  daysAhead(index: number): number {
    return this.#ahead[index % this.horizon] as number;
  }

  /** The indexes of the same product's other dates on the same weekday. */
  *sameWeekday(index: number): Generator<number> {
    const product = Math.floor(index / this.horizon);
    const ahead = this.daysAhead(index);
    for (let other = ahead % 7; other < this.horizon; other += 7) {
      if (other !== ahead) yield this.#indexOf(product, this.#today + other);
    }
  }

  /** Stores the answer to a pull. @returns whether the partition sells again after a pull that found it empty */
  observe(index: number, { pulledAtMs, isEmpty }: PullResult): boolean {
    const sellsAgain = !isEmpty && (this.empties[index] as number) > 0;
    const isOutdated = pulledAtMs <= (this.lastPulledAt[index] as number);
    if (!isOutdated) this.lastPulledAt[index] = pulledAtMs;
    this.empties[index] = isEmpty ? Math.min(65_535, (this.empties[index] as number) + 1) : 0;
    this.recheck[index] = 0;
    return sellsAgain;
  }

  recordOf(index: number): PartitionRecord {
    const { productId, date } = this.partitionAt(index);
    return {
      productId,
      date,
      enteredAtMs: numberOrNull(this.enteredAt[index]),
      lastPulledAtMs: numberOrNull(this.lastPulledAt[index]),
      empties: this.empties[index] as number,
      recheck: this.recheck[index] === 1,
      reads: this.reads[index] as number,
      exposure: this.exposure[index] as number,
    };
  }

  /** Restores a stored record. Ignores past dates and products that are no longer configured. */
  restore(record: PartitionRecord): void {
    const index = this.find(record);
    if (index === undefined) return;
    this.enteredAt[index] = record.enteredAtMs ?? Number.NaN;
    this.lastPulledAt[index] = record.lastPulledAtMs ?? Number.NaN;
    this.empties[index] = record.empties;
    this.recheck[index] = record.recheck ? 1 : 0;
    this.reads[index] = record.reads;
    this.exposure[index] = record.exposure;
  }

  #countAhead(): void {
    for (let ahead = 0; ahead < this.horizon; ahead += 1) this.#ahead[(this.#today + ahead) % this.horizon] = ahead;
  }

  #indexOf(product: number, day: number): number {
    return product * this.horizon + (day % this.horizon);
  }

  #clear(index: number): void {
    this.enteredAt[index] = Number.NaN;
    this.lastPulledAt[index] = Number.NaN;
    for (const column of [this.empties, this.recheck, this.reads, this.exposure]) column[index] = 0;
  }
}

function numberOrNull(value = Number.NaN): number | null {
  return Number.isNaN(value) ? null : value;
}
