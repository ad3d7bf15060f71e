import type { Freshness, Served, View } from '../../../freshness/index.ts';
import { Batcher } from '../../../platform/batcher.ts';
import type { ChangeFeed } from '../../../platform/db/change-feed.ts';
import type { Database } from '../../../platform/db/database.ts';
import { Unavailable } from '../../../platform/errors.ts';
import type { Id } from '../../../platform/ids.ts';
import { readBlockCounts, readBlocks, readOrders, readStretch } from '../order-view.ts';
import { writePagedOrder } from '../write-order.ts';
import { type Located, OrderIndex } from './order-index.ts';

export interface OrderPagesOptions {
  /** The staleness bound of whatever a page shows, in milliseconds. */
  readonly maxAgeMs: number;
  readonly pageSize: number;
}

/** A page and where it came from. */
export interface ServedPage extends Omit<Served<unknown>, 'value'> {
  readonly total: number;
  /** Its orders as JSON text, by ascending id. */
  readonly orders: readonly string[];
}

const MAX_BYTES = 64 * 1024 * 1024;
const MAX_TRIES = 3;
/** While the database is away, a page in memory answers at once instead of waiting for its own failure. */
const SOURCE_REST_MS = 1_000;

type Age = Omit<Served<unknown>, 'value'>;

/**
 * Pages of orders by ascending id.
 *
 * No page is kept. What is kept is every order by its id, ended by the change feed, and the index of which order
 * stands where; a page is put together from them when it is asked for. So there is no page that a change in front of
 * it could leave wrong: one more order shifts a million pages by telling one block's count. And a change to one order
 * ends the order, not the pages around it.
 */
export class OrderPages {
  readonly pageSize: number;
  readonly #maxAgeMs: number;
  readonly #database: Database;
  readonly #feed: ChangeFeed;
  readonly #index: OrderIndex;
  readonly #orders: View<Id, string>;
  #sourceFailedAt = Number.NEGATIVE_INFINITY;

  constructor(database: Database, freshness: Freshness, feed: ChangeFeed, { maxAgeMs, pageSize }: OrderPagesOptions) {
    this.pageSize = pageSize;
    this.#maxAgeMs = maxAgeMs;
    this.#database = database;
    this.#feed = feed;
    this.#orders = createOrderView(database, freshness, maxAgeMs);
    const source = {
      readCounts: () => database.read(readBlockCounts),
      readBlocks: (blocks: readonly number[]) => database.read((reader) => readBlocks(reader, blocks)),
    };
    this.#index = new OrderIndex(source, feed, maxAgeMs);
  }

  /**
   * @param page from 1 on
   * @param askedMs a tighter bound than the declared one, in milliseconds; 0 asks the database
   */
  async get(page: number, askedMs = this.#maxAgeMs): Promise<ServedPage> {
    const boundMs = Math.min(askedMs, this.#maxAgeMs);
    const first = (page - 1) * this.pageSize;
    try {
      const page = boundMs > 0 ? await this.#fromMemory(first, boundMs) : undefined;
      return page ?? (await this.#fromSource(first, boundMs));
    } catch (error) {
      const recalled = error instanceof Unavailable && (await this.#recalled(first));
      if (!recalled) throw error;
      return recalled;
    }
  }

  async #fromMemory(first: number, boundMs: number): Promise<ServedPage | undefined> {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const located = await this.#index.locate(first, this.pageSize, boundMs);
      if (!located) return undefined;
      const page = await this.#gather(located, boundMs);
      if (page) return page;
      // An order has left since the index said where it stood; the barrier lets the index hear of it.
      await this.#feed.barrier();
    }
    return undefined;
  }

  async #gather({ ids, total, ageMs, hit }: Located, boundMs: number): Promise<ServedPage | undefined> {
    const known = boundMs === this.#maxAgeMs ? ids.map((id) => this.#orders.peek(id)) : [];
    const served = await Promise.all(ids.map((id, place) => known[place] ?? this.#orders.get(id, boundMs)));
    const orders: string[] = [];
    const index = hit
      ? ({ lookup: 'hit', origin: 'memory' } as const)
      : ({ lookup: 'miss', origin: 'source' } as const);
    let age: Age = { ageMs, boundMs: this.#maxAgeMs, ...index, stale: false };
    for (const each of served) {
      if (each.value === undefined) return undefined;
      orders.push(each.value);
      age = olderOf(age, each);
    }
    return { ...age, total, orders };
  }

  /** From the database by one statement, for whoever cannot or would not have it from memory. */
  async #fromSource(first: number, boundMs: number): Promise<ServedPage> {
    const startedAt = performance.now();
    const isFailing = !this.#feed.isConnected && startedAt - this.#sourceFailedAt < SOURCE_REST_MS;
    if (isFailing && this.#index.recall(first, this.pageSize)) {
      throw new Unavailable('source-failing', 'The source of this answer is failing', 1);
    }
    try {
      const { total, orders } = await this.#database.read((reader) => readStretch(reader, first, this.pageSize));
      const lookup = !this.#feed.isConnected ? 'uncertain' : boundMs < this.#maxAgeMs ? 'request' : 'miss';
      const ageMs = performance.now() - startedAt;
      const age: Age = { ageMs, boundMs: this.#maxAgeMs, lookup, origin: 'source', stale: false };
      return { ...age, total, orders: orders.map(writePagedOrder) };
    } catch (error) {
      if (error instanceof Unavailable) this.#sourceFailedAt = performance.now();
      throw error;
    }
  }

  /** The database is away: what memory held when that began still answers, until its bound. */
  async #recalled(first: number): Promise<ServedPage | undefined> {
    const located = this.#index.recall(first, this.pageSize);
    if (!located) return undefined;
    const page = await this.#gather(located, this.#maxAgeMs).catch(() => undefined);
    return page && { ...page, lookup: 'stale' };
  }
}

/** Of two parts of an answer: the greater age, and a hit only if both are. */
function olderOf(a: Age, b: Age): Age {
  return {
    ageMs: Math.max(a.ageMs, b.ageMs),
    boundMs: a.boundMs,
    lookup: a.lookup === 'hit' ? b.lookup : a.lookup,
    origin: [a.origin, b.origin].find((origin) => origin === 'source') ?? (a.origin === 'memory' ? b.origin : a.origin),
    stale: a.stale || b.stale,
  };
}

/** Single orders as JSON text. Those that are asked for together are read by one statement. */
function createOrderView(database: Database, freshness: Freshness, maxAgeMs: number): View<Id, string> {
  const batcher = new Batcher({ maxBatchSize: 1_000, maxConcurrent: 4 });
  const load = batcher.open<Id, string | undefined>({
    name: 'read orders',
    maxWaiting: 100_000,
    async run(ids) {
      const orders = await database.read((reader) => readOrders(reader, [...new Set(ids)]));
      const texts = new Map(orders.map((order) => [order.order_id, writePagedOrder(order)]));
      return ids.map((id) => texts.get(id));
    },
  });
  const view = freshness.view<Id, string>(
    {
      name: 'orders',
      keyOf: String,
      load,
      maxAgeMs,
      sizeOf: (text) => text.length * 2,
      codec: { encode: (text) => text, decode: (text) => text },
    },
    MAX_BYTES,
  );
  freshness.listen(view, {
    order(orderIds) {
      for (const orderId of orderIds) view.invalidate(orderId);
    },
  });
  return view;
}
