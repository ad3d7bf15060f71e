import { LRUCache } from 'lru-cache';
import type { Change, ChangeFeed } from '../../../platform/db/change-feed.ts';
import type { Id } from '../../../platform/ids.ts';
import { applyChange, type BlockChange, type BlockIds, parseBlockChange } from './order-block.ts';
import { type BlockCount, OrderDirectory } from './order-directory.ts';

/** Where the index reads what it does not know. */
export interface IndexSource {
  readCounts(): Promise<BlockCount[]>;
  readBlocks(blocks: readonly number[]): Promise<BlockIds[]>;
}

/** Which orders stand at some ranks, and how many there are in all, as of one moment. */
export interface Located {
  readonly ids: readonly Id[];
  readonly total: number;
  /** At least the time since the database was asked, in milliseconds. */
  readonly ageMs: number;
  /** Whether memory alone could tell. */
  readonly hit: boolean;
}

/** What is known: the count of every block, and the ids of those that were asked for. */
interface Knowledge {
  readonly directory: OrderDirectory;
  readonly blocks: LRUCache<number, BlockIds>;
  /** `performance.now()` from before the counts were read; everything else in it is younger. */
  readonly observedAt: number;
}

interface Load {
  /** Changes told while it runs; what it reads may be from before them. */
  readonly heard: BlockChange[];
}

const MAX_BLOCKS = 8_192;
const MAX_TRIES = 4;

/**
 * Which order stands at which rank, kept in memory and brought up to date by the change feed alone.
 *
 * The counts of the blocks and the ids within them are read at different moments, and a page put together from
 * different moments could show an order twice or lose one: with a new order before its block, and one that has left
 * the block, the old counts and the new ids are off by one, though each is right by itself. Two things forbid that.
 *
 * - Every change is told with the block's new count, its new version and the ids that came or went. Counts and ids
 *   take it in together, in the order of the commits, so all that is here stands at one point of that order. What
 *   is told older than what was read is known by its version and skipped; what is told while something is being read
 *   is applied to it once it is here.
 * - Ids are used only if their version is the directory's. Ids that were read before their change was told are ahead
 *   of it; the feed's barrier brings the directory to the same point.
 *
 * A change too large to tell ends all of this knowledge, and what is being read meanwhile is not kept. So does a cut of
 * the feed, and after the bound the counts are read anew.
 */
export class OrderIndex {
  readonly #source: IndexSource;
  readonly #feed: ChangeFeed;
  readonly #maxAgeMs: number;
  readonly #loads = new Set<Load>();
  /** Ids that are being read, by block, of the present knowledge only. */
  #reading = new Map<number, Promise<void>>();
  #known: Knowledge | undefined;
  #learning: Promise<Knowledge | undefined> | undefined;
  /** Counts what ended everything; a load from before the last end is not kept. */
  #ends = 0;
  /** Whether nothing was missed since `#known` was read. */
  #unbroken = false;

  constructor(source: IndexSource, feed: ChangeFeed, maxAgeMs: number) {
    this.#source = source;
    this.#feed = feed;
    this.#maxAgeMs = maxAgeMs;
    feed.subscribe({
      changed: (change) => this.#hear(change),
      interrupted: () => {
        this.#unbroken = false;
        this.#void();
      },
    });
  }

  /**
   * Where `count` orders from rank `first` on are. `undefined` when memory cannot be had to tell: the feed is cut, the
   * bound is tighter than what is known, or others change too much too fast.
   */
  async locate(first: number, count: number, boundMs: number): Promise<Located | undefined> {
    let hit = true;
    for (let tries = 0; tries < MAX_TRIES && this.#feed.isConnected; tries += 1) {
      const known = this.#usable();
      if (!known) {
        hit = false;
        await this.#learn();
        continue;
      }
      if (performance.now() - known.observedAt > boundMs) return undefined;
      const lacking = lackingBlocks(known, first, count);
      if (lacking.length === 0) return located(known, first, count, hit);
      hit = false;
      await this.#read(known, lacking);
      if (lackingBlocks(known, first, count).length > 0) await this.#feed.barrier();
    }
    return undefined;
  }

  /** The same without asking anybody, from what was true when the feed was last there, within the bound. */
  recall(first: number, count: number): Located | undefined {
    const known = this.#known;
    if (!known || this.#isPast(known) || lackingBlocks(known, first, count).length > 0) return undefined;
    return located(known, first, count, false);
  }

  #usable(): Knowledge | undefined {
    return this.#known && this.#unbroken && !this.#isPast(this.#known) ? this.#known : undefined;
  }

  #isPast({ observedAt }: Knowledge): boolean {
    return performance.now() - observedAt > this.#maxAgeMs;
  }

  #hear({ topic, keys }: Change): void {
    if (topic !== 'order_block') return;
    if (keys === null) {
      this.#known = undefined;
      this.#void();
      return;
    }
    for (const change of keys.map(parseBlockChange)) {
      for (const { heard } of this.#loads) heard.push(change);
      if (this.#known && this.#unbroken) takeIn(this.#known, change);
    }
  }

  /** Lets nothing be kept that is being read now. */
  #void(): void {
    this.#ends += 1;
    this.#learning = undefined;
    this.#reading = new Map();
  }

  #learn(): Promise<Knowledge | undefined> {
    this.#learning ??= this.#readCounts();
    return this.#learning;
  }

  async #readCounts(): Promise<Knowledge | undefined> {
    const ends = this.#ends;
    const observedAt = performance.now();
    const load: Load = { heard: [] };
    this.#loads.add(load);
    try {
      const directory = new OrderDirectory(await this.#source.readCounts());
      if (ends !== this.#ends) return undefined;
      const known = { directory, blocks: new LRUCache<number, BlockIds>({ max: MAX_BLOCKS }), observedAt };
      for (const change of load.heard) takeIn(known, change);
      this.#known = known;
      this.#unbroken = true;
      this.#reading = new Map();
      return known;
    } finally {
      this.#loads.delete(load);
      if (ends === this.#ends) this.#learning = undefined;
    }
  }

  /** Reads the ids of blocks, those that somebody else is reading already not twice. */
  async #read(known: Knowledge, blocks: readonly number[]): Promise<void> {
    const reading = this.#reading;
    const own = blocks.filter((block) => !reading.has(block));
    if (own.length > 0) {
      const work = this.#readBlocks(known, own).finally(() => {
        for (const block of own) reading.delete(block);
      });
      for (const block of own) reading.set(block, work);
    }
    await Promise.all(blocks.map((block) => reading.get(block)));
  }

  async #readBlocks(known: Knowledge, blocks: readonly number[]): Promise<void> {
    const load: Load = { heard: [] };
    this.#loads.add(load);
    try {
      const read = await this.#source.readBlocks(blocks);
      // Kept in the knowledge they were read for, and only if that is still the one that hears of changes.
      if (known !== this.#known || !this.#unbroken) return;
      for (const ids of read) known.blocks.set(ids.block, ids);
      for (const change of load.heard) takeIn(known, change);
    } finally {
      this.#loads.delete(load);
    }
  }
}

/** Counts and ids take a change in together. */
function takeIn({ directory, blocks }: Knowledge, change: BlockChange): void {
  directory.apply(change);
  const known = blocks.peek(change.block);
  if (!known) return;
  const now = applyChange(known, change);
  if (now) blocks.set(change.block, now);
  else blocks.delete(change.block);
}

function lackingBlocks({ directory, blocks }: Knowledge, first: number, count: number): number[] {
  return directory
    .find(first, count)
    .filter(({ block }) => blocks.get(block)?.version !== directory.versionOf(block))
    .map(({ block }) => block);
}

function located(known: Knowledge, first: number, count: number, hit: boolean): Located {
  const { directory, blocks, observedAt } = known;
  const ids = directory
    .find(first, count)
    .flatMap(({ block, from, to }) => blocks.peek(block)?.ids.slice(from, to) ?? []);
  return { ids, total: directory.total, ageMs: performance.now() - observedAt, hit };
}
