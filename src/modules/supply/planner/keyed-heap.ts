/**
 * A binary min-heap of small integers with changeable keys. Of equal keys, the smaller integer is on top, so the order
 * depends only on the keys and not on the history of the heap: a rebuilt planner decides like the one it replaces.
 */
export class KeyedHeap {
  readonly #keys: Float64Array;
  /** The position of each integer in `#heap`; -1 when it is not in the heap. */
  readonly #positions: Int32Array;
  readonly #heap: number[] = [];

  constructor(capacity: number) {
    this.#keys = new Float64Array(capacity);
    this.#positions = new Int32Array(capacity).fill(-1);
  }

  get top(): number | undefined {
    return this.#heap[0];
  }

  /** The smallest key. Infinity when the heap is empty. */
  get topKey(): number {
    const top = this.#heap[0];
    return top === undefined ? Number.POSITIVE_INFINITY : this.#keyOf(top);
  }

  /** Inserts an item, or changes its key. */
  set(item: number, key: number): void {
    this.#keys[item] = key;
    let position = this.#positions[item] as number;
    if (position < 0) {
      position = this.#heap.length;
      this.#heap.push(item);
      this.#positions[item] = position;
    }
    this.#siftDown(this.#siftUp(position));
  }

  delete(item: number): void {
    const position = this.#positions[item] as number;
    if (position < 0) return;
    this.#positions[item] = -1;
    const last = this.#heap.pop();
    if (last === undefined || last === item) return;
    this.#put(last, position);
    this.#siftDown(this.#siftUp(position));
  }

  #siftUp(from: number): number {
    const item = this.#heap[from] as number;
    let position = from;
    while (position > 0) {
      const above = (position - 1) >> 1;
      const parent = this.#heap[above] as number;
      if (!this.#goesBefore(item, parent)) break;
      this.#put(parent, position);
      position = above;
    }
    this.#put(item, position);
    return position;
  }

  #siftDown(from: number): void {
    const item = this.#heap[from] as number;
    let position = from;
    for (;;) {
      const below = this.#smallerChildOf(position);
      if (below === undefined) break;
      const child = this.#heap[below] as number;
      if (!this.#goesBefore(child, item)) break;
      this.#put(child, position);
      position = below;
    }
    this.#put(item, position);
  }

  #smallerChildOf(position: number): number | undefined {
    const left = 2 * position + 1;
    const right = left + 1;
    if (left >= this.#heap.length) return undefined;
    if (right >= this.#heap.length) return left;
    return this.#goesBefore(this.#heap[right] as number, this.#heap[left] as number) ? right : left;
  }

  #put(item: number, position: number): void {
    this.#heap[position] = item;
    this.#positions[item] = position;
  }

  #keyOf(item: number): number {
    return this.#keys[item] as number;
  }

  #goesBefore(a: number, b: number): boolean {
    const difference = this.#keyOf(a) - this.#keyOf(b);
    return difference < 0 || (difference === 0 && a < b);
  }
}
