import type { Random } from '../../platform/seeded-random.ts';
import type { Inventory } from './inventory.ts';
import type { Stock, UnitId } from './stock.ts';

/** Node treats a longer interval as 1 ms. */
const LONGEST_INTERVAL_MS = 2 ** 31 - 1;

/** Other buyers, who buy one random unit at a time, at a steady rate. */
export class Rivals implements Disposable {
  readonly #inventory: Inventory;
  readonly #stock: Stock;
  readonly #random: Random;
  #timer: NodeJS.Timeout | undefined;

  constructor(inventory: Inventory, stock: Stock, random: Random) {
    this.#inventory = inventory;
    this.#stock = stock;
    this.#random = random;
  }

  /** Sets the purchases per second; 0 stops them. */
  setRate(perSecond: number): void {
    clearInterval(this.#timer);
    if (perSecond > 0)
      this.#timer = setInterval(() => this.buyOne(), Math.min(1_000 / perSecond, LONGEST_INTERVAL_MS)).unref();
  }

  /** Buys one unit now. @returns what was bought; `undefined` if the chosen slot was sold out */
  buyOne(): UnitId | undefined {
    const unit = this.#inventory.pick(this.#random);
    return unit && this.#stock.take(unit, 1) ? unit.id : undefined;
  }

  [Symbol.dispose](): void {
    this.setRate(0);
  }
}
