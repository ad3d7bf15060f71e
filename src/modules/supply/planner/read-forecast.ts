import type { PartitionTable } from './partition-table.ts';

/**
 * Time after which a counted read weighs half. Two days are long enough to learn rarely read dates, and short enough
 * to follow a season.
 */
const READS_HALF_LIFE_MS = 2 * 86_400_000;

/** Reads and expected reads of all products at one number of days ahead. */
export interface DayReads {
  readonly reads: number;
  /** Expected reads at the average rate, in the same time. */
  readonly exposure: number;
}

/** Read rate of an empty date relative to one that sells, until its own reads show otherwise. */
const EMPTY_SHARE = 0.1;
/**
 * Weights of the prior beliefs, in reads: a product is read like the others, a date like the other dates of its
 * product, and a day ahead as often as `#dayWeights` assumes.
 */
const PRODUCT_PRIOR = 1;
const DATE_PRIOR = 3;
const DAY_PRIOR = 50;
const DAY_MS = 86_400_000;

/**
 * Forecasts the read rate of every partition. Most dates of most products are read too rarely to be counted on their
 * own. A rate is therefore a product of three factors, days ahead × product × date. Each factor is learned from all
 * reads it contributes to and is drawn towards 1 while those are few (a gamma prior on a Poisson rate).
 */
export class ReadForecast {
  readonly #table: PartitionTable;
  readonly #dayReads: Float64Array;
  readonly #dayExposure: Float64Array;
  readonly #productRate: Float64Array;
  /** Reads per millisecond at a product rate of 1, from the days ahead and from whether the date sells. */
  readonly #unitRate: Float64Array;
  /** Forecast reads per millisecond, by the partition's index. */
  readonly rates: Float64Array;

  constructor(table: PartitionTable, days: readonly DayReads[]) {
    this.#table = table;
    this.#dayReads = Float64Array.from({ length: table.horizon }, (_, day) => days[day]?.reads ?? 0);
    this.#dayExposure = Float64Array.from({ length: table.horizon }, (_, day) => days[day]?.exposure ?? 0);
    this.#productRate = new Float64Array(table.products.length).fill(1);
    this.#unitRate = new Float64Array(table.size);
    this.rates = new Float64Array(table.size);
  }

  get days(): DayReads[] {
    return Array.from(this.#dayReads, (reads, day) => ({ reads, exposure: this.#dayExposure[day] as number }));
  }

  countReads(index: number, count: number): void {
    this.#table.reads[index] = (this.#table.reads[index] as number) + count;
    const day = this.#table.daysAhead(index);
    this.#dayReads[day] = (this.#dayReads[day] as number) + count;
  }

  /**
   * Adds the time since the last call to the exposure of every partition, and fades older counts. Must run before the
   * table rolls to a new day.
   */
  addExposure(elapsedMs: number): void {
    const { reads, exposure, size, horizon } = this.#table;
    const kept = 0.5 ** (elapsedMs / READS_HALF_LIFE_MS);
    const weights = this.#dayWeights();
    for (let day = 0; day < horizon; day += 1) {
      this.#dayReads[day] = (this.#dayReads[day] as number) * kept;
      this.#dayExposure[day] = (this.#dayExposure[day] as number) * kept;
    }
    for (let index = 0; index < size; index += 1) {
      const unit = (this.#unitRate[index] as number) * elapsedMs;
      reads[index] = (reads[index] as number) * kept;
      exposure[index] = (exposure[index] as number) * kept + unit;
      const day = this.#table.daysAhead(index);
      const product = this.#productRate[Math.floor(index / horizon)] as number;
      this.#dayExposure[day] = (this.#dayExposure[day] as number) + (unit * product) / (weights[day] as number);
    }
  }

  /** Computes all rates again from the counts. */
  update(): void {
    const { products, horizon, reads, exposure, size } = this.#table;
    const total = sumOf(reads, 0, size) + 1;
    const mean = total / (sumOf(exposure, 0, size) + 1);
    const weights = this.#dayWeights();
    for (let product = 0; product < products.length; product += 1) {
      const from = product * horizon;
      const rate =
        (sumOf(reads, from, horizon) + PRODUCT_PRIOR) / (sumOf(exposure, from, horizon) + PRODUCT_PRIOR / mean);
      this.#productRate[product] = rate;
      for (let index = from; index < from + horizon; index += 1) {
        const unit = ((weights[this.#table.daysAhead(index)] as number) * this.#sellsFactor(index)) / DAY_MS;
        this.#unitRate[index] = unit;
        const own = ((reads[index] as number) + DATE_PRIOR) / ((exposure[index] as number) * rate + DATE_PRIOR);
        this.rates[index] = unit * rate * own;
      }
    }
  }

  /** The factor of each number of days ahead. Until reads show otherwise, farther dates are read less. */
  #dayWeights(): Float64Array {
    return this.#dayReads.map(
      (reads, day) => (reads + DAY_PRIOR / (1 + day)) / ((this.#dayExposure[day] as number) + DAY_PRIOR),
    );
  }

  /**
   * 1 for a date that sells, and `EMPTY_SHARE` for one that was found empty. For a date that was never pulled it is a
   * value between the two, from the share of the same product's other dates on that weekday that sell.
   */
  #sellsFactor(index: number): number {
    const { lastPulledAt, empties } = this.#table;
    if (!Number.isNaN(lastPulledAt[index] as number)) return empties[index] === 0 ? 1 : EMPTY_SHARE;
    let pulled = 0;
    let selling = 0;
    for (const other of this.#table.sameWeekday(index)) {
      if (Number.isNaN(lastPulledAt[other] as number)) continue;
      pulled += 1;
      if (empties[other] === 0) selling += 1;
    }
    const share = (selling + 0.5) / (pulled + 1);
    return share + (1 - share) * EMPTY_SHARE;
  }
}

function sumOf(column: Float64Array, from: number, count: number): number {
  let sum = 0;
  for (let index = from; index < from + count; index += 1) sum += column[index] as number;
  return sum;
}
