import type { PartitionTable } from './partition-table.ts';

/** A kept partition may be pulled this many pulls before it is due. */
const EARLY_PULLS = 5;
/** Halvings of the interval in which the price is searched. */
const PRICE_STEPS = 30;

/** The ages of a supplier's partitions by days ahead, in milliseconds, and the rate of its limit. */
export interface PullRates {
  readonly targetAges: readonly number[];
  readonly floorAges: readonly number[];
  readonly pullsPerMs: number;
}

/**
 * The value of a pull of each partition, and which partitions are kept within their target age.
 *
 * The limit is best spent on the pulls of the highest value: a fractional knapsack. Everything worth the price or more
 * is kept within its target age, and the rest is pulled at its floor age. Azar et al., "Tractable near-optimal policies
 * for crawling" (2018), find the price of their objective in a similar way.
 */
export class PullValues {
  readonly #table: PartitionTable;
  readonly #rates: PullRates;
  /** Expected reads that one pull answers within the target age. */
  readonly #values: Float64Array;
  /** Pulls per millisecond that it takes to keep the partition, beyond those at its floor age. */
  readonly #extraPerMs: Float64Array;
  /** Value of the least valuable pull that the limit still allows. */
  #price = 0;

  constructor(table: PartitionTable, rates: PullRates) {
    this.#table = table;
    this.#rates = rates;
    this.#values = new Float64Array(table.size);
    this.#extraPerMs = new Float64Array(table.size);
  }

  /** Computes all values and the price again. @param readRates forecast reads per millisecond */
  update(readRates: Float64Array): void {
    for (let index = 0; index < this.#table.size; index += 1) {
      this.#values[index] = (readRates[index] as number) * this.targetAge(index);
    }
    this.#price = this.#findPrice();
  }

  valueOf(index: number): number {
    return this.#values[index] as number;
  }

  isKept(index: number): boolean {
    return this.valueOf(index) >= this.#price;
  }

  /** Value lost by a millisecond of waiting, less the value that the saved pull has elsewhere. */
  lossPerMs(index: number): number {
    return (this.valueOf(index) - this.#price) / this.targetAge(index);
  }

  targetAge(index: number): number {
    return this.#rates.targetAges[this.#table.daysAhead(index)] as number;
  }

  floorAge(index: number): number {
    return this.#rates.floorAges[this.#table.daysAhead(index)] as number;
  }

  /** How long before it is due a kept partition may be pulled, in milliseconds. */
  earlyMs(index: number): number {
    return Math.min(EARLY_PULLS / this.#rates.pullsPerMs, this.targetAge(index) / 2);
  }

  /** Searches by bisection, which needs no sorting. */
  #findPrice(): number {
    const { pullsPerMs } = this.#rates;
    const meanEarlyMs = EARLY_PULLS / pullsPerMs / 2;
    let atFloor = 0;
    let highest = 0;
    for (let index = 0; index < this.#table.size; index += 1) {
      const targetMs = this.targetAge(index);
      const floorPerMs = 1 / this.floorAge(index);
      this.#extraPerMs[index] = 1 / Math.max(targetMs - meanEarlyMs, targetMs / 2) - floorPerMs;
      atFloor += floorPerMs;
      highest = Math.max(highest, this.valueOf(index));
    }
    const left = pullsPerMs - atFloor;
    if (this.#extraPerMsAt(0) <= left) return 0;
    let low = 0;
    let high = highest * 2;
    for (let step = 0; step < PRICE_STEPS; step += 1) {
      const price = (low + high) / 2;
      if (this.#extraPerMsAt(price) <= left) high = price;
      else low = price;
    }
    return high;
  }

  /** Pulls per millisecond, beyond those at the floor, that it takes to keep everything worth this price. */
  #extraPerMsAt(price: number): number {
    let sum = 0;
    for (let index = 0; index < this.#values.length; index += 1) {
      if (this.valueOf(index) >= price) sum += this.#extraPerMs[index] as number;
    }
    return sum;
  }
}
