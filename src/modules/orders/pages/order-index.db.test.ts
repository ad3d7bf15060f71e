import { beforeEach, expect, it } from 'vitest';
import { openOtherProgram } from '../../../../test/support/database/other-program.ts';
import { eachDatabase } from '../../../../test/support/database/test-database.ts';
import type { Change, ChangeFeed, ChangeListener } from '../../../platform/db/change-feed.ts';
import { SampledClock } from '../../../platform/db/database-clock.ts';
import { createLogger } from '../../../platform/logger.ts';
import { readBlockCounts, readBlocks } from '../order-view.ts';
import { type IndexSource, OrderIndex } from './order-index.ts';

/** The database's own feed, whose word can be held back for a while, as a slow network would. */
class SlowFeed implements ChangeFeed, ChangeListener {
  readonly #feed: ChangeFeed;
  readonly #listeners: ChangeListener[] = [];
  #held: Change[] | undefined;
  isCut = false;

  constructor(feed: ChangeFeed) {
    this.#feed = feed;
    feed.subscribe(this);
  }

  get isConnected(): boolean {
    return this.#feed.isConnected && !this.isCut;
  }

  subscribe(listener: ChangeListener): void {
    this.#listeners.push(listener);
  }

  /** Whoever waits for the feed gets what was held back. */
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

/** Reads for real, and gives what it read only when it is let go. */
class SlowReads {
  counts = 0;
  blocks = 0;
  #read = Promise.withResolvers<void>();
  #go: Promise<void> | undefined;

  /** From now on reads wait. @returns when the first has read, and what lets all of them go */
  hold(): { read: Promise<void>; letGo: () => void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#go = promise;
    this.#read = Promise.withResolvers<void>();
    const letGo = () => {
      this.#go = undefined;
      resolve();
    };
    return { read: this.#read.promise, letGo };
  }

  async slowly<T>(work: Promise<T>): Promise<T> {
    const value = await work;
    this.#read.resolve();
    await this.#go;
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
        return reads.slowly(database.read(readBlockCounts));
      },
      readBlocks(blocks) {
        reads.blocks += 1;
        return reads.slowly(database.read((reader) => readBlocks(reader, blocks)));
      },
    };
    index = new OrderIndex(source, feed, 60_000);
  });

  const place = (id: number) => other().run(`insert into orders (id, customer, currency) values (${id}, 'C', 'USD')`);
  const remove = (id: number) => other().run(`delete from orders where id = ${id}`);
  const all = async () => (await index.locate(0, 100, 60_000))?.ids;
  const isHit = async () => (await index.locate(0, 100, 60_000))?.hit;

  it('reads counts and ids once, and answers from memory then', async () => {
    expect(await index.locate(1, 2, 60_000)).toMatchObject({ ids: [20, 300], total: 4, hit: false });
    expect(await index.locate(1, 2, 60_000)).toMatchObject({ ids: [20, 300], total: 4, hit: true });
    expect(await Promise.all([all(), all(), all()])).toEqual([1, 2, 3].map(() => [10, 20, 300, 600]));
    expect([reads.counts, reads.blocks]).toEqual([1, 2]);
  });

  it('follows what is told, without asking', async () => {
    await all();
    await place(15);
    await remove(300);
    await place(5_000);
    await feed.barrier();
    // Of the new block only the count is known.
    expect(await index.locate(0, 4, 60_000)).toMatchObject({ ids: [10, 15, 20, 600], total: 5, hit: true });
    expect(await all()).toEqual([10, 15, 20, 600, 5_000]);
    expect([reads.counts, reads.blocks]).toEqual([1, 2]);
  });

  it('takes in what is told while it reads the counts', async () => {
    const { read, letGo } = reads.hold();
    const asked = all();
    await read;
    await place(15);
    await feed.barrier();
    letGo();
    expect(await asked).toEqual([10, 15, 20, 300, 600]);
    expect([reads.counts, reads.blocks]).toEqual([1, 1]);
  });

  it('takes in what is told while it reads ids', async () => {
    await index.locate(3, 1, 60_000);
    const { read, letGo } = reads.hold();
    const asked = all();
    await read;
    await place(15);
    await feed.barrier();
    letGo();
    expect(await asked).toEqual([10, 15, 20, 300, 600]);
    expect([reads.counts, reads.blocks]).toEqual([1, 2]);
  });

  it('waits for word of ids that it has read ahead of it', async () => {
    await index.locate(3, 1, 60_000);
    feed.hold();
    await place(15);
    await place(700);
    // The counts are from before both: by themselves they would take rank 1 for id 15 and lose 20 from rank 2.
    expect(await index.locate(0, 3, 60_000)).toMatchObject({ ids: [10, 15, 20], total: 6 });
    expect([reads.counts, reads.blocks]).toEqual([1, 2]);
  });

  it('keeps nothing that it reads while too much changes to be told', async () => {
    const { read, letGo } = reads.hold();
    const asked = all();
    await read;
    await other().run(
      "insert into orders (id, customer, currency) select 10000 * id, 'C', 'USD' from generate_series(1, 1000) id",
    );
    await other().run('delete from orders where id >= 10000');
    await feed.barrier();
    letGo();
    expect(await asked).toEqual([10, 20, 300, 600]);
    expect(reads.counts).toBe(2);
    expect(await isHit()).toBe(true);
  });

  it('keeps nothing that it reads across a cut of the feed, and reads anew after one', async () => {
    const { read, letGo } = reads.hold();
    const asked = all();
    await read;
    feed.interrupted();
    letGo();
    expect(await asked).toEqual([10, 20, 300, 600]);
    expect([reads.counts, await isHit()]).toEqual([2, true]);
    feed.interrupted();
    expect([await isHit(), reads.counts]).toEqual([false, 3]);
  });

  it('tells nothing while the feed is cut, but remembers what was true', async () => {
    await all();
    feed.isCut = true;
    feed.interrupted();
    await place(15);
    expect(await all()).toBeUndefined();
    expect(index.recall(0, 100)).toMatchObject({ ids: [10, 20, 300, 600], hit: false });
    feed.isCut = false;
    feed.interrupted();
    expect(await all()).toEqual([10, 15, 20, 300, 600]);
  });

  it('tells nothing within a bound tighter than its age', async () => {
    await all();
    expect(await index.locate(0, 1, 0)).toBeUndefined();
  });
});

eachDatabase('the index of orders past its bound', (open) => {
  it('reads the counts anew', async () => {
    const { database } = open();
    const feed = await database.openFeed(new SampledClock(), createLogger('silent'));
    let counts = 0;
    const source: IndexSource = {
      async readCounts() {
        counts += 1;
        return database.read(readBlockCounts);
      },
      readBlocks: (blocks) => database.read((reader) => readBlocks(reader, blocks)),
    };
    const index = new OrderIndex(source, feed, 1);
    await index.locate(0, 1, 60_000);
    const before = counts;
    await expect.poll(() => index.recall(0, 1)).toBeUndefined();
    await index.locate(0, 1, 60_000);
    expect(counts).toBeGreaterThan(before);
  });
});
