/** Number of consecutive ids in a block. `order_block` in `0006_orders.sql` uses the same number. */
export const BLOCK_IDS = 256;

/** The number of orders in a block. The version rises whenever an order is inserted into the block or deleted from it. */
export interface BlockCount {
  readonly block: number;
  readonly orders: number;
  readonly version: number;
}

/** Consecutive orders of one block, by their positions in it: from `from` to `to`, exclusive. */
export interface BlockSlice {
  readonly block: number;
  readonly from: number;
  readonly to: number;
}

/**
 * The number of orders in every block and before it. That is enough to find any page by a binary search: 10 million
 * orders are 40 thousand blocks, which take one megabyte.
 */
export class OrderDirectory {
  #size: number;
  #blocks: Float64Array;
  #orders: Float64Array;
  #versions: Float64Array;
  /** Number of orders in the blocks up to each, inclusive. Valid below `#summed` only. */
  #runningSums: Float64Array;
  #summed = 0;

  /** @param counts all blocks, ascending */
  constructor(counts: readonly BlockCount[]) {
    this.#size = counts.length;
    this.#blocks = Float64Array.from(counts, ({ block }) => block);
    this.#orders = Float64Array.from(counts, ({ orders }) => orders);
    this.#versions = Float64Array.from(counts, ({ version }) => version);
    this.#runningSums = new Float64Array(counts.length);
  }

  get total(): number {
    this.#updateSums();
    return this.#size === 0 ? 0 : at(this.#runningSums, this.#size - 1);
  }

  /** Version of a block; -1 if it never held an order. */
  versionOf(block: number): number {
    const index = this.#indexOf(block);
    return this.#holds(index, block) ? at(this.#versions, index) : -1;
  }

  /** Applies a newer count of a block. An older count than the current one has no effect. */
  apply({ block, orders, version }: BlockCount): void {
    const index = this.#indexOf(block);
    if (!this.#holds(index, block)) this.#insert(index, block);
    else if (version <= at(this.#versions, index)) return;
    this.#orders[index] = orders;
    this.#versions[index] = version;
    this.#summed = Math.min(this.#summed, index);
  }

  /** Finds up to `count` orders from rank `first` on. The first order has rank 0. */
  find(first: number, count: number): BlockSlice[] {
    this.#updateSums();
    const slices: BlockSlice[] = [];
    let left = Math.min(count, this.total - first);
    for (let index = firstAbove(this.#runningSums, this.#size, first), rank = first; left > 0; index += 1) {
      const orders = at(this.#orders, index);
      const from = rank - (at(this.#runningSums, index) - orders);
      const to = Math.min(orders, from + left);
      if (to > from) slices.push({ block: at(this.#blocks, index), from, to });
      left -= to - from;
      rank += to - from;
    }
    return slices;
  }

  /** Computes the running sums from the first block that has changed. */
  #updateSums(): void {
    let sum = this.#summed === 0 ? 0 : at(this.#runningSums, this.#summed - 1);
    for (let index = this.#summed; index < this.#size; index += 1) {
      sum += at(this.#orders, index);
      this.#runningSums[index] = sum;
    }
    this.#summed = this.#size;
  }

  /** Index of a block, or the index at which it would be inserted. */
  #indexOf(block: number): number {
    return firstAbove(this.#blocks, this.#size, block - 1);
  }

  #holds(index: number, block: number): boolean {
    return index < this.#size && at(this.#blocks, index) === block;
  }

  #insert(index: number, block: number): void {
    if (this.#size === this.#blocks.length) this.#grow();
    for (const column of [this.#blocks, this.#orders, this.#versions, this.#runningSums]) {
      column.copyWithin(index + 1, index, this.#size);
    }
    this.#blocks[index] = block;
    this.#size += 1;
  }

  #grow(): void {
    const grow = (column: Float64Array) => {
      const grown = new Float64Array(column.length * 2 + 16);
      grown.set(column);
      return grown;
    };
    this.#blocks = grow(this.#blocks);
    this.#orders = grow(this.#orders);
    this.#versions = grow(this.#versions);
    this.#runningSums = grow(this.#runningSums);
  }
}

function at(column: Float64Array, index: number): number {
  const value = column[index];
  if (value === undefined) throw new RangeError(`the directory has no entry ${index}`);
  return value;
}

/** Index of the first of an ascending column's `size` entries that is above `value`, or `size`. */
function firstAbove(column: Float64Array, size: number, value: number): number {
  let low = 0;
  let high = size;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (at(column, middle) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
