/** Consecutive ids are counted together, this many to a block; `order_block` says the same in SQL. */
export const BLOCK_IDS = 256;

/** How many orders a block holds. Its version moves whenever one joins or leaves it. */
export interface BlockCount {
  readonly block: number;
  readonly orders: number;
  readonly version: number;
}

/** A stretch of one block's orders, by their places in it: from `from` up to, not including, `to`. */
export interface Stretch {
  readonly block: number;
  readonly from: number;
  readonly to: number;
}

/**
 * How many orders each block holds and how many stand before it: enough to find the place of any page by a binary
 * search. 10 million orders are 40 thousand blocks and one megabyte.
 */
export class OrderDirectory {
  #size: number;
  #blocks: Float64Array;
  #orders: Float64Array;
  #versions: Float64Array;
  /** Orders in the blocks up to and including this one; true below `#settled` only. */
  #upTo: Float64Array;
  #settled = 0;

  /** @param counts every block there is, ascending */
  constructor(counts: readonly BlockCount[]) {
    this.#size = counts.length;
    this.#blocks = Float64Array.from(counts, ({ block }) => block);
    this.#orders = Float64Array.from(counts, ({ orders }) => orders);
    this.#versions = Float64Array.from(counts, ({ version }) => version);
    this.#upTo = new Float64Array(counts.length);
  }

  get total(): number {
    this.#settle();
    return this.#size === 0 ? 0 : at(this.#upTo, this.#size - 1);
  }

  /** -1 for a block that never held an order. */
  versionOf(block: number): number {
    const index = this.#indexOf(block);
    return this.#holds(index, block) ? at(this.#versions, index) : -1;
  }

  /** Takes in newer knowledge of a block; what is older than what is known changes nothing. */
  apply({ block, orders, version }: BlockCount): void {
    const index = this.#indexOf(block);
    if (!this.#holds(index, block)) this.#insert(index, block);
    else if (version <= at(this.#versions, index)) return;
    this.#orders[index] = orders;
    this.#versions[index] = version;
    this.#settled = Math.min(this.#settled, index);
  }

  /** Where the orders from rank `first` on stand, the rank of the very first being 0; no more than there are. */
  find(first: number, count: number): Stretch[] {
    this.#settle();
    const found: Stretch[] = [];
    let left = Math.min(count, this.total - first);
    for (let index = firstAbove(this.#upTo, this.#size, first), rank = first; left > 0; index += 1) {
      const orders = at(this.#orders, index);
      const from = rank - (at(this.#upTo, index) - orders);
      const to = Math.min(orders, from + left);
      if (to > from) found.push({ block: at(this.#blocks, index), from, to });
      left -= to - from;
      rank += to - from;
    }
    return found;
  }

  /** Counts up what stands before each block, from the first one that has changed. */
  #settle(): void {
    let sum = this.#settled === 0 ? 0 : at(this.#upTo, this.#settled - 1);
    for (let index = this.#settled; index < this.#size; index += 1) {
      sum += at(this.#orders, index);
      this.#upTo[index] = sum;
    }
    this.#settled = this.#size;
  }

  /** Where a block stands, or where it would. */
  #indexOf(block: number): number {
    return firstAbove(this.#blocks, this.#size, block - 1);
  }

  #holds(index: number, block: number): boolean {
    return index < this.#size && at(this.#blocks, index) === block;
  }

  #insert(index: number, block: number): void {
    if (this.#size === this.#blocks.length) this.#grow();
    for (const column of [this.#blocks, this.#orders, this.#versions, this.#upTo]) {
      column.copyWithin(index + 1, index, this.#size);
    }
    this.#blocks[index] = block;
    this.#size += 1;
  }

  #grow(): void {
    const larger = (column: Float64Array) => {
      const grown = new Float64Array(column.length * 2 + 16);
      grown.set(column);
      return grown;
    };
    this.#blocks = larger(this.#blocks);
    this.#orders = larger(this.#orders);
    this.#versions = larger(this.#versions);
    this.#upTo = larger(this.#upTo);
  }
}

function at(column: Float64Array, index: number): number {
  const value = column[index];
  if (value === undefined) throw new RangeError(`the directory has no entry ${index}`);
  return value;
}

/** The first of an ascending column's `size` entries that is above `value`, or `size`. */
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
