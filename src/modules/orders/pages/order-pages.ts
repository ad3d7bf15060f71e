import { combineServed, type ServedAge, sourceFailing } from '../../../freshness/index.ts';
import type { ChangeFeed } from '../../../platform/db/change-feed.ts';
import { Unavailable } from '../../../platform/errors.ts';
import type { Order } from '../order.ts';
import { writePagedOrder } from '../write-order.ts';
import type { LocatedOrders } from './order-index.ts';
import type { PagedOrderView } from './paged-order-view.ts';

/** The rank of every order, in memory. */
export interface RankIndex {
  /**
   * Finds up to `count` orders from rank `first` on, no older than `boundMs`. `undefined` when memory cannot answer.
   */
  locate(first: number, count: number, boundMs: number): Promise<LocatedOrders | undefined>;
  /** Finds them in the state of the last moment at which memory could answer, within the bound of the index. */
  locateUncertain(first: number, count: number): LocatedOrders | undefined;
}

/** Orders at consecutive ranks, read from their database, and the number of all orders. */
export interface ReadPage {
  readonly total: number;
  readonly orders: readonly Order[];
  /** Upper limit of the time since the database was read, in milliseconds. */
  readonly ageMs: number;
}

/** The parts that depend on where the orders are. */
export interface OrderPagesParts {
  readonly index: RankIndex;
  readonly orders: PagedOrderView;
  readonly feed: Pick<ChangeFeed, 'isConnected' | 'barrier'>;
  /** Reads a page from the database, for a request that memory cannot or may not answer. */
  readonly read: (first: number, count: number) => Promise<ReadPage>;
  /** How changes of another program's database become known; absent for Holdfast's own. */
  readonly follows?: () => NonNullable<ServedAge['follows']>;
}

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
  readonly #parts: OrderPagesParts;
  #databaseFailedAt = Number.NEGATIVE_INFINITY;

  constructor(parts: OrderPagesParts, { maxAgeMs, pageSize }: OrderPagesOptions) {
    this.pageSize = pageSize;
    this.#maxAgeMs = maxAgeMs;
    this.#parts = parts;
  }

  /**
   * @param page from 1
   * @param maxAgeMs a tighter bound than the declared one, in milliseconds; 0 reads the database
   */
  async get(page: number, maxAgeMs = this.#maxAgeMs): Promise<ServedPage> {
    const served = await this.#get(page, maxAgeMs);
    const { follows } = this.#parts;
    return follows ? { ...served, follows: follows() } : served;
  }

  async #get(page: number, maxAgeMs: number): Promise<ServedPage> {
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
      const located = await this.#parts.index.locate(first, this.pageSize, boundMs);
      if (!located) return undefined;
      const page = await this.#assemble(located, boundMs);
      if (page) return page;
      // An order was deleted after the index located it. After the barrier the index has received that change.
      await this.#parts.feed.barrier();
    }
    return undefined;
  }

  /** Makes a page of located orders; `undefined` if one of them no longer exists. */
  async #assemble(located: LocatedOrders, boundMs: number): Promise<ServedPage | undefined> {
    const { ids, total, ageMs, fromMemory } = located;
    const inMemory = boundMs === this.#maxAgeMs ? ids.map((id) => this.#parts.orders.peek(id)) : [];
    const served = await Promise.all(ids.map((id, place) => inMemory[place] ?? this.#parts.orders.get(id, boundMs)));
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

  async #readFromDatabase(first: number, boundMs: number): Promise<ServedPage> {
    const startedAt = performance.now();
    const isFailing = !this.#parts.feed.isConnected && startedAt - this.#databaseFailedAt < FAILURE_PAUSE_MS;
    if (isFailing && this.#parts.index.locateUncertain(first, this.pageSize)) throw sourceFailing();
    try {
      const { total, orders, ageMs } = await this.#parts.read(first, this.pageSize);
      const lookup = !this.#parts.feed.isConnected ? 'uncertain' : boundMs < this.#maxAgeMs ? 'request' : 'miss';
      const age: ServedAge = { ageMs, boundMs: this.#maxAgeMs, lookup, origin: 'source', stale: false };
      return { ...age, total, orders: orders.map(writePagedOrder) };
    } catch (error) {
      if (error instanceof Unavailable) this.#databaseFailedAt = performance.now();
      throw error;
    }
  }

  /** While the database is unavailable, serves what memory held when the outage began, until its bound. */
  async #fallback(first: number): Promise<ServedPage | undefined> {
    const located = this.#parts.index.locateUncertain(first, this.pageSize);
    if (!located) return undefined;
    const page = await this.#assemble(located, this.#maxAgeMs).catch(() => undefined);
    return page && { ...page, lookup: 'stale' };
  }
}
