import type { Random } from '../../platform/seeded-random.ts';
import type { Stock, UnitId } from './stock.ts';
import type { Supply } from './supply.ts';

/** Node takes a longer interval for one of 1 ms. */
const MOST_MS = 2 ** 31 - 1;

/** Other people, who buy one of anything, at a steady rate. */
export class Rivals implements Disposable {
  readonly #supply: Supply;
  readonly #stock: Stock;
  readonly #random: Random;
  #timer: NodeJS.Timeout | undefined;

  constructor(supply: Supply, stock: Stock, random: Random) {
    this.#supply = supply;
    this.#stock = stock;
    this.#random = random;
  }

  /** Purchases per second from now on; 0 stops them. */
  setRate(perSecond: number): void {
    clearInterval(this.#timer);
    if (perSecond > 0) this.#timer = setInterval(() => this.buyOne(), Math.min(1_000 / perSecond, MOST_MS)).unref();
  }

  /** One purchase now. Returns what was bought; nothing when what the rival chose was sold out. */
  buyOne(): UnitId | undefined {
    const unit = this.#supply.pick(this.#random);
    return unit && this.#stock.take(unit, 1) ? unit.id : undefined;
  }

  [Symbol.dispose](): void {
    this.setRate(0);
  }
}
