import { describe, expect, it } from 'vitest';
import type { ChangeFeed, ChangeListener } from '../platform/db/change-feed.ts';
import { CredentialCache } from './credential-cache.ts';

/** A feed whose connection and announcements the test decides. */
class ManualFeed implements ChangeFeed {
  isConnected = true;
  readonly #listeners: ChangeListener[] = [];

  subscribe(listener: ChangeListener): void {
    this.#listeners.push(listener);
  }
  async barrier(): Promise<void> {}
  announce(topic: string, keys: readonly string[] | null): void {
    for (const listener of this.#listeners) listener.changed({ topic, keys });
  }
  interrupt(): void {
    for (const listener of this.#listeners) listener.interrupted(false);
  }
}

interface Credential {
  readonly secret: string;
}

function openCache() {
  const feed = new ManualFeed();
  const stored = new Map<string, Credential>([['a', { secret: 'A' }]]);
  const queries: (readonly string[])[] = [];
  let beforeAnswer: () => void = () => {};
  const cache = new CredentialCache<Credential>(feed, {
    topic: 'thing',
    read: async (ids) => {
      queries.push(ids);
      const found = new Map(stored);
      beforeAnswer();
      return found;
    },
  });
  return {
    ...{ cache, feed, stored, queries },
    duringNextRead(work: () => void) {
      beforeAnswer = work;
    },
  };
}

describe('CredentialCache', () => {
  it('a credential is in memory once it was loaded, and an unknown one never is', async () => {
    const { cache } = openCache();
    expect(cache.fromMemory('a')).toBeUndefined();
    expect(await cache.load('a')).toEqual({ secret: 'A' });
    expect(cache.fromMemory('a')).toEqual({ secret: 'A' });
    expect(await cache.load('b')).toBeUndefined();
    expect(cache.fromMemory('b')).toBeUndefined();
  });

  it.each([
    ['a change of it', ({ feed }: ReturnType<typeof openCache>) => feed.announce('thing', ['a'])],
    ['a change of too many to list', ({ feed }: ReturnType<typeof openCache>) => feed.announce('thing', null)],
    ['an interruption of the feed', ({ feed }: ReturnType<typeof openCache>) => feed.interrupt()],
  ])('%s removes it, and what was read before that is not kept', async (_, change) => {
    const opened = openCache();
    await opened.cache.load('a');
    change(opened);
    expect(opened.cache.fromMemory('a')).toBeUndefined();
    opened.duringNextRead(() => change(opened));
    expect(await opened.cache.load('a')).toEqual({ secret: 'A' });
    expect(opened.cache.fromMemory('a')).toBeUndefined();
  });

  it('a change of another topic or credential leaves it', async () => {
    const { cache, feed } = openCache();
    await cache.load('a');
    feed.announce('other', null);
    feed.announce('thing', ['b']);
    expect(cache.fromMemory('a')).toBeDefined();
  });

  it('nothing in memory is used while the feed is cut, and nothing is kept', async () => {
    const { cache, feed } = openCache();
    await cache.load('a');
    feed.isConnected = false;
    expect(cache.fromMemory('a')).toBeUndefined();
    expect(await cache.load('a')).toEqual({ secret: 'A' });
    feed.interrupt();
    feed.isConnected = true;
    expect(cache.fromMemory('a')).toBeUndefined();
  });

  it('those who wait share a query', async () => {
    const { cache, queries } = openCache();
    await Promise.all(Array.from({ length: 100 }, (_, index) => cache.load(`guess ${index % 50}`)));
    expect(queries.length).toBeLessThanOrEqual(2);
    expect(new Set(queries.flat()).size).toBe(50);
  });
});
