import { LRUCache } from 'lru-cache';

export interface Entry<V> {
  readonly value: V | undefined;
  /** `performance.now()` from before the load began, or earlier. */
  readonly observedAt: number;
  /** Counts doubts: an entry from before the last one is not vouched for. */
  readonly vouchedIn: number;
  /** Parts that have changed since, each with how often. */
  readonly dirty: Map<string, number>;
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

  constructor(maxBytes: number) {
    this.#cache = new LRUCache({ maxSize: maxBytes, maxEntrySize: maxBytes });
  }

  get(key: string): Entry<V> | undefined {
    return this.#cache.get(key);
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
