import type { TargetTable } from './target-table.ts';

/** After this time a read counts half. Days: long enough to know the seldom read, short enough to follow a season. */
const READS_HALF_LIFE_MS = 2 * 86_400_000;

/** Reads and exposure by days ahead, of all products: how much more today is read than a day in two weeks. */
export interface DayReads {
  readonly reads: number;
  readonly exposure: number;
}

/** How often an empty date is read beside one that sells, before its own reads tell. */
const EMPTY_SHARE = 0.1;
/** What is believed before anything was read, in reads: a product like others, a date like the product's others. */
const PRODUCT_PRIOR = 1;
const DATE_PRIOR = 3;
const DAY_PRIOR = 50;
const DAY_MS = 86_400_000;

/**
 * How often each target will be read. Most dates of most products are read too seldom to be counted one by one, so a
 * rate is three factors, the days ahead × the product × the date itself, each learned from all reads it has a part in
 * and drawn towards 1 as long as those are few (a gamma prior on a Poisson rate).
 */
export class ReadForecast {
  readonly #table: TargetTable;
  readonly #dayReads: Float64Array;
  readonly #dayExposure: Float64Array;
  readonly #productRate: Float64Array;
  /** Reads per millisecond and product rate, by the days ahead and by whether the date sells. */
  readonly #unitRate: Float64Array;
  /** Reads per millisecond. */
  readonly rates: Float64Array;

  constructor(table: TargetTable, days: readonly DayReads[]) {
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

  read(index: number, count: number): void {
    this.#table.reads[index] = (this.#table.reads[index] as number) + count;
    const day = this.#table.daysAhead(index);
    this.#dayReads[day] = (this.#dayReads[day] as number) + count;
  }

  /** Counts the time since the last call as time in which each target could have been read. Call it before a roll. */
  pass(elapsedMs: number): void {
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

  /** Reckons all rates anew from what is known. */
  forecast(): void {
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
        const unit = ((weights[this.#table.daysAhead(index)] as number) * this.#sells(index)) / DAY_MS;
        this.#unitRate[index] = unit;
        const own = ((reads[index] as number) + DATE_PRIOR) / ((exposure[index] as number) * rate + DATE_PRIOR);
        this.rates[index] = unit * rate * own;
      }
    }
  }

  /** Until reads tell, a date is read the less the further it is. */
  #dayWeights(): Float64Array {
    return this.#dayReads.map(
      (reads, day) => (reads + DAY_PRIOR / (1 + day)) / ((this.#dayExposure[day] as number) + DAY_PRIOR),
    );
  }

  /** 1 for a date that sells, `EMPTY_SHARE` for one seen empty, between for one not yet seen, by others like it. */
  #sells(index: number): number {
    const { lastPulledAt, empties } = this.#table;
    let known = 0;
    let selling = 0;
    if (!Number.isNaN(lastPulledAt[index] as number)) {
      return empties[index] === 0 ? 1 : EMPTY_SHARE;
    }
    for (const other of this.#table.sameWeekday(index)) {
      if (Number.isNaN(lastPulledAt[other] as number)) continue;
      known += 1;
      if (empties[other] === 0) selling += 1;
    }
    const share = (selling + 0.5) / (known + 1);
    return share + (1 - share) * EMPTY_SHARE;
  }
}

function sumOf(column: Float64Array, from: number, count: number): number {
  let sum = 0;
  for (let index = from; index < from + count; index += 1) sum += column[index] as number;
  return sum;
}
