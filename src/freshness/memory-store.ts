import { LRUCache } from 'lru-cache';

export interface Entry<V> {
  readonly value: V | undefined;
  /** `performance.now()` from before the load began, or earlier. */
  readonly observedAt: number;
  /** Counts doubts: an entry from before the last one is not vouched for. */
  readonly vouchedIn: number;
  /** Parts that have changed since, each with how often. Most entries never have one, and are read often. */
  dirty?: Map<string, number> | undefined;
  /** Settles when the patch that is under way has ended. */
  patching?: Promise<void> | undefined;
}

/** Where a process keeps what it knows: bounded in bytes, the least recently read goes first. */
export interface ViewStore<V> {
  get(key: string): Entry<V> | undefined;
  set(key: string, entry: Entry<V>, sizeBytes: number): void;
  delete(key: string): void;
  clear(): void;
  readonly sizeBytes: number;
  readonly entries: number;
}

/** What an entry takes beside its value: key, stamps and the cache's own links, about. */
const OVERHEAD_BYTES = 200;

export class MemoryStore<V> implements ViewStore<V> {
  readonly #cache: LRUCache<string, Entry<V>>;
  readonly #maxBytes: number;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#cache = new LRUCache({ maxSize: maxBytes, maxEntrySize: maxBytes });
  }

  get(key: string): Entry<V> | undefined {
    // While less than half is taken nothing is about to go, and to note each read costs as much as the read.
    return this.#cache.calculatedSize * 2 < this.#maxBytes ? this.#cache.peek(key) : this.#cache.get(key);
  }

  set(key: string, entry: Entry<V>, sizeBytes: number): void {
    this.#cache.set(key, entry, { size: sizeBytes + OVERHEAD_BYTES });
  }

  delete(key: string): void {
    this.#cache.delete(key);
  }

  clear(): void {
    this.#cache.clear();
  }

  get sizeBytes(): number {
    return this.#cache.calculatedSize;
  }

  get entries(): number {
    return this.#cache.size;
  }
}
