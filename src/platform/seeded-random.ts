/** Pseudorandom numbers that are the same for the same seed, so that a failing case can be repeated. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** An integer from `min` to `max`, both included. */
  integer(min: number, max: number): number;
  /** Whether an event of this probability happens. */
  chance(probability: number): boolean;
  /** One of the items, each with the same probability. */
  pick<T>(items: readonly [T, ...T[]] | readonly T[]): T;
}

/**
 * Creates the stream of numbers of a seed and an index, so that case 70,000 does not depend on how many numbers the
 * cases before it used. Algorithm: SplitMix32, after Steele, Lea and Flood, "Fast splittable pseudorandom number
 * generators" (OOPSLA 2014).
 */
export function seededRandom(seed: number, index = 0): Random {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)) | 0;
  function next(): number {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  }
  const integer = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  return {
    next,
    integer,
    chance: (probability) => next() < probability,
    pick<T>(items: readonly T[]): T {
      if (items.length === 0) throw new Error('there is nothing to pick from');
      return items[integer(0, items.length - 1)] as T;
    },
  };
}
