import { Unavailable } from '../../platform/errors.ts';
import { type Entry, hasChangedParts, markPartChanged, patchChangedParts } from './entry.ts';
import { type Load, LoadsInProgress } from './loads-in-progress.ts';
import type { ViewStore } from './memory-store.ts';
import type { RemoteStore } from './remote-store.ts';
import type { Served, View, ViewOptions } from './view.ts';
import { type Lookup, ViewCounters } from './view-counters.ts';
import { ViewSource } from './view-source.ts';

/**
 * A view whose answers are never older than they say.
 *
 * The age of an entry counts from the moment **before** its load began, so that a change made during the load cannot be
 * hidden behind a later timestamp. Two things end an entry: its bound, and a change. A change also voids the loads of
 * its key that are in progress, because their results may predate it: they still answer the callers that were waiting
 * when the change came, and are not kept.
 */
export class FreshView<K, V> implements View<K, V> {
  readonly name: string;
  readonly maxAgeMs: number;
  readonly counters = new ViewCounters();
  readonly #options: ViewOptions<K, V>;
  readonly #store: ViewStore<V>;
  readonly #remote: RemoteStore | undefined;
  readonly #source: ViewSource<K, V>;
  readonly #isFeedConnected: () => boolean;
  readonly #loads = new LoadsInProgress<V>();
  /** Counts the moments at which changes may have been missed. An entry loaded before the last one is uncertain. */
  #feedEpoch = 0;

  constructor(
    options: ViewOptions<K, V>,
    store: ViewStore<V>,
    isFeedConnected: () => boolean,
    remote: RemoteStore | undefined,
  ) {
    this.name = options.name;
    this.maxAgeMs = options.maxAgeMs;
    this.#options = options;
    this.#store = store;
    this.#isFeedConnected = isFeedConnected;
    this.#remote = options.codec ? remote : undefined;
    this.#source = new ViewSource(options, this.#remote, this.counters);
  }

  peek(key: K): Served<V> | undefined {
    const entry = this.#store.get(this.#options.keyOf(key));
    return entry && this.#serveHit(entry, this.maxAgeMs);
  }

  async get(key: K, maxAgeMs = this.maxAgeMs): Promise<Served<V>> {
    const boundMs = Math.min(maxAgeMs, this.maxAgeMs);
    const keyText = this.#options.keyOf(key);
    const entry = this.#store.get(keyText);
    const hit = entry && this.#serveHit(entry, boundMs);
    if (hit) return hit;
    const joined = this.#loads.findJoinable(keyText, boundMs, this.#isFeedConnected());
    if (joined) this.counters.waits += 1;
    const load = joined ?? this.#startLoad(key, keyText, boundMs, this.#missReason(entry, boundMs));
    return load.outcome;
  }

  invalidate(key: string): void {
    this.#store.delete(key);
    this.#loads.void(key);
    this.#remote?.invalidate(this.name, key);
  }

  invalidatePart(key: string, part: string): void {
    const entry = this.#store.get(key);
    if (entry) markPartChanged(entry, part);
    this.#loads.void(key);
    this.#remote?.invalidate(this.name, key);
  }

  invalidateAll(): void {
    this.#store.clear();
    this.#loads.voidAll();
    this.#remote?.invalidateAll();
  }

  markUncertain(): void {
    this.#feedEpoch += 1;
    // The feed has just disconnected or reconnected, so an earlier failure of the source says nothing about now.
    this.#source.forgetFailure();
    this.#loads.voidAll();
  }

  #serveHit(entry: Entry<V>, maxAgeMs: number): Served<V> | undefined {
    const ageMs = performance.now() - entry.observedAt;
    const boundMs = this.#source.boundMs(entry.value);
    if (ageMs > Math.min(maxAgeMs, boundMs) || hasChangedParts(entry) || !this.#isCertain(entry)) return undefined;
    this.counters.hit(ageMs);
    return { value: entry.value, ageMs, boundMs, lookup: 'hit', origin: 'memory', stale: false };
  }

  /** Whether every change since the entry was loaded is known. */
  #isCertain(entry: Entry<V>): boolean {
    return entry.feedEpoch === this.#feedEpoch && this.#isFeedConnected();
  }

  #missReason(entry: Entry<V> | undefined, boundMs: number): Exclude<Lookup, 'hit'> {
    if (!entry) return 'miss';
    if (!this.#isCertain(entry)) return 'uncertain';
    if (hasChangedParts(entry)) return 'miss';
    return boundMs < this.maxAgeMs ? 'request' : 'stale';
  }

  #startLoad(key: K, keyText: string, boundMs: number, reason: Exclude<Lookup, 'hit'>): Load<V> {
    const { promise: outcome, resolve, reject } = Promise.withResolvers<Served<V>>();
    const feedConnected = this.#isFeedConnected();
    const maxStalenessMs = feedConnected && (this.#remote || this.#options.patch) ? boundMs : 0;
    const startedAt = performance.now();
    const load: Load<V> = { startedAt, boundMs, feedConnected, maxStalenessMs, outcome, voided: false };
    this.#loads.add(keyText, load);
    this.counters.missed(reason);
    this.#run(key, keyText, reason, load).then(resolve, reject);
    return load;
  }

  async #run(key: K, keyText: string, lookup: Lookup, load: Load<V>): Promise<Served<V>> {
    const feedEpoch = this.#feedEpoch;
    try {
      const patched = await this.#servePatched(keyText, load);
      if (patched) return { ...patched, lookup };
      const hasFallback = () => this.#fallback(keyText) !== undefined;
      const { value, observedAt, origin } = await this.#source.read(key, load, hasFallback);
      if (!load.voided) this.#keep(keyText, { value, observedAt, feedEpoch });
      const ageMs = performance.now() - observedAt;
      return { value, ageMs, boundMs: this.#source.boundMs(value), lookup, origin, stale: false };
    } catch (error) {
      return this.#serveFallback(keyText, error);
    } finally {
      this.#loads.remove(keyText, load);
    }
  }

  #keep(keyText: string, entry: Entry<V>): void {
    const current = this.#store.get(keyText);
    // A load that began later may have ended sooner.
    const isNewer = current && current.observedAt > entry.observedAt;
    if (isNewer && !hasChangedParts(current) && this.#isCertain(current)) return;
    this.#store.set(keyText, entry, entry.value === undefined ? 0 : this.#options.sizeOf(entry.value));
  }

  /** Serves the entry in memory with its changed parts updated, if nothing else is wrong with it. */
  async #servePatched(keyText: string, load: Load<V>): Promise<Omit<Served<V>, 'lookup'> | undefined> {
    const { patch } = this.#options;
    const entry = this.#store.get(keyText);
    if (!patch || entry?.value === undefined || !hasChangedParts(entry)) return undefined;
    const { value } = entry;
    if (!this.#isServable(entry, load)) return undefined;
    // One patch at a time: two could finish in the other order, and older rows would overwrite newer ones.
    while (entry.patching) await entry.patching;
    if (this.#store.get(keyText) !== entry) return undefined;
    if (hasChangedParts(entry)) {
      await patchChangedParts(entry, (parts) => patch(value, parts));
      this.counters.patches += 1;
    }
    if (!this.#isServable(entry, load)) return undefined;
    const ageMs = performance.now() - entry.observedAt;
    return { value, ageMs, boundMs: this.maxAgeMs, origin: 'source', stale: false };
  }

  /** Whether a patched entry is the answer of a load. */
  #isServable(entry: Entry<V>, { feedConnected, boundMs }: Load<V>): boolean {
    return feedConnected && this.#isCertain(entry) && performance.now() - entry.observedAt <= boundMs;
  }

  #serveFallback(keyText: string, error: unknown): Served<V> {
    const served = error instanceof Unavailable ? this.#fallback(keyText) : undefined;
    if (!served) throw error;
    this.counters.stale += 1;
    return served;
  }

  /** The entry to serve when the source fails: within its bound, or no more than `staleOnErrorMs` past it. */
  #fallback(keyText: string): Served<V> | undefined {
    const entry = this.#store.get(keyText);
    if (!entry || hasChangedParts(entry)) return undefined;
    const ageMs = performance.now() - entry.observedAt;
    const boundMs = this.#source.boundMs(entry.value);
    if (ageMs > boundMs + (this.#options.staleOnErrorMs ?? 0)) return undefined;
    return { value: entry.value, ageMs, boundMs, lookup: 'stale', origin: 'memory', stale: ageMs > boundMs };
  }
}
