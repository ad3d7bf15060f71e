import {
  combineServed,
  type Freshness,
  type ReadyBody,
  readyBody,
  type Served,
  type View,
} from '../../../freshness/index.ts';
import type { ChangeFeed } from '../../../platform/db/change-feed.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { DatabaseClock } from '../../../platform/db/database-clock.ts';
import { secondsOfMs } from '../../../platform/time/instant.ts';
import { EVERYTHING } from '../supplier/partition.ts';
import { isSnapshot, type Supplier } from '../supplier/supplier.ts';
import { notObservedYet } from '../supply-failures.ts';
import { type NextPull, readNextPull } from '../sync/next-pull-store.ts';
import { snapshotAgeMs } from '../sync/sync-status-store.ts';
import { ageAt, howOf, type SuppliedAnswer } from './experience-view.ts';
import { ItemList, inOrder, type WrittenItem } from './item-list.ts';
import { createPartView, type PartitionView, partitionKey } from './partition-view.ts';
import type { ReadCounts } from './read-counts.ts';

const MAX_BYTES = 128 * 1024 * 1024;
const ITEM_BYTES = 800;
/** The pull ledger tells nobody of its changes, and readers come far more often than pulls. */
const NEXT_PULL_MAX_AGE_MS = 1_000;
const NEXT_PULL_BYTES = 64 * 1024;
/** How long a reader waits for the first answer of a supplier. */
const FIRST_ANSWER_WITHIN_MS = 5_000;
const PAUSED_RETRY_S = 60;

interface Fetched {
  readonly lastFetchedTime: string | null;
  readonly nextFetchTime: string | null;
}

interface ItemsDeps {
  readonly freshness: Freshness;
  readonly database: Database;
  readonly feed: ChangeFeed;
  readonly clock: DatabaseClock;
  readonly reads: ReadCounts;
  /** How long a reader waits for the first answer of a supplier; a few seconds unless told. */
  readonly firstAnswerWithinMs?: number | undefined;
}

/** What snapshot suppliers sell, all of it together. */
export class Items {
  readonly #lists: PartitionView<ItemList>;
  readonly #nextPulls: View<string, NextPull>;
  readonly #suppliers: readonly Supplier[];
  readonly #deps: ItemsDeps;
  readonly #waiting = new Set<() => void>();
  #written: { readonly items: readonly WrittenItem[]; readonly text: string } | undefined;

  constructor(suppliers: readonly Supplier[], deps: ItemsDeps) {
    const { freshness, database, feed } = deps;
    this.#suppliers = suppliers.filter(isSnapshot);
    this.#deps = deps;
    this.#lists = createPartView<ItemList>(freshness, database, {
      name: 'items',
      maxBytes: MAX_BYTES,
      slotBytes: ITEM_BYTES,
      build: (part) => new ItemList(part),
    });
    const byId = new Map(suppliers.map((supplier) => [supplier.id, supplier]));
    this.#nextPulls = freshness.view<string, NextPull>(
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
    freshness.listen(this.#nextPulls, {
      supplier: (ids) => {
        for (const id of ids) this.#nextPulls.invalidate(id);
      },
    });
    feed.subscribe({
      interrupted: () => this.#wake(),
      changed: ({ topic }) => topic === 'supply_part' && this.#wake(),
    });
  }

  /** Everything that can be had now, by start, as old as the oldest snapshot in it. */
  async list(boundMs: number | undefined): Promise<SuppliedAnswer> {
    for (const { id } of this.#suppliers) this.#deps.reads.count(id, EVERYTHING);
    const served = await this.#observed(boundMs);
    const nowMs = this.#deps.clock.latestMs();
    const lists = served.flatMap(({ value }) => (value ? [value] : []));
    const items = this.#write(lists.map((list) => list.available(nowMs)));
    const observedAt = JSON.stringify(oldestOf(lists));
    const nextPullAt = JSON.stringify(this.#nextPullAt(await this.#readPulls()));
    const text = `{"items":[${items}],"observed_at":${observedAt},"next_pull_at":${nextPullAt}}`;
    const ages = served.flatMap((each) => ageAt(each, nowMs) ?? []);
    const age = {
      ageMs: ages.length === 0 ? undefined : Math.max(...ages),
      askedMs: this.#suppliers.length === 0 ? undefined : Math.max(...this.#suppliers.map(snapshotAgeMs)),
      incomplete: lists.length < served.length,
    };
    return { body: readyBody(text), age, how: howOf(served) };
  }

  /** Of our own pulls, so it is as old as our knowledge of them, and not as what the suppliers said. */
  async fetched(
    boundMs: number | undefined,
  ): Promise<{ readonly body: ReadyBody; readonly served: Omit<Served<unknown>, 'value'> }> {
    const [lists, pulls] = await Promise.all([this.#read(boundMs), this.#readPulls(boundMs)]);
    const answer: Fetched = {
      lastFetchedTime: oldestOf(lists.flatMap(({ value }) => (value ? [value] : []))),
      nextFetchTime: this.#nextPullAt(pulls),
    };
    const served = combineServed([...lists, ...pulls], NEXT_PULL_MAX_AGE_MS);
    return { body: readyBody(JSON.stringify(answer)), served };
  }

  /** The suppliers' lists; waits for a first one when there is none. Readers cause no pull, they wait for one. */
  async #observed(boundMs: number | undefined): Promise<Served<ItemList>[]> {
    const endsAt = performance.now() + (this.#deps.firstAnswerWithinMs ?? FIRST_ANSWER_WITHIN_MS);
    for (;;) {
      const { promise: told, resolve: tell } = Promise.withResolvers<void>();
      // Before the read: what is told while it runs must not be slept through.
      this.#waiting.add(tell);
      const timer = setTimeout(tell, Math.max(0, endsAt - performance.now()));
      try {
        const served = await this.#read(boundMs);
        if (served.length === 0 || served.some(({ value }) => value)) return served;
        if (performance.now() >= endsAt) throw notObservedYet(await this.#retryAfterS());
        await told;
      } finally {
        clearTimeout(timer);
        this.#waiting.delete(tell);
      }
    }
  }

  #read(boundMs?: number): Promise<Served<ItemList>[]> {
    return Promise.all(this.#suppliers.map(({ id }) => this.#lists.get(partitionKey(id, EVERYTHING), boundMs)));
  }

  #wake(): void {
    for (const tell of this.#waiting) tell();
  }

  /** Joined once for as long as the one supplier that most have says the same. */
  #write(lists: readonly (readonly WrittenItem[])[]): string {
    const items = inOrder(lists);
    if (this.#written?.items !== items) this.#written = { items, text: items.map(({ json }) => json).join(',') };
    return this.#written.text;
  }

  #readPulls(boundMs?: number): Promise<Served<NextPull>[]> {
    return Promise.all(this.#suppliers.map(({ id }) => this.#nextPulls.get(id, boundMs)));
  }

  #nextPullAt(pulls: readonly Served<NextPull>[]): string | null {
    const next = soonestOf(pulls);
    return next?.nextMs === undefined ? null : secondsOfMs(Math.max(next.nextMs, this.#deps.clock.earliestMs()));
  }

  async #retryAfterS(): Promise<number> {
    const next = soonestOf(await this.#readPulls());
    if (next?.nextMs === undefined) return PAUSED_RETRY_S;
    return Math.max(1, Math.ceil((next.nextMs - next.nowMs) / 1_000));
  }
}

/** Of all suppliers that are not paused. */
function soonestOf(pulls: readonly Served<NextPull>[]): NextPull | undefined {
  const known = pulls.flatMap(({ value }) => (value?.nextMs === undefined ? [] : [value]));
  return known.toSorted((a, b) => (a.nextMs ?? 0) - (b.nextMs ?? 0))[0];
}

function oldestOf(lists: readonly ItemList[]): string | null {
  return lists.length === 0 ? null : secondsOfMs(Math.min(...lists.map(({ observedMs }) => observedMs)));
}
