import { setTimeout as delay } from 'node:timers/promises';
import type { Id } from '../../../platform/ids.ts';
import type { Order } from '../order.ts';
import { indexIncomplete, sourceUnavailable } from '../order-failures.ts';
import type { LocatedOrders } from '../pages/order-index.ts';
import type { RankIndex, ReadPage } from '../pages/order-pages.ts';
import type { SourceFollower } from './source-follower.ts';
import type { SourceIndex } from './source-index.ts';

const MAX_TRIES = 3;
/** Time that a request waits for the first index, in milliseconds: that of a small shop is there at once. */
const FIRST_INDEX_WITHIN_MS = 1_000;

/** The index of a shop's orders as pages use it. */
export class ShopIndex implements RankIndex {
  readonly #index: SourceIndex;
  readonly #follower: SourceFollower;
  readonly #readOrders: (ids: readonly Id[]) => Promise<Order[]>;
  readonly #maxAgeMs: number;

  constructor(
    index: SourceIndex,
    follower: SourceFollower,
    readOrders: (ids: readonly Id[]) => Promise<Order[]>,
    maxAgeMs: number,
  ) {
    this.#index = index;
    this.#follower = follower;
    this.#readOrders = readOrders;
    this.#maxAgeMs = maxAgeMs;
  }

  async locate(first: number, count: number, boundMs: number): Promise<LocatedOrders | undefined> {
    if (this.#index.verifiedAt === undefined) await this.#locateNow(first, count);
    if (!this.#follower.isConnected) return undefined;
    const located = this.#index.locate(first, count);
    return located && located.ageMs <= boundMs ? located : undefined;
  }

  locateUncertain(first: number, count: number): LocatedOrders | undefined {
    const located = this.#index.locate(first, count);
    return located && located.ageMs <= this.#maxAgeMs ? { ...located, fromMemory: false } : undefined;
  }

  /**
   * Reads the orders of a page. The index says which they are: counting them in the shop's table would cost more, the
   * further back the page is. Where the log is followed, the index is right as of now; else as of its age.
   */
  async read(first: number, count: number): Promise<ReadPage> {
    const startedAt = performance.now();
    for (let tries = 0; ; tries += 1) {
      await this.#follower.barrier();
      const { ids, total, ageMs } = await this.#locateNow(first, count);
      const orders = (await this.#readOrders(ids)).toSorted((a, b) => a.order_id - b.order_id);
      if (orders.length === ids.length || tries === MAX_TRIES) {
        return { total, orders, ageMs: Math.max(ageMs, performance.now() - startedAt) };
      }
      const found = new Set(orders.map(({ order_id }) => order_id));
      await this.#follower.recheck(ids.filter((id) => !found.has(id)));
    }
  }

  async #locateNow(first: number, count: number): Promise<LocatedOrders> {
    const deadline = performance.now() + FIRST_INDEX_WITHIN_MS;
    for (;;) {
      const located = this.#index.locate(first, count);
      if (located && located.ageMs <= this.#maxAgeMs + 1_000) return located;
      const { progress } = this.#index;
      if (performance.now() > deadline) {
        if (this.#follower.trouble !== undefined || !progress) throw sourceUnavailable(this.#follower.trouble);
        throw indexIncomplete(Math.floor(progress.share * 100), progress.secondsLeft);
      }
      await delay(10);
    }
  }
}
