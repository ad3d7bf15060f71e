import { Unavailable } from '../platform/errors.ts';
import type { Entry, ViewStore } from './memory-store.ts';
import type { RemoteStore } from './remote-store.ts';
import { type Source, ViewCounters } from './view-counters.ts';

/**
 * A read model that answers from memory and says how old its knowledge is.
 *
 * An entry is as old as the moment **before** its load began, so that a change made while it loaded can never be
 * hidden behind a younger stamp. Two things end an entry: its bound, and a change. A change also voids the loads that
 * are under way, whose results may be from before it: they still answer those who were waiting when the change came,
 * and are not kept.
 */
export interface ViewOptions<K, V> {
  readonly name: string;
  keyOf(key: K): string;
  /** Asks the source. `undefined` means that there is nothing under this key, which is knowledge too. */
  load(key: K): Promise<V | undefined>;
  /** The staleness bound, in milliseconds. */
  readonly maxAgeMs: number;
  /** The bound for knowing that there is nothing; the view's own unless told. */
  readonly negativeMaxAgeMs?: number;
  /** How far past its bound an entry may answer when its source fails; 0 unless told. The answer says so. */
  readonly staleOnErrorMs?: number;
  /** About how many bytes a value takes in memory. */
  sizeOf(value: V): number;
  /**
   * Brings parts of a value up to date in place, for values so large that one changed row should not load them
   * whole. What it reads must be no older than its call.
   */
  patch?(value: V, parts: readonly string[]): Promise<void>;
  /** How a value travels to other instances; without it the view stays in this process. */
  readonly codec?: Codec<V>;
}

export interface Codec<V> {
  encode(value: V): string;
  decode(text: string): V;
}

export interface Served<V> {
  readonly value: V | undefined;
  /** At least the time that has passed since the source was asked, in milliseconds. */
  readonly ageMs: number;
  /** The bound this answer was held to, in milliseconds. */
  readonly boundMs: number;
  readonly source: Source;
  /** Past its bound, and served because the source failed. */
  readonly stale: boolean;
}

export interface View<K, V> {
  readonly name: string;
  readonly maxAgeMs: number;
  readonly counters: ViewCounters;
  /** @param maxAgeMs a tighter bound than the view's own; 0 asks the source */
  get(key: K, maxAgeMs?: number): Promise<Served<V>>;
  /** What is in memory within the bound, or nothing: no promise, no load. */
  peek(key: K): Served<V> | undefined;
  /** Something under this key has changed. */
  invalidate(key: string): void;
  /** A part of the value under this key has changed; only for views that can patch. */
  invalidatePart(key: string, part: string): void;
  /** Anything may have changed. */
  invalidateAll(): void;
  /** Entries in memory are no longer known to be true; they answer only if the source fails, within their bound. */
  doubt(): void;
}

interface Load<V> {
  readonly startedAt: number;
  readonly outcome: Promise<Served<V>>;
  voided: boolean;
}

/** While the source is failing, entries answer at once instead of each waiting for its own failure. */
const SOURCE_REST_MS = 1_000;

export class FreshView<K, V> implements View<K, V> {
  readonly name: string;
  readonly maxAgeMs: number;
  readonly counters = new ViewCounters();
  readonly #options: ViewOptions<K, V>;
  readonly #store: ViewStore<V>;
  readonly #remote: RemoteStore | undefined;
  readonly #isVouched: () => boolean;
  readonly #loads = new Map<string, Load<V>>();
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
    entry?.dirty.set(part, (entry.dirty.get(part) ?? 0) + 1);
    this.#void(key);
  }

  invalidateAll(): void {
    this.#store.clear();
    for (const key of [...this.#loads.keys()]) this.#void(key);
    this.#remote?.invalidateAll();
  }

  doubt(): void {
    this.#doubts += 1;
    for (const key of [...this.#loads.keys()]) this.#void(key);
  }

  #ifFresh(entry: Entry<V>, bound: number): Served<V> | undefined {
    const ageMs = performance.now() - entry.observedAt;
    const boundMs = entry.value === undefined ? Math.min(bound, this.#negativeMaxAgeMs) : bound;
    if (ageMs > boundMs || entry.dirty.size > 0 || !this.#isVouchedFor(entry)) return undefined;
    this.counters.hit(ageMs);
    return { value: entry.value, ageMs, boundMs: this.#boundFor(entry.value), source: 'hit', stale: false };
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
    if (entry.dirty.size > 0) return 'miss';
    return bound < this.maxAgeMs ? 'request' : 'stale';
  }

  /** A load that began early enough for this bound, and that no change has voided since. */
  #joinable(name: string, bound: number): Load<V> | undefined {
    const load = this.#loads.get(name);
    if (!load || performance.now() - load.startedAt > bound) return undefined;
    this.counters.waits += 1;
    return load;
  }

  #void(name: string): void {
    const load = this.#loads.get(name);
    if (load) load.voided = true;
    this.#loads.delete(name);
  }

  #start(key: K, name: string, bound: number, source: Source): Load<V> {
    const { promise: outcome, resolve, reject } = Promise.withResolvers<Served<V>>();
    const load: Load<V> = { startedAt: performance.now(), outcome, voided: false };
    this.#loads.set(name, load);
    this.counters.missed(source);
    this.#run(key, name, bound, source, load).then(resolve, reject);
    return load;
  }

  async #run(key: K, name: string, bound: number, source: Source, load: Load<V>): Promise<Served<V>> {
    const vouchedIn = this.#doubts;
    try {
      const patched = await this.#patched(name, bound);
      if (patched) return { ...patched, source };
      const { value, observedAt } = await this.#fetch(key, name, bound, load.startedAt);
      if (!load.voided) this.#keep(name, { value, observedAt, vouchedIn, dirty: new Map() });
      const ageMs = performance.now() - observedAt;
      return { value, ageMs, boundMs: this.#boundFor(value), source, stale: false };
    } catch (error) {
      return this.#withoutSource(name, error);
    } finally {
      if (this.#loads.get(name) === load) this.#loads.delete(name);
    }
  }

  #keep(name: string, entry: Entry<V>): void {
    this.#store.set(name, entry, entry.value === undefined ? 0 : this.#options.sizeOf(entry.value));
  }

  /**
   * Brings the changed parts of an entry up to date, if that is all it lacks. A part that changes again meanwhile
   * stays marked for the next reader; this one began before that change was told.
   */
  async #patched(name: string, bound: number): Promise<Omit<Served<V>, 'source'> | undefined> {
    const entry = this.#store.get(name);
    const { patch } = this.#options;
    if (!patch || entry?.value === undefined || entry.dirty.size === 0) return undefined;
    if (performance.now() - entry.observedAt > bound || !this.#isVouchedFor(entry)) return undefined;
    const marks = [...entry.dirty];
    await patch(
      entry.value,
      marks.map(([part]) => part),
    );
    for (const [part, mark] of marks) if (entry.dirty.get(part) === mark) entry.dirty.delete(part);
    this.counters.patches += 1;
    const ageMs = performance.now() - entry.observedAt;
    return { value: entry.value, ageMs, boundMs: this.maxAgeMs, stale: false };
  }

  /** Another instance may know; else the source is asked, by one instance if they can agree on one. */
  async #fetch(
    key: K,
    name: string,
    bound: number,
    startedAt: number,
  ): Promise<Pick<Entry<V>, 'value' | 'observedAt'>> {
    const { codec } = this.#options;
    if (!this.#remote || !codec || !this.#isVouched()) return this.#ask(key, startedAt);
    const claim = await this.#remote.claim(this.name, name, bound);
    if (claim.kind === 'found') {
      this.counters.remoteHits += 1;
      const value = claim.text === null ? undefined : codec.decode(claim.text);
      return { value, observedAt: performance.now() - claim.ageMs };
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

  async #ask(key: K, observedAt: number): Promise<Pick<Entry<V>, 'value' | 'observedAt'>> {
    if (observedAt - this.#sourceFailedAt < SOURCE_REST_MS && this.#store.get(this.#options.keyOf(key))) {
      throw new Unavailable('source-failing', 'The source of this answer is failing', 1);
    }
    try {
      const value = await this.#options.load(key);
      this.counters.loaded(performance.now() - observedAt);
      this.#sourceFailedAt = Number.NEGATIVE_INFINITY;
      return { value, observedAt };
    } catch (error) {
      if (error instanceof Unavailable) this.#sourceFailedAt = performance.now();
      throw error;
    }
  }

  /** The source failed: what is known answers while it is within its bound, or within the grace the view declares. */
  #withoutSource(name: string, error: unknown): Served<V> {
    const entry = this.#store.get(name);
    if (!entry || entry.dirty.size > 0 || !(error instanceof Unavailable)) throw error;
    const ageMs = performance.now() - entry.observedAt;
    const boundMs = this.#boundFor(entry.value);
    if (ageMs > boundMs + (this.#options.staleOnErrorMs ?? 0)) throw error;
    this.counters.stale += 1;
    return { value: entry.value, ageMs, boundMs, source: 'stale', stale: ageMs > boundMs };
  }
}
