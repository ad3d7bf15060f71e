import type { Change, ChangeFeed } from '../platform/db/change-feed.ts';
import { FreshView } from './view/fresh-view.ts';
import { MemoryStore } from './view/memory-store.ts';
import type { RemoteStore } from './view/remote-store.ts';
import type { View, ViewOptions } from './view/view.ts';

/**
 * How changes invalidate a view: by topic of the change feed, a function that receives the keys of the changed rows. A
 * change without keys ends every entry of the view, without a call.
 */
export type Invalidations = Readonly<Record<string, (keys: readonly string[]) => void>>;

/** The views of one process, the change feed that ends their entries, and the store they share with other instances. */
export class Freshness {
  readonly #feed: ChangeFeed;
  readonly #remote: RemoteStore | undefined;
  readonly #views: View<never, unknown>[] = [];

  constructor(feed: ChangeFeed, remote: RemoteStore | undefined) {
    this.#feed = feed;
    this.#remote = remote;
    feed.subscribe({
      changed() {},
      interrupted: (repeated) => {
        for (const view of this.#views) view.markUncertain();
        // Shared entries end when the feed disconnects and when it reconnects, and not at every commit between: this
        // instance does not use them until it has reconnected, and the other instances need to be notified once only.
        if (!repeated) this.#remote?.invalidateAll();
      },
    });
  }

  /** @param maxBytes memory for the entries of this view, in bytes */
  view<K, V>(options: ViewOptions<K, V>, maxBytes: number): View<K, V> {
    const store = new MemoryStore<V>(maxBytes);
    const view = new FreshView(options, store, () => this.#feed.isConnected, this.#remote);
    this.#views.push(view as unknown as View<never, unknown>);
    return view;
  }

  /** Lets changes in the database invalidate a view. */
  listen(view: Pick<View<never, unknown>, 'invalidateAll'>, invalidations: Invalidations): void {
    this.#feed.subscribe({
      interrupted() {},
      changed({ topic, keys }: Change) {
        if (!Object.hasOwn(invalidations, topic)) return;
        if (keys === null) view.invalidateAll();
        else invalidations[topic]?.(keys);
      },
    });
  }

  get views(): readonly View<never, unknown>[] {
    return this.#views;
  }
}
