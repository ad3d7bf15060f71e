import { beforeEach, expect, it } from 'vitest';
import { openOtherProgram } from '../../../../test/support/database/other-program.ts';
import { eachDatabase } from '../../../../test/support/database/test-database.ts';
import type { Change, ChangeFeed, ChangeListener } from '../../../platform/db/change-feed.ts';
import { SampledClock } from '../../../platform/db/database-clock.ts';
import { createLogger } from '../../../platform/logger.ts';
import { readBlockCounts, readBlockIds } from './block-queries.ts';
import { type IndexSource, OrderIndex } from './order-index.ts';

/** The database's own feed, with changes held back as on a slow network. */
class SlowFeed implements ChangeFeed, ChangeListener {
  readonly #feed: ChangeFeed;
  readonly #listeners: ChangeListener[] = [];
  #held: Change[] | undefined;
  isDisconnected = false;

  constructor(feed: ChangeFeed) {
    this.#feed = feed;
    feed.subscribe(this);
  }

  get isConnected(): boolean {
    return this.#feed.isConnected && !this.isDisconnected;
  }

  subscribe(listener: ChangeListener): void {
    this.#listeners.push(listener);
  }

  /** Also releases the changes that are held back. */
  async barrier(): Promise<void> {
    await this.#feed.barrier();
    this.release();
  }

  hold(): void {
    this.#held = [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const change of held) this.changed(change);
  }

  changed(change: Change): void {
    if (this.#held) this.#held.push(change);
    else for (const listener of this.#listeners) listener.changed(change);
  }

  interrupted(): void {
    for (const listener of this.#listeners) listener.interrupted(false);
  }
}

/** Reads from the database, whose results the test can hold back. */
class SlowReads {
  counts = 0;
  blocks = 0;
  #read = Promise.withResolvers<void>();
  #gate: Promise<void> | undefined;

  /** Holds back the results of reads. @returns when the first has read, and a function that releases all */
  hold(): { read: Promise<void>; release: () => void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = promise;
    this.#read = Promise.withResolvers<void>();
    const release = () => {
      this.#gate = undefined;
      resolve();
    };
    return { read: this.#read.promise, release };
  }

  async delayed<T>(work: Promise<T>): Promise<T> {
    const value = await work;
    this.#read.resolve();
    await this.#gate;
    return value;
  }
}

eachDatabase('the index of orders', (open) => {
  const other = openOtherProgram(open);
  let feed: SlowFeed;
  let reads: SlowReads;
  let index: OrderIndex;

  beforeEach(async () => {
    await other().run('truncate orders cascade');
    await other().run(
      "insert into orders (id, customer, currency) select id, 'C', 'USD' from unnest(array[10, 20, 300, 600]) id",
    );
    const { database } = open();
    const real = await database.openFeed(new SampledClock(), createLogger('silent'));
    await real.barrier();
    feed = new SlowFeed(real);
    reads = new SlowReads();
    const source: IndexSource = {
      readCounts() {
        reads.counts += 1;
        return reads.delayed(database.read(readBlockCounts));
      },
      readBlocks(blocks) {
        reads.blocks += 1;
        return reads.delayed(database.read((reader) => readBlockIds(reader, blocks)));
      },
    };
    index = new OrderIndex(source, feed, 60_000);
  });

  const insert = (id: number) => other().run(`insert into orders (id, customer, currency) values (${id}, 'C', 'USD')`);
  const remove = (id: number) => other().run(`delete from orders where id = ${id}`);
  const all = async () => (await index.locate(0, 100, 60_000))?.ids;
  const isFromMemory = async () => (await index.locate(0, 100, 60_000))?.fromMemory;

  it('the index reads counts and ids once, and then answers from memory', async () => {
    expect(await index.locate(1, 2, 60_000)).toMatchObject({ ids: [20, 300], total: 4, fromMemory: false });
    expect(await index.locate(1, 2, 60_000)).toMatchObject({ ids: [20, 300], total: 4, fromMemory: true });
    expect(await Promise.all([all(), all(), all()])).toEqual([1, 2, 3].map(() => [10, 20, 300, 600]));
    expect([reads.counts, reads.blocks]).toEqual([1, 2]);
  });

  it('the index applies announced changes without reading the database', async () => {
    await all();
    await insert(15);
    await remove(300);
    await insert(5_000);
    await feed.barrier();
    // The index has only the count of the new block, not its ids.
    expect(await index.locate(0, 4, 60_000)).toMatchObject({ ids: [10, 15, 20, 600], total: 5, fromMemory: true });
    expect(await all()).toEqual([10, 15, 20, 600, 5_000]);
    expect([reads.counts, reads.blocks]).toEqual([1, 2]);
  });

  it('a change that arrives while the counts are read is applied', async () => {
    const { read, release } = reads.hold();
    const located = all();
    await read;
    await insert(15);
    await feed.barrier();
    release();
    expect(await located).toEqual([10, 15, 20, 300, 600]);
    expect([reads.counts, reads.blocks]).toEqual([1, 1]);
  });

  it('a change that arrives while ids are read is applied', async () => {
    await index.locate(3, 1, 60_000);
    const { read, release } = reads.hold();
    const located = all();
    await read;
    await insert(15);
    await feed.barrier();
    release();
    expect(await located).toEqual([10, 15, 20, 300, 600]);
    expect([reads.counts, reads.blocks]).toEqual([1, 2]);
  });

  it('the index waits for the announcement of ids that it has read before', async () => {
    await index.locate(3, 1, 60_000);
    feed.hold();
    await insert(15);
    await insert(700);
    // The counts predate both insertions. Alone they would put id 15 at rank 1 and lose id 20 from rank 2.
    expect(await index.locate(0, 3, 60_000)).toMatchObject({ ids: [10, 15, 20], total: 6 });
    expect([reads.counts, reads.blocks]).toEqual([1, 2]);
  });

  it('a read during a change that is too large to list is not kept', async () => {
    const { read, release } = reads.hold();
    const located = all();
    await read;
    await other().run(
      "insert into orders (id, customer, currency) select 10000 * id, 'C', 'USD' from generate_series(1, 1000) id",
    );
    await other().run('delete from orders where id >= 10000');
    await feed.barrier();
    release();
    expect(await located).toEqual([10, 20, 300, 600]);
    expect(reads.counts).toBe(2);
    expect(await isFromMemory()).toBe(true);
  });

  it('a read during an interruption of the feed is not kept, and after one the counts are read again', async () => {
    const { read, release } = reads.hold();
    const located = all();
    await read;
    feed.interrupted();
    release();
    expect(await located).toEqual([10, 20, 300, 600]);
    expect([reads.counts, await isFromMemory()]).toEqual([2, true]);
    feed.interrupted();
    expect([await isFromMemory(), reads.counts]).toEqual([false, 3]);
  });

  it('while the feed is disconnected locate returns nothing and locateUncertain the last state', async () => {
    await all();
    feed.isDisconnected = true;
    feed.interrupted();
    await insert(15);
    expect(await all()).toBeUndefined();
    expect(index.locateUncertain(0, 100)).toMatchObject({ ids: [10, 20, 300, 600], fromMemory: false });
    feed.isDisconnected = false;
    feed.interrupted();
    expect(await all()).toEqual([10, 15, 20, 300, 600]);
  });

  it('locate returns nothing for a bound tighter than the age of the index', async () => {
    await all();
    expect(await index.locate(0, 1, 0)).toBeUndefined();
  });
});

eachDatabase('the index of orders past its bound', (open) => {
  it('the counts are read again after the bound', async () => {
    const { database } = open();
    const feed = await database.openFeed(new SampledClock(), createLogger('silent'));
    let counts = 0;
    const source: IndexSource = {
      async readCounts() {
        counts += 1;
        return database.read(readBlockCounts);
      },
      readBlocks: (blocks) => database.read((reader) => readBlockIds(reader, blocks)),
    };
    const index = new OrderIndex(source, feed, 1);
    await index.locate(0, 1, 60_000);
    const before = counts;
    await expect.poll(() => index.locateUncertain(0, 1)).toBeUndefined();
    await index.locate(0, 1, 60_000);
    expect(counts).toBeGreaterThan(before);
  });
});
