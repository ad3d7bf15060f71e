import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BlockCount, type BlockSlice, OrderDirectory } from './order-directory.ts';

/** The same as `OrderDirectory`, written the obvious way: a list of every order by its block and its position there. */
class NaiveDirectory {
  readonly #counts = new Map<number, BlockCount>();

  apply(count: BlockCount): void {
    if ((this.#counts.get(count.block)?.version ?? -1) < count.version) this.#counts.set(count.block, count);
  }

  versionOf(block: number): number {
    return this.#counts.get(block)?.version ?? -1;
  }

  get positions(): string[] {
    return [...this.#counts.values()]
      .sort((a, b) => a.block - b.block)
      .flatMap(({ block, orders }) => Array.from({ length: orders }, (_, position) => `${block}:${position}`));
  }
}

function positionsOf(slices: readonly BlockSlice[]): string[] {
  return slices.flatMap(({ block, from, to }) =>
    Array.from({ length: to - from }, (_, index) => `${block}:${from + index}`),
  );
}

const count = fc.record({
  block: fc.oneof(fc.nat(12), fc.constantFrom(2 ** 45 - 1, 2 ** 45 - 2)),
  orders: fc.nat(6),
  version: fc.nat(20),
});

describe('OrderDirectory', () => {
  it('the directory finds the same orders as a list of all orders, after any changes', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(count, { selector: ({ block }) => block, maxLength: 8 }),
        fc.array(fc.tuple(count, fc.nat(40), fc.integer({ min: 1, max: 12 })), { maxLength: 25 }),
        (initial, steps) => {
          const directory = new OrderDirectory(initial.toSorted((a, b) => a.block - b.block));
          const naive = new NaiveDirectory();
          for (const each of initial) naive.apply(each);
          for (const [change, first, length] of steps) {
            directory.apply(change);
            naive.apply(change);
            const { positions } = naive;
            expect(directory.total).toBe(positions.length);
            expect(directory.versionOf(change.block)).toBe(naive.versionOf(change.block));
            expect(positionsOf(directory.find(first, length))).toEqual(positions.slice(first, first + length));
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('a new directory without counts is empty', () => {
    const directory = new OrderDirectory([]);
    expect(directory.total).toBe(0);
    expect(directory.find(0, 10)).toEqual([]);
    expect(directory.versionOf(0)).toBe(-1);
  });

  it('the last of 10 million orders is found, also after a deletion at the start', () => {
    const directory = new OrderDirectory(
      Array.from({ length: 40_000 }, (_, block) => ({ block, orders: 250, version: 1 })),
    );
    expect(directory.find(9_999_990, 10)).toEqual([{ block: 39_999, from: 240, to: 250 }]);
    directory.apply({ block: 0, orders: 249, version: 2 });
    expect(directory.find(9_999_989, 10)).toEqual([{ block: 39_999, from: 240, to: 250 }]);
  });
});
