import type { Change, ChangeFeed } from '../platform/db/change-feed.ts';
import { FreshView } from './fresh-view.ts';
import { MemoryStore } from './memory-store.ts';
import type { RemoteStore } from './remote-store.ts';
import type { View, ViewOptions } from './view.ts';

/** What a change of rows does to a view. */
type Touch = (keys: readonly string[]) => void;

/** How a view hears of changes, by topic of the change feed. A change told without its keys touches all of it. */
export type Touches = Readonly<Record<string, Touch>>;

/** The views of one process: their common bound in bytes, the feed that ends their entries, and what they share. */
export class Freshness {
  readonly #feed: ChangeFeed;
  readonly #remote: RemoteStore | undefined;
  readonly #views: View<never, unknown>[] = [];

  constructor(feed: ChangeFeed, remote: RemoteStore | undefined) {
    this.#feed = feed;
    this.#remote = remote;
    feed.subscribe({
      changed() {},
      cut: (again) => {
        for (const view of this.#views) view.markUncertain();
        // What is shared is left alone until the feed is back, and is then put anew: once is enough for the others.
        if (!again) this.#remote?.invalidateAll();
      },
    });
  }

  /** @param maxBytes what its entries may take in memory */
  view<K, V>(options: ViewOptions<K, V>, maxBytes: number): View<K, V> {
    const store = new MemoryStore<V>(maxBytes);
    const view = new FreshView(options, store, () => this.#feed.isConnected, this.#remote);
    this.#views.push(view as unknown as View<never, unknown>);
    return view;
  }

  /** Lets changes of rows end what a view knows. */
  listen(view: Pick<View<never, unknown>, 'invalidateAll'>, touches: Touches): void {
    this.#feed.subscribe({
      cut() {},
      changed({ topic, keys }: Change) {
        if (!Object.hasOwn(touches, topic)) return;
        if (keys === null) view.invalidateAll();
        else touches[topic]?.(keys);
      },
    });
  }

  get views(): readonly View<never, unknown>[] {
    return this.#views;
  }
}
