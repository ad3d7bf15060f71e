import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BlockCount, OrderDirectory, type Stretch } from './order-directory.ts';

/** The same, the obvious way: every order by its block and its place there, in one list. */
class NaiveDirectory {
  readonly #counts = new Map<number, BlockCount>();

  apply(count: BlockCount): void {
    if ((this.#counts.get(count.block)?.version ?? -1) < count.version) this.#counts.set(count.block, count);
  }

  versionOf(block: number): number {
    return this.#counts.get(block)?.version ?? -1;
  }

  get places(): string[] {
    return [...this.#counts.values()]
      .sort((a, b) => a.block - b.block)
      .flatMap(({ block, orders }) => Array.from({ length: orders }, (_, place) => `${block}:${place}`));
  }
}

function placesOf(stretches: readonly Stretch[]): string[] {
  return stretches.flatMap(({ block, from, to }) =>
    Array.from({ length: to - from }, (_, index) => `${block}:${from + index}`),
  );
}

const count = fc.record({
  block: fc.oneof(fc.nat(12), fc.constantFrom(2 ** 45 - 1, 2 ** 45 - 2)),
  orders: fc.nat(6),
  version: fc.nat(20),
});

describe('OrderDirectory', () => {
  it('finds what a list of all orders has at the same ranks, whatever changed before', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(count, { selector: ({ block }) => block, maxLength: 8 }),
        fc.array(fc.tuple(count, fc.nat(40), fc.integer({ min: 1, max: 12 })), { maxLength: 25 }),
        (initial, steps) => {
          const directory = new OrderDirectory(initial.toSorted((a, b) => a.block - b.block));
          const naive = new NaiveDirectory();
          for (const each of initial) naive.apply(each);
          for (const [change, first, wanted] of steps) {
            directory.apply(change);
            naive.apply(change);
            const places = naive.places;
            expect(directory.total).toBe(places.length);
            expect(directory.versionOf(change.block)).toBe(naive.versionOf(change.block));
            expect(placesOf(directory.find(first, wanted))).toEqual(places.slice(first, first + wanted));
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is empty to begin with', () => {
    const directory = new OrderDirectory([]);
    expect(directory.total).toBe(0);
    expect(directory.find(0, 10)).toEqual([]);
    expect(directory.versionOf(0)).toBe(-1);
  });

  it('finds the last of 10 million, and where it is after one was deleted', () => {
    const directory = new OrderDirectory(
      Array.from({ length: 40_000 }, (_, block) => ({ block, orders: 250, version: 1 })),
    );
    expect(directory.find(9_999_990, 10)).toEqual([{ block: 39_999, from: 240, to: 250 }]);
    directory.apply({ block: 0, orders: 249, version: 2 });
    expect(directory.find(9_999_989, 10)).toEqual([{ block: 39_999, from: 240, to: 250 }]);
  });
});
