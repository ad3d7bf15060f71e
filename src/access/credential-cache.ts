import { LRUCache } from 'lru-cache';
import { Batcher } from '../platform/batcher.ts';
import type { ChangeFeed } from '../platform/db/change-feed.ts';

const MAX_ENTRIES = 20_000;
const LIMITS = { maxBatchSize: 256, maxConcurrent: 2, maxWaiting: 4_096 };

export interface CredentialSource<Value> {
  /** The topic under which the change feed announces changes of these credentials. */
  readonly topic: string;
  /** Reads the valid ones among these credentials, by id. */
  read(ids: readonly string[]): Promise<ReadonlyMap<string, Value>>;
}

/**
 * Credentials of one kind in memory. A change of a credential removes it, on every instance. While the change feed is cut
 * nothing in memory is used: each check reads the database. Because the feed counts as cut a second after its last sign
 * of life, no decision is used for longer than that after the change that ended it.
 *
 * Only credentials that exist are kept, so that guesses cannot fill the memory. Those who wait for the database share
 * its queries, so that guesses cost few of them.
 */
export class CredentialCache<Value extends object> {
  readonly #feed: ChangeFeed;
  readonly #entries = new LRUCache<string, Value>({ max: MAX_ENTRIES });
  readonly #read: (id: string) => Promise<Value | undefined>;
  /** Counts changes: what was read before one must not be kept after it. */
  #changes = 0;

  constructor(feed: ChangeFeed, source: CredentialSource<Value>) {
    this.#feed = feed;
    const lane = new Batcher(LIMITS).open<string, Value | undefined>({
      name: source.topic,
      maxWaiting: LIMITS.maxWaiting,
      run: async (ids) => {
        const found = await source.read([...new Set(ids)]);
        return ids.map((id) => found.get(id));
      },
    });
    this.#read = lane;
    feed.subscribe({
      changed: ({ topic, keys }) => {
        if (topic !== source.topic) return;
        this.#changes += 1;
        if (keys === null) this.#entries.clear();
        else for (const key of keys) this.#entries.delete(key);
      },
      interrupted: () => {
        this.#changes += 1;
        this.#entries.clear();
      },
    });
  }

  /** The credential as far as memory has it and may be trusted. */
  fromMemory(id: string): Value | undefined {
    return this.#feed.isConnected ? this.#entries.get(id) : undefined;
  }

  /** Reads a credential from the database, and keeps it if nothing has changed meanwhile. @throws Unavailable */
  async load(id: string): Promise<Value | undefined> {
    const changesBefore = this.#changes;
    const mayKeep = this.#feed.isConnected;
    const value = await this.#read(id);
    if (value !== undefined && mayKeep && this.#changes === changesBefore) this.#entries.set(id, value);
    return value;
  }
}
