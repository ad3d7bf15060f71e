/** A supplier's products and those who read them, made from a seed: the same seed is the same world. */
export interface WorldOptions {
  readonly seed: number;
  readonly products: number;
  readonly horizon: number;
  readonly readsPerDay: number;
  /** How popular the k-th product is: 1 / k to the power of this. */
  readonly zipf: number;
  /** How often an empty date is read beside one that sells. */
  readonly emptyShare: number;
  /** At its start one product in fifty begins to sell on one more weekday, and as many stop on one. */
  readonly shiftOnDay: number;
}

export class BookingWorld {
  readonly options: WorldOptions;
  /** By product: how often its dates that sell change, in a day. */
  readonly #changesPerDay: number[];
  readonly #popularity: number[];
  readonly #weekdays: Set<number>[];
  readonly #shifts: readonly number[];

  constructor(options: WorldOptions) {
    this.options = options;
    const random = randomFrom(options.seed);
    const ranks = shuffle(
      Array.from({ length: options.products }, (_, rank) => rank),
      random,
    );
    this.#popularity = ranks.map((rank) => (1 + rank) ** -options.zipf);
    this.#weekdays = ranks.map(
      () => new Set(shuffle([0, 1, 2, 3, 4, 5, 6], random).slice(0, 1 + Math.floor(random() * 7))),
    );
    this.#changesPerDay = ranks.map(() => Math.exp(4 * random() - 2));
    this.#shifts = ranks.map(() => (random() < 0.04 ? Math.floor(random() * 7) : -1));
  }

  /** `on` is the day it is: what sells changes in the middle of a run. */
  sells(product: number, day: number, on: number): boolean {
    const weekday = day % 7;
    const flipped = on >= this.options.shiftOnDay && this.#shifts[product] === weekday;
    return (this.#weekdays[product]?.has(weekday) ?? false) !== flipped;
  }

  /** Relative to others; near dates are read more, by how near they are. */
  readWeight(product: number, ahead: number, on: number): number {
    const share = this.sells(product, on + ahead, on) ? 1 : this.options.emptyShare;
    return ((this.#popularity[product] ?? 0) * share) / (1 + ahead);
  }

  /** Dates change the faster the nearer they are; those that do not sell do not. */
  changesPerDay(product: number, ahead: number, on: number): number {
    return this.sells(product, on + ahead, on) ? (this.#changesPerDay[product] ?? 0) * (8 / (1 + ahead)) : 0;
  }
}

/** Mulberry32, by Tommy Ettinger: small, fast, and the same on every machine. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function shuffle(items: number[], random: () => number): number[] {
  for (let last = items.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [items[last], items[other]] = [items[other] ?? 0, items[last] ?? 0];
  }
  return items;
}
