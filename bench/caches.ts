import { createCache } from 'async-cache-dedupe';
import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { Cacheable, createKeyv } from 'cacheable';
import { FreshView } from '../src/freshness/view/fresh-view.ts';
import { MemoryStore } from '../src/freshness/view/memory-store.ts';
import type { Served } from '../src/freshness/view/view.ts';

/** The common interface of the caches that are compared: a memory cache that loads a missing key once for all callers. */
export interface LoadingCache {
  /** Returns the cached answer of a key, or loads it. */
  get(key: string): Promise<unknown>;
  /** The value in an answer. Some caches return more than the value. */
  valueOf(answer: unknown): unknown;
  /** Ends the entry of a key that has changed. */
  invalidate(key: string): Promise<void>;
}

const identity = (answer: unknown) => answer;

export interface CacheMaker {
  readonly name: string;
  open(load: (key: string) => Promise<object>): LoadingCache;
}

const TTL_S = 600;
const MAX_ITEMS = 10_000;

export const HOLDFAST: CacheMaker = {
  name: 'Holdfast',
  open(load) {
    const view = new FreshView<string, object>(
      { name: 'bench', keyOf: (key) => key, load, maxAgeMs: TTL_S * 1_000, sizeOf: () => 1_000 },
      new MemoryStore(MAX_ITEMS * 2_000),
      () => true,
      undefined,
    );
    return {
      get: (key) => view.get(key),
      valueOf: (answer) => (answer as Served<object>).value,
      invalidate: async (key) => view.invalidate(key),
    };
  },
};

/** Each is configured as documented for memory only, without serialising and copying where that can be turned off. */
export const PEERS: readonly CacheMaker[] = [
  {
    name: 'bentocache 1.6.1',
    open(load) {
      const driver = memoryDriver({ maxItems: MAX_ITEMS, serialize: false });
      const cache = new BentoCache({ default: 'memory', stores: { memory: bentostore().useL1Layer(driver) } });
      return {
        get: (key) => cache.getOrSet({ key, factory: () => load(key), ttl: TTL_S * 1_000 }),
        valueOf: identity,
        invalidate: async (key) => void (await cache.delete({ key })),
      };
    },
  },
  {
    name: 'async-cache-dedupe 3.4.0',
    open(load) {
      const storage = { type: 'memory', options: { size: MAX_ITEMS } } as const;
      const cache = createCache({ ttl: TTL_S, storage }).define('load', load);
      return {
        get: (key) => cache.load(key),
        valueOf: identity,
        invalidate: (key) => cache.clear('load', key),
      };
    },
  },
  {
    name: 'cacheable 2.5.0',
    open(load) {
      const cache = new Cacheable({ primary: createKeyv({ useClone: false }), ttl: TTL_S * 1_000, stats: false });
      return {
        get: (key) => cache.getOrSet(key, () => load(key)),
        valueOf: identity,
        invalidate: async (key) => void (await cache.delete(key)),
      };
    },
  },
];
