import { Unavailable } from '../platform/errors.ts';
import type { Entry, ViewStore } from './memory-store.ts';
import type { FoundClaim, RemoteStore } from './remote-store.ts';
import type { Codec, Origin, Served, View, ViewOptions } from './view.ts';
import { type Source, ViewCounters } from './view-counters.ts';

interface Found<V> extends Pick<Entry<V>, 'value' | 'observedAt'> {
  readonly origin: Origin;
}

interface Load<V> {
  readonly startedAt: number;
  readonly bound: number;
  /** Whether the feed vouched when it began; if not, it asks the source itself. */
  readonly vouched: boolean;
  /** How much older than its own start its answer may be. */
  readonly reachMs: number;
  readonly outcome: Promise<Served<V>>;
  voided: boolean;
}

/** While the source is failing, entries answer at once instead of each waiting for its own failure. */
const SOURCE_REST_MS = 1_000;
/** While nobody vouches, a load is shared with those who come this soon after it began. */
const UNVOUCHED_SHARE_MS = 1_000;

/**
 * An entry is as old as the moment **before** its load began, so that a change made while it loaded can never be
 * hidden behind a younger stamp. Two things end an entry: its bound, and a change. A change also voids the loads that
 * are under way, whose results may be from before it: they still answer those who were waiting when the change came,
 * and are not kept.
 */
export class FreshView<K, V> implements View<K, V> {
  readonly name: string;
  readonly maxAgeMs: number;
  readonly counters = new ViewCounters();
  readonly #options: ViewOptions<K, V>;
  readonly #store: ViewStore<V>;
  readonly #remote: RemoteStore | undefined;
  readonly #isVouched: () => boolean;
  /** All that are under way, by key: several when some ask for a tighter bound than a load before them would meet. */
  readonly #loads = new Map<string, Set<Load<V>>>();
  #doubts = 0;
  #sourceFailedAt = Number.NEGATIVE_INFINITY;

  constructor(
    options: ViewOptions<K, V>,
    store: ViewStore<V>,
    isVouched: () => boolean,
    remote: RemoteStore | undefined,
  ) {
    this.name = options.name;
    this.maxAgeMs = options.maxAgeMs;
    this.#options = options;
    this.#store = store;
    this.#isVouched = isVouched;
    this.#remote = options.codec ? remote : undefined;
  }

  peek(key: K): Served<V> | undefined {
    const entry = this.#store.get(this.#options.keyOf(key));
    return entry && this.#ifFresh(entry, this.maxAgeMs);
  }

  async get(key: K, maxAgeMs = this.maxAgeMs): Promise<Served<V>> {
    const bound = Math.min(maxAgeMs, this.maxAgeMs);
    const name = this.#options.keyOf(key);
    const entry = this.#store.get(name);
    const hit = entry && this.#ifFresh(entry, bound);
    if (hit) return hit;
    const load = this.#joinable(name, bound) ?? this.#start(key, name, bound, this.#reason(entry, bound));
    return load.outcome;
  }

  invalidate(key: string): void {
    this.#store.delete(key);
    this.#void(key);
    this.#remote?.invalidate(this.name, key);
  }

  invalidatePart(key: string, part: string): void {
    const entry = this.#store.get(key);
    if (entry) {
      entry.dirty ??= new Map();
      entry.dirty.set(part, (entry.dirty.get(part) ?? 0) + 1);
    }
    this.#void(key);
    this.#remote?.invalidate(this.name, key);
  }

  invalidateAll(): void {
    this.#store.clear();
    for (const key of [...this.#loads.keys()]) this.#void(key);
    this.#remote?.invalidateAll();
  }

  markUncertain(): void {
    this.#doubts += 1;
    // The feed is back, or has just broken: whether the source fails is not known from before.
    this.#sourceFailedAt = Number.NEGATIVE_INFINITY;
    for (const key of [...this.#loads.keys()]) this.#void(key);
  }

  #ifFresh(entry: Entry<V>, bound: number): Served<V> | undefined {
    const ageMs = performance.now() - entry.observedAt;
    const boundMs = entry.value === undefined ? Math.min(bound, this.#negativeMaxAgeMs) : bound;
    if (ageMs > boundMs || isDirty(entry) || !this.#isVouchedFor(entry)) return undefined;
    this.counters.hit(ageMs);
    const served = { value: entry.value, ageMs, boundMs: this.#boundFor(entry.value) };
    return { ...served, source: 'hit', origin: 'memory', stale: false };
  }

  #isVouchedFor(entry: Entry<V>): boolean {
    return entry.vouchedIn === this.#doubts && this.#isVouched();
  }

  get #negativeMaxAgeMs(): number {
    return this.#options.negativeMaxAgeMs ?? this.maxAgeMs;
  }

  #boundFor(value: V | undefined): number {
    return value === undefined ? this.#negativeMaxAgeMs : this.maxAgeMs;
  }

  #reason(entry: Entry<V> | undefined, bound: number): Source {
    if (!entry) return 'miss';
    if (!this.#isVouchedFor(entry)) return 'uncertain';
    if (isDirty(entry)) return 'miss';
    return bound < this.maxAgeMs ? 'request' : 'stale';
  }

  /**
   * A load whose answer is within this bound, and that no change has voided since. While the feed does not vouch, a
   * change that was missed would have voided it: only a young load that asks the source itself will do then.
   */
  #joinable(name: string, bound: number): Load<V> | undefined {
    const now = performance.now();
    for (const load of this.#loads.get(name) ?? []) {
      const runningMs = now - load.startedAt;
      if (runningMs > bound || load.reachMs > bound) continue;
      if (!this.#isVouched() && (load.vouched || runningMs >= UNVOUCHED_SHARE_MS)) continue;
      this.counters.waits += 1;
      return load;
    }
    return undefined;
  }

  #void(name: string): void {
    for (const load of this.#loads.get(name) ?? []) load.voided = true;
    this.#loads.delete(name);
  }

  #start(key: K, name: string, bound: number, source: Source): Load<V> {
    const { promise: outcome, resolve, reject } = Promise.withResolvers<Served<V>>();
    const vouched = this.#isVouched();
    const reachMs = vouched && (this.#remote || this.#options.patch) ? bound : 0;
    const load: Load<V> = { startedAt: performance.now(), bound, vouched, reachMs, outcome, voided: false };
    this.#loads.set(name, (this.#loads.get(name) ?? new Set()).add(load));
    this.counters.missed(source);
    this.#run(key, name, source, load).then(resolve, reject);
    return load;
  }

  async #run(key: K, name: string, source: Source, load: Load<V>): Promise<Served<V>> {
    const vouchedIn = this.#doubts;
    try {
      const patched = await this.#patched(name, load);
      if (patched) return { ...patched, source };
      const { value, observedAt, origin } = await this.#fetch(key, name, load);
      if (!load.voided) this.#keep(name, { value, observedAt, vouchedIn });
      const ageMs = performance.now() - observedAt;
      return { value, ageMs, boundMs: this.#boundFor(value), source, origin, stale: false };
    } catch (error) {
      return this.#withoutSource(name, error);
    } finally {
      const loads = this.#loads.get(name);
      if (loads?.delete(load) && loads.size === 0) this.#loads.delete(name);
    }
  }

  #keep(name: string, entry: Entry<V>): void {
    const known = this.#store.get(name);
    // A later load may have ended sooner.
    if (known && known.observedAt > entry.observedAt && !isDirty(known) && this.#isVouchedFor(known)) return;
    this.#store.set(name, entry, entry.value === undefined ? 0 : this.#options.sizeOf(entry.value));
  }

  /** Brings the changed parts of an entry up to date, if that is all it lacks. */
  async #patched(name: string, load: Load<V>): Promise<Omit<Served<V>, 'source'> | undefined> {
    const { patch } = this.#options;
    const entry = this.#store.get(name);
    if (!patch || entry?.value === undefined || !isDirty(entry) || !this.#servesAs(entry, load)) return undefined;
    // Two at once could arrive in the other order, and older rows would be put over newer ones.
    while (entry.patching) await entry.patching;
    if (this.#store.get(name) !== entry) return undefined;
    if (isDirty(entry)) await this.#patch(entry, (parts) => patch(entry.value as V, parts));
    if (!this.#servesAs(entry, load)) return undefined;
    const ageMs = performance.now() - entry.observedAt;
    return { value: entry.value, ageMs, boundMs: this.maxAgeMs, origin: 'source', stale: false };
  }

  #servesAs(entry: Entry<V>, load: Load<V>): boolean {
    return load.vouched && this.#isVouchedFor(entry) && performance.now() - entry.observedAt <= load.bound;
  }

  /** A part that changes again meanwhile stays marked for the next reader; this one began before that was told. */
  async #patch(entry: Entry<V>, read: (parts: readonly string[]) => Promise<void>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    entry.patching = promise;
    const dirty = entry.dirty ?? new Map<string, number>();
    const marks = [...dirty];
    try {
      await read(marks.map(([part]) => part));
      for (const [part, mark] of marks) if (dirty.get(part) === mark) dirty.delete(part);
      this.counters.patches += 1;
    } finally {
      entry.patching = undefined;
      resolve();
    }
  }

  /** Another instance may know; else the source is asked, by one instance if they can agree on one. */
  async #fetch(key: K, name: string, load: Load<V>): Promise<Found<V>> {
    const { codec } = this.#options;
    if (!this.#remote || !codec || !load.vouched) return this.#ask(key, load.startedAt);
    const claim = await this.#remote.claim(this.name, name, load.bound);
    const found = claim.kind === 'found' ? this.#decoded(name, codec, claim) : undefined;
    if (found && performance.now() - found.observedAt <= Math.min(load.bound, this.#boundFor(found.value))) {
      this.counters.remoteHits += 1;
      return found;
    }
    try {
      const asked = await this.#ask(key, performance.now());
      if (claim.kind === 'ours') {
        const text = asked.value === undefined ? null : codec.encode(asked.value);
        await this.#remote.fill(claim, text, asked.observedAt, this.#boundFor(asked.value));
      }
      return asked;
    } catch (error) {
      if (claim.kind === 'ours') this.#remote.release(claim);
      throw error;
    }
  }

  /** What another instance left, unless it is of another version that writes otherwise. */
  #decoded(name: string, codec: Codec<V>, { text, ageMs }: FoundClaim): Found<V> | undefined {
    try {
      const value = text === null ? undefined : codec.decode(text);
      return { value, observedAt: performance.now() - ageMs, origin: 'shared' };
    } catch {
      this.#remote?.invalidate(this.name, name);
      return undefined;
    }
  }

  async #ask(key: K, observedAt: number): Promise<Found<V>> {
    if (observedAt - this.#sourceFailedAt < SOURCE_REST_MS && this.#lastResort(this.#options.keyOf(key))) {
      throw new Unavailable('source-failing', 'The source of this answer is failing', 1);
    }
    try {
      const value = await this.#options.load(key);
      this.counters.loaded(performance.now() - observedAt);
      this.#sourceFailedAt = Number.NEGATIVE_INFINITY;
      return { value, observedAt, origin: 'source' };
    } catch (error) {
      if (error instanceof Unavailable) this.#sourceFailedAt = performance.now();
      throw error;
    }
  }

  #withoutSource(name: string, error: unknown): Served<V> {
    const served = error instanceof Unavailable ? this.#lastResort(name) : undefined;
    if (!served) throw error;
    this.counters.stale += 1;
    return served;
  }

  /** What answers when the source fails: what is known, within its bound or within the grace the view declares. */
  #lastResort(name: string): Served<V> | undefined {
    const entry = this.#store.get(name);
    if (!entry || isDirty(entry)) return undefined;
    const ageMs = performance.now() - entry.observedAt;
    const boundMs = this.#boundFor(entry.value);
    if (ageMs > boundMs + (this.#options.staleOnErrorMs ?? 0)) return undefined;
    return { value: entry.value, ageMs, boundMs, source: 'stale', origin: 'memory', stale: ageMs > boundMs };
  }
}

function isDirty(entry: Entry<unknown>): boolean {
  return entry.dirty !== undefined && entry.dirty.size > 0;
}
