/**
 * Small integers in a binary heap, the least key on top; of equal keys the smaller integer. So the order depends on
 * the keys alone and never on what was done before, and a planner that is rebuilt decides as the one it replaces.
 */
export class KeyedHeap {
  readonly #keys: Float64Array;
  /** Where each integer stands in `#heap`; -1 outside. */
  readonly #places: Int32Array;
  readonly #heap: number[] = [];

  constructor(capacity: number) {
    this.#keys = new Float64Array(capacity);
    this.#places = new Int32Array(capacity).fill(-1);
  }

  get top(): number | undefined {
    return this.#heap[0];
  }

  /** Infinity when there is nothing. */
  get topKey(): number {
    const top = this.#heap[0];
    return top === undefined ? Number.POSITIVE_INFINITY : this.#keyOf(top);
  }

  /** Puts it in, or moves it to its new key. */
  set(item: number, key: number): void {
    this.#keys[item] = key;
    let place = this.#places[item] as number;
    if (place < 0) {
      place = this.#heap.length;
      this.#heap.push(item);
      this.#places[item] = place;
    }
    this.#sink(this.#rise(place));
  }

  delete(item: number): void {
    const place = this.#places[item] as number;
    if (place < 0) return;
    this.#places[item] = -1;
    const last = this.#heap.pop();
    if (last === undefined || last === item) return;
    this.#put(last, place);
    this.#sink(this.#rise(place));
  }

  #rise(from: number): number {
    const item = this.#heap[from] as number;
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const other = this.#heap[above] as number;
      if (!this.#goesBefore(item, other)) break;
      this.#put(other, place);
      place = above;
    }
    this.#put(item, place);
    return place;
  }

  #sink(from: number): void {
    const item = this.#heap[from] as number;
    let place = from;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= this.#heap.length) break;
      if (
        below + 1 < this.#heap.length &&
        this.#goesBefore(this.#heap[below + 1] as number, this.#heap[below] as number)
      ) {
        below += 1;
      }
      const other = this.#heap[below] as number;
      if (!this.#goesBefore(other, item)) break;
      this.#put(other, place);
      place = below;
    }
    this.#put(item, place);
  }

  #put(item: number, place: number): void {
    this.#heap[place] = item;
    this.#places[item] = place;
  }

  #keyOf(item: number): number {
    return this.#keys[item] as number;
  }

  #goesBefore(a: number, b: number): boolean {
    const difference = this.#keyOf(a) - this.#keyOf(b);
    return difference < 0 || (difference === 0 && a < b);
  }
}
