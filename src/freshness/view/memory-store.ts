import { LRUCache } from 'lru-cache';
import type { Entry } from './entry.ts';

/** Entries of one view in this process, bounded in bytes. The least recently read entry is evicted first. */
export interface ViewStore<V> {
  get(key: string): Entry<V> | undefined;
  set(key: string, entry: Entry<V>, sizeBytes: number): void;
  delete(key: string): void;
  clear(): void;
  readonly sizeBytes: number;
  readonly entries: number;
}

/** Approximate size of an entry without its value: the key, the timestamps and the cache's own links. */
const OVERHEAD_BYTES = 200;

export class MemoryStore<V> implements ViewStore<V> {
  readonly #cache: LRUCache<string, Entry<V>>;
  readonly #maxBytes: number;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#cache = new LRUCache({ maxSize: maxBytes, maxEntrySize: maxBytes });
  }

  get(key: string): Entry<V> | undefined {
    // Recording a read costs as much as the read. It is skipped while the cache is less than half full, since nothing
    // is about to be evicted.
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
