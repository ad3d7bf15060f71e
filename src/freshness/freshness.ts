import type { Change, ChangeFeed } from '../platform/db/change-feed.ts';
import { MemoryStore } from './memory-store.ts';
import type { RemoteStore } from './remote-store.ts';
import { FreshView, type View, type ViewOptions } from './view.ts';

/** How a view hears of changes: which of its keys each change touches; `null` touches them all. */
export type Touches = Readonly<Record<string, (keys: readonly string[]) => Iterable<string>>>;

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
      cut: () => {
        for (const view of this.#views) view.doubt();
        this.#remote?.invalidateAll();
      },
    });
  }

  /** @param touches by topic of the change feed, the keys of this view that a change of those rows touches */
  view<K, V>(options: ViewOptions<K, V>, touches: Touches, maxBytes: number): View<K, V> {
    const store = new MemoryStore<V>(maxBytes);
    const view = new FreshView(options, store, () => this.#feed.vouched, this.#remote);
    this.#views.push(view as unknown as View<never, unknown>);
    this.#feed.subscribe({ changed: (change) => apply(view, touches, change), cut() {} });
    return view;
  }

  get views(): readonly View<never, unknown>[] {
    return this.#views;
  }
}

function apply(view: View<never, unknown>, touches: Touches, { topic, keys }: Change): void {
  const touched = touches[topic];
  if (!touched) return;
  if (keys === null) view.invalidateAll();
  else for (const key of touched(keys)) view.invalidate(key);
}
