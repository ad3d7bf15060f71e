import { LRUCache } from 'lru-cache';
import type { Change, ChangeFeed } from '../../../platform/db/change-feed.ts';
import type { Id } from '../../../platform/ids.ts';
import { applyBlockChange, type BlockChange, type BlockIds, parseBlockChange } from './order-block.ts';
import { type BlockCount, OrderDirectory } from './order-directory.ts';

/** Reads counts and ids from the database. */
export interface IndexSource {
  readCounts(): Promise<BlockCount[]>;
  readBlocks(blocks: readonly number[]): Promise<BlockIds[]>;
}

/** The orders at consecutive ranks, and the number of all orders, as of one moment. */
export interface LocatedOrders {
  readonly ids: readonly Id[];
  readonly total: number;
  /** Upper limit of the time since the database was read, in milliseconds. */
  readonly ageMs: number;
  /** Whether the index answered without reading the database. */
  readonly fromMemory: boolean;
}

/** The count of every block, and the ids in the blocks that were read so far. */
interface IndexState {
  readonly directory: OrderDirectory;
  readonly blocks: LRUCache<number, BlockIds>;
  /** `performance.now()` from before the counts were read. The ids were read later. */
  readonly observedAt: number;
}

/** A read of counts or ids that is in progress. */
interface PendingRead {
  /** Changes that arrived during the read, which may predate them. */
  readonly changes: BlockChange[];
}

const MAX_BLOCKS = 8_192;
const MAX_TRIES = 4;

/**
 * The rank of every order, kept in memory and kept up to date by the change feed alone.
 *
 * The counts of the blocks and the ids in them are read at different moments. A page made from different moments could
 * show an order twice or lose one: after an order is inserted before a block and another one deleted from it, the old
 * counts and the new ids are off by one, although each is right by itself. Two rules prevent that.
 *
 * - Every change comes with the block's new count, its new version, and the ids inserted or deleted. It is applied to
 *   counts and ids together, in commit order, so that the whole index stands at one point of that order. A change older
 *   than what was read is recognised by its version and skipped. A change that arrives during a read is applied to the
 *   result.
 * - Ids are used only if their version is that of the directory. Ids that were read before their change arrived are
 *   ahead of the directory; the feed's barrier brings the directory to the same point.
 *
 * A change too large to list ends the whole state, and what is being read at that moment is not kept. So does an
 * interruption of the feed. After the bound the counts are read again.
 */
export class OrderIndex {
  readonly #source: IndexSource;
  readonly #feed: ChangeFeed;
  readonly #maxAgeMs: number;
  readonly #pendingReads = new Set<PendingRead>();
  /** Reads of ids in progress, by block, for the current state. */
  #blockReads = new Map<number, Promise<void>>();
  #state: IndexState | undefined;
  #countsRead: Promise<void> | undefined;
  /** Counts what has ended the state. A read that began in an earlier epoch is not kept. */
  #epoch = 0;
  /** Whether every change since the state was read has arrived. */
  #isCertain = false;

  constructor(source: IndexSource, feed: ChangeFeed, maxAgeMs: number) {
    this.#source = source;
    this.#feed = feed;
    this.#maxAgeMs = maxAgeMs;
    feed.subscribe({
      changed: (change) => this.#receive(change),
      interrupted: () => {
        this.#isCertain = false;
        this.#discardReads();
      },
    });
  }

  /**
   * Finds up to `count` orders from rank `first` on. Returns `undefined` when memory cannot answer: the feed is
   * disconnected, the bound is tighter than the age of the index, or other programs change too much too fast.
   */
  async locate(first: number, count: number, boundMs: number): Promise<LocatedOrders | undefined> {
    let fromMemory = true;
    for (let tries = 0; tries < MAX_TRIES && this.#feed.isConnected; tries += 1) {
      const state = this.#usableState();
      if (!state) {
        fromMemory = false;
        await this.#readCounts();
        continue;
      }
      if (performance.now() - state.observedAt > boundMs) return undefined;
      const missing = missingBlocks(state, first, count);
      if (missing.length === 0) return locateIn(state, first, count, fromMemory);
      fromMemory = false;
      await this.#readBlocks(state, missing);
      if (missingBlocks(state, first, count).length > 0) await this.#feed.barrier();
    }
    return undefined;
  }

  /**
   * Finds the same orders in the state of the last moment at which the feed was connected, within the bound of the
   * index. For use when the database is unavailable.
   */
  locateUncertain(first: number, count: number): LocatedOrders | undefined {
    const state = this.#state;
    if (!state || this.#isPastBound(state) || missingBlocks(state, first, count).length > 0) return undefined;
    return locateIn(state, first, count, false);
  }

  #usableState(): IndexState | undefined {
    return this.#state && this.#isCertain && !this.#isPastBound(this.#state) ? this.#state : undefined;
  }

  #isPastBound({ observedAt }: IndexState): boolean {
    return performance.now() - observedAt > this.#maxAgeMs;
  }

  #receive({ topic, keys }: Change): void {
    if (topic !== 'order_block') return;
    if (keys === null) {
      this.#state = undefined;
      this.#discardReads();
      return;
    }
    for (const change of keys.map(parseBlockChange)) {
      for (const { changes } of this.#pendingReads) changes.push(change);
      if (this.#state && this.#isCertain) applyToState(this.#state, change);
    }
  }

  /** Ends the epoch: what is being read now is not kept. */
  #discardReads(): void {
    this.#epoch += 1;
    this.#countsRead = undefined;
    this.#blockReads = new Map();
  }

  /** Reads the counts, once for all callers that need them. */
  #readCounts(): Promise<void> {
    this.#countsRead ??= this.#loadState();
    return this.#countsRead;
  }

  async #loadState(): Promise<void> {
    const epoch = this.#epoch;
    const observedAt = performance.now();
    const read: PendingRead = { changes: [] };
    this.#pendingReads.add(read);
    try {
      const directory = new OrderDirectory(await this.#source.readCounts());
      if (epoch !== this.#epoch) return;
      const state = { directory, blocks: new LRUCache<number, BlockIds>({ max: MAX_BLOCKS }), observedAt };
      for (const change of read.changes) applyToState(state, change);
      this.#state = state;
      this.#isCertain = true;
      this.#blockReads = new Map();
    } finally {
      this.#pendingReads.delete(read);
      if (epoch === this.#epoch) this.#countsRead = undefined;
    }
  }

  /** Reads the ids of blocks. A block that is already being read is not read twice. */
  async #readBlocks(state: IndexState, blocks: readonly number[]): Promise<void> {
    const blockReads = this.#blockReads;
    const unread = blocks.filter((block) => !blockReads.has(block));
    if (unread.length > 0) {
      const work = this.#loadBlocks(state, unread).finally(() => {
        for (const block of unread) blockReads.delete(block);
      });
      for (const block of unread) blockReads.set(block, work);
    }
    await Promise.all(blocks.map((block) => blockReads.get(block)));
  }

  async #loadBlocks(state: IndexState, blocks: readonly number[]): Promise<void> {
    const read: PendingRead = { changes: [] };
    this.#pendingReads.add(read);
    try {
      const loaded = await this.#source.readBlocks(blocks);
      // The ids belong to the state they were read for, and are kept only while that state receives changes.
      if (state !== this.#state || !this.#isCertain) return;
      for (const ids of loaded) state.blocks.set(ids.block, ids);
      for (const change of read.changes) applyToState(state, change);
    } finally {
      this.#pendingReads.delete(read);
    }
  }
}

/** Applies a change to counts and ids together. */
function applyToState({ directory, blocks }: IndexState, change: BlockChange): void {
  directory.apply(change);
  const current = blocks.peek(change.block);
  if (!current) return;
  const changed = applyBlockChange(current, change);
  if (changed) blocks.set(change.block, changed);
  else blocks.delete(change.block);
}

function missingBlocks({ directory, blocks }: IndexState, first: number, count: number): number[] {
  return directory
    .find(first, count)
    .filter(({ block }) => blocks.get(block)?.version !== directory.versionOf(block))
    .map(({ block }) => block);
}

function locateIn(state: IndexState, first: number, count: number, fromMemory: boolean): LocatedOrders {
  const { directory, blocks, observedAt } = state;
  const ids = directory
    .find(first, count)
    .flatMap(({ block, from, to }) => blocks.peek(block)?.ids.slice(from, to) ?? []);
  return { ids, total: directory.total, ageMs: performance.now() - observedAt, fromMemory };
}
