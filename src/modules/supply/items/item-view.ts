import {
  combineServed,
  type Freshness,
  type ReadyBody,
  readyBody,
  type Served,
  type ServedAge,
  type View,
} from '../../../freshness/index.ts';
import type { ChangeFeed } from '../../../platform/db/change-feed.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { DatabaseClock } from '../../../platform/db/database-clock.ts';
import { secondsOfMs } from '../../../platform/time/instant.ts';
import { createPartitionView, type PartitionView } from '../catalogue/partition-view.ts';
import type { ReadCounts } from '../catalogue/read-counts.ts';
import { combineSupplied, type ServedPartition, type SuppliedAnswer } from '../catalogue/supplied-answer.ts';
import { type NextPull, readNextPull } from '../pulls/next-pull-store.ts';
import { EVERYTHING } from '../supplier/partition.ts';
import { isSnapshot, type Supplier, snapshotTargetAgeMs } from '../supplier/supplier.ts';
import { NotObservedYet } from './item-failures.ts';
import { type AvailableItem, ItemList, mergeItems } from './item-list.ts';

const MAX_BYTES = 128 * 1024 * 1024;
const ITEM_BYTES = 800;
/** Changes of the pull ledger are not announced, and clients read far more often than suppliers are pulled. */
const NEXT_PULL_MAX_AGE_MS = 1_000;
const NEXT_PULL_BYTES = 64 * 1024;
const FIRST_ANSWER_WITHIN_MS = 5_000;
const PAUSED_RETRY_S = 60;

interface FetchStatus {
  readonly lastFetchedTime: string | null;
  readonly nextFetchTime: string | null;
}

export interface ItemsDeps {
  readonly freshness: Freshness;
  readonly database: Database;
  readonly feed: ChangeFeed;
  readonly clock: DatabaseClock;
  readonly reads: ReadCounts;
  /** How long a request waits for the first answer of any supplier. Defaults to 5 seconds. */
  readonly firstAnswerWithinMs?: number | undefined;
}

/** The list of one supplier, as the view served it. */
interface ServedList extends ServedPartition {
  readonly served: Served<ItemList>;
}

/** Everything that snapshot suppliers sell. */
export class Items {
  readonly #lists: PartitionView<ItemList>;
  readonly #nextPulls: View<string, NextPull>;
  readonly #suppliers: readonly Supplier[];
  readonly #deps: ItemsDeps;
  /** Wakes the requests that wait for a first answer. */
  readonly #wakers = new Set<() => void>();
  #joined: { readonly items: readonly AvailableItem[]; readonly json: string } | undefined;

  constructor(suppliers: readonly Supplier[], deps: ItemsDeps) {
    const { freshness, database, feed } = deps;
    this.#suppliers = suppliers.filter(isSnapshot);
    this.#deps = deps;
    this.#lists = createPartitionView<ItemList>(freshness, database, {
      name: 'items',
      maxBytes: MAX_BYTES,
      slotBytes: ITEM_BYTES,
      build: (stored) => new ItemList(stored),
    });
    this.#nextPulls = createNextPullView(freshness, database, this.#suppliers);
    feed.subscribe({
      interrupted: () => this.#wake(),
      changed: ({ topic }) => topic === 'supplier_partition' && this.#wake(),
    });
  }

  /** The items that can be booked now, by start. The answer is as old as the oldest snapshot in it. */
  async list(maxAgeMs: number | undefined): Promise<SuppliedAnswer> {
    for (const { id } of this.#suppliers) this.#deps.reads.count({ supplierId: id, partition: EVERYTHING });
    const lists = await this.#readObserved(maxAgeMs);
    const nowMs = this.#deps.clock.latestMs();
    const items = this.#join(valuesOf(lists).map((list) => list.available(nowMs)));
    const observedAt = JSON.stringify(oldestObservedAt(lists));
    const nextPullAt = JSON.stringify(this.#nextPullAt(await this.#readNextPulls()));
    const text = `{"items":[${items}],"observed_at":${observedAt},"next_pull_at":${nextPullAt}}`;
    return { body: readyBody(text), age: combineSupplied(lists, nowMs) };
  }

  /** The times of the last and the next pull. The age of the answer is that of our own knowledge of them. */
  async fetchStatus(maxAgeMs: number | undefined): Promise<{ readonly body: ReadyBody; readonly served: ServedAge }> {
    const [lists, nextPulls] = await Promise.all([this.#read(maxAgeMs), this.#readNextPulls(maxAgeMs)]);
    const status: FetchStatus = {
      lastFetchedTime: oldestObservedAt(lists),
      nextFetchTime: this.#nextPullAt(nextPulls),
    };
    const served = combineServed([...lists.map((list) => list.served), ...nextPulls], NEXT_PULL_MAX_AGE_MS);
    return { body: readyBody(JSON.stringify(status)), served };
  }

  /** Reads the suppliers' lists. While there is none, waits for the sync to store one; a read causes no pull. */
  async #readObserved(maxAgeMs: number | undefined): Promise<ServedList[]> {
    const endsAt = performance.now() + (this.#deps.firstAnswerWithinMs ?? FIRST_ANSWER_WITHIN_MS);
    for (;;) {
      const { promise: woken, resolve: wake } = Promise.withResolvers<void>();
      // Before the read, or an answer that is stored while it runs would not wake this request.
      this.#wakers.add(wake);
      const timer = setTimeout(wake, Math.max(0, endsAt - performance.now()));
      try {
        const lists = await this.#read(maxAgeMs);
        if (lists.length === 0 || valuesOf(lists).length > 0) return lists;
        if (performance.now() >= endsAt) throw new NotObservedYet(await this.#retryAfterS());
        await woken;
      } finally {
        clearTimeout(timer);
        this.#wakers.delete(wake);
      }
    }
  }

  #read(maxAgeMs?: number): Promise<ServedList[]> {
    return Promise.all(
      this.#suppliers.map(async (supplier) => ({
        served: await this.#lists.get({ supplierId: supplier.id, partition: EVERYTHING }, maxAgeMs),
        targetAgeMs: snapshotTargetAgeMs(supplier),
      })),
    );
  }

  #wake(): void {
    for (const wake of this.#wakers) wake();
  }

  /**
   * The items as JSON text. With one supplier, the usual case, the text is kept for as long as its list is the same.
   */
  #join(lists: readonly (readonly AvailableItem[])[]): string {
    const items = mergeItems(lists);
    if (this.#joined?.items !== items) this.#joined = { items, json: items.map(({ json }) => json).join(',') };
    return this.#joined.json;
  }

  #readNextPulls(maxAgeMs?: number): Promise<Served<NextPull>[]> {
    return Promise.all(this.#suppliers.map(({ id }) => this.#nextPulls.get(id, maxAgeMs)));
  }

  #nextPullAt(nextPulls: readonly Served<NextPull>[]): string | null {
    const next = soonestOf(nextPulls);
    return next?.nextMs === undefined ? null : secondsOfMs(Math.max(next.nextMs, this.#deps.clock.earliestMs()));
  }

  async #retryAfterS(): Promise<number> {
    const next = soonestOf(await this.#readNextPulls());
    if (next?.nextMs === undefined) return PAUSED_RETRY_S;
    return Math.max(1, Math.ceil((next.nextMs - next.nowMs) / 1_000));
  }
}

/** The next pull of each supplier, by the supplier's id. */
function createNextPullView(
  freshness: Freshness,
  database: Database,
  suppliers: readonly Supplier[],
): View<string, NextPull> {
  const byId = new Map(suppliers.map((supplier) => [supplier.id, supplier]));
  const view = freshness.view<string, NextPull>(
    {
      name: 'next_pull',
      keyOf: (id) => id,
      maxAgeMs: NEXT_PULL_MAX_AGE_MS,
      sizeOf: () => 100,
      load: async (id) => {
        const supplier = byId.get(id);
        return supplier && database.read((reader) => readNextPull(reader, supplier));
      },
    },
    NEXT_PULL_BYTES,
  );
  freshness.listen(view, {
    supplier: (ids) => {
      for (const id of ids) view.invalidate(id);
    },
  });
  return view;
}

function valuesOf(lists: readonly ServedList[]): ItemList[] {
  return lists.flatMap(({ served }) => (served.value ? [served.value] : []));
}

/** The soonest next pull among suppliers that are not paused. */
function soonestOf(nextPulls: readonly Served<NextPull>[]): NextPull | undefined {
  const running = nextPulls.flatMap(({ value }) => (value?.nextMs === undefined ? [] : [value]));
  return running.toSorted((a, b) => (a.nextMs ?? 0) - (b.nextMs ?? 0))[0];
}

function oldestObservedAt(lists: readonly ServedList[]): string | null {
  const observed = valuesOf(lists).map(({ observedMs }) => observedMs);
  return observed.length === 0 ? null : secondsOfMs(Math.min(...observed));
}
