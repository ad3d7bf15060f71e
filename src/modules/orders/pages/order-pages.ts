import { combineServed, type Freshness, type ServedAge, sourceFailing } from '../../../freshness/index.ts';
import type { ChangeFeed } from '../../../platform/db/change-feed.ts';
import type { Database } from '../../../platform/db/database.ts';
import { Unavailable } from '../../../platform/errors.ts';
import { writePagedOrder } from '../write-order.ts';
import { readBlockCounts, readBlockIds, readOrdersFromRank } from './block-queries.ts';
import { type LocatedOrders, OrderIndex } from './order-index.ts';
import { createPagedOrderView, type PagedOrderView } from './paged-order-view.ts';

export interface OrderPagesOptions {
  /** Staleness bound of a page, in milliseconds. */
  readonly maxAgeMs: number;
  /** Orders per page. */
  readonly pageSize: number;
}

/** A page of orders, with its age and origin. */
export interface ServedPage extends ServedAge {
  /** Number of all orders. */
  readonly total: number;
  /** The orders of the page as JSON texts, by ascending id. */
  readonly orders: readonly string[];
}

const MAX_TRIES = 3;
/** How long after a failure the database is left alone while memory holds the page, in milliseconds. */
const FAILURE_PAUSE_MS = 1_000;

/**
 * Pages of orders by ascending id.
 *
 * Pages themselves are not cached. The cache holds orders by id, which the change feed ends, and the index of the rank
 * of every order; a page is made from both when it is requested. So no page can become wrong by a change before it: one
 * more order shifts a million pages by one count. And a change to an order ends that order, not the pages around it.
 */
export class OrderPages {
  readonly pageSize: number;
  readonly #maxAgeMs: number;
  readonly #database: Database;
  readonly #feed: ChangeFeed;
  readonly #index: OrderIndex;
  readonly #orders: PagedOrderView;
  #databaseFailedAt = Number.NEGATIVE_INFINITY;

  constructor(database: Database, freshness: Freshness, feed: ChangeFeed, { maxAgeMs, pageSize }: OrderPagesOptions) {
    this.pageSize = pageSize;
    this.#maxAgeMs = maxAgeMs;
    this.#database = database;
    this.#feed = feed;
    this.#orders = createPagedOrderView(database, freshness, maxAgeMs);
    const source = {
      readCounts: () => database.read(readBlockCounts),
      readBlocks: (blocks: readonly number[]) => database.read((reader) => readBlockIds(reader, blocks)),
    };
    this.#index = new OrderIndex(source, feed, maxAgeMs);
  }

  /**
   * @param page from 1
   * @param maxAgeMs a tighter bound than the declared one, in milliseconds; 0 reads the database
   */
  async get(page: number, maxAgeMs = this.#maxAgeMs): Promise<ServedPage> {
    const boundMs = Math.min(maxAgeMs, this.#maxAgeMs);
    const first = (page - 1) * this.pageSize;
    try {
      const fromMemory = boundMs > 0 ? await this.#readFromMemory(first, boundMs) : undefined;
      return fromMemory ?? (await this.#readFromDatabase(first, boundMs));
    } catch (error) {
      const fallback = error instanceof Unavailable && (await this.#fallback(first));
      if (!fallback) throw error;
      return fallback;
    }
  }

  async #readFromMemory(first: number, boundMs: number): Promise<ServedPage | undefined> {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const located = await this.#index.locate(first, this.pageSize, boundMs);
      if (!located) return undefined;
      const page = await this.#assemble(located, boundMs);
      if (page) return page;
      // An order was deleted after the index located it. After the barrier the index has received that change.
      await this.#feed.barrier();
    }
    return undefined;
  }

  /** Makes a page of located orders; `undefined` if one of them no longer exists. */
  async #assemble(located: LocatedOrders, boundMs: number): Promise<ServedPage | undefined> {
    const { ids, total, ageMs, fromMemory } = located;
    const inMemory = boundMs === this.#maxAgeMs ? ids.map((id) => this.#orders.peek(id)) : [];
    const served = await Promise.all(ids.map((id, place) => inMemory[place] ?? this.#orders.get(id, boundMs)));
    const orders = served.flatMap(({ value }) => value ?? []);
    if (orders.length < ids.length) return undefined;
    const index: ServedAge = {
      ageMs,
      boundMs: this.#maxAgeMs,
      lookup: fromMemory ? 'hit' : 'miss',
      origin: fromMemory ? 'memory' : 'source',
      stale: false,
    };
    return { ...combineServed([index, ...served], this.#maxAgeMs), total, orders };
  }

  /** Reads a page by one statement, for a request that memory cannot or may not answer. */
  async #readFromDatabase(first: number, boundMs: number): Promise<ServedPage> {
    const startedAt = performance.now();
    const isFailing = !this.#feed.isConnected && startedAt - this.#databaseFailedAt < FAILURE_PAUSE_MS;
    if (isFailing && this.#index.locateUncertain(first, this.pageSize)) throw sourceFailing();
    try {
      const { total, orders } = await this.#database.read((reader) => readOrdersFromRank(reader, first, this.pageSize));
      const lookup = !this.#feed.isConnected ? 'uncertain' : boundMs < this.#maxAgeMs ? 'request' : 'miss';
      const ageMs = performance.now() - startedAt;
      const age: ServedAge = { ageMs, boundMs: this.#maxAgeMs, lookup, origin: 'source', stale: false };
      return { ...age, total, orders: orders.map(writePagedOrder) };
    } catch (error) {
      if (error instanceof Unavailable) this.#databaseFailedAt = performance.now();
      throw error;
    }
  }

  /** While the database is unavailable, serves what memory held when the outage began, until its bound. */
  async #fallback(first: number): Promise<ServedPage | undefined> {
    const located = this.#index.locateUncertain(first, this.pageSize);
    if (!located) return undefined;
    const page = await this.#assemble(located, this.#maxAgeMs).catch(() => undefined);
    return page && { ...page, lookup: 'stale' };
  }
}
