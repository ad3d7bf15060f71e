import { LRUCache } from 'lru-cache';
import type { Entry } from './view.ts';

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
    // While less than half is taken nothing is about to go, and to note each read would cost as much as the read.
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
