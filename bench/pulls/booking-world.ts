export interface WorldOptions {
  readonly seed: number;
  readonly products: number;
  readonly horizon: number;
  readonly readsPerDay: number;
  /** Exponent of the products' popularity: the k-th product is read 1 / k^zipf as often as the first. */
  readonly zipf: number;
  /** Read rate of an empty date relative to one that sells. */
  readonly emptyShare: number;
  /** At the start of this day, one product in fifty starts to sell on another weekday, and as many stop on one. */
  readonly shiftOnDay: number;
}

/** The products of a simulated supplier and their readers. The same seed gives the same world. */
export class BookingWorld {
  readonly options: WorldOptions;
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
    this.#shifts = ranks.map(() => (random() < 0.04 ? Math.floor(random() * 7) : -1));
  }

  /** Whether a product sells on `day`. The answer may change during a run, so it depends on today, `on`. */
  sells(product: number, day: number, on: number): boolean {
    const weekday = day % 7;
    const isShifted = on >= this.options.shiftOnDay && this.#shifts[product] === weekday;
    return (this.#weekdays[product]?.has(weekday) ?? false) !== isShifted;
  }

  /** Relative read rate. It falls with the days ahead. */
  readWeight(product: number, ahead: number, on: number): number {
    const share = this.sells(product, on + ahead, on) ? 1 : this.options.emptyShare;
    return ((this.#popularity[product] ?? 0) * share) / (1 + ahead);
  }
}

/** Mulberry32 by Tommy Ettinger: a small, fast generator with the same numbers on every machine. */
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
