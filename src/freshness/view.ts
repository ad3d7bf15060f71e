import { Unavailable } from '../platform/errors.ts';
import type { ViewStore } from './memory-store.ts';
import type { RemoteStore } from './remote-store.ts';
import { ViewCounters } from './view-counters.ts';

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
  /** How a value travels to other instances; without it the view stays in this process. */
  readonly codec?: Codec<V>;
}

export interface Codec<V> {
  encode(value: V): string;
  decode(text: string): V;
}

/** RFC 9211's `hit`, or why what was in memory would not do. */
export type Source = 'hit' | 'miss' | 'stale' | 'request' | 'uncertain';

/** Who knew the answer: this process, another instance through Redis, or the source, asked for it. */
export type Origin = 'memory' | 'shared' | 'source';

export interface Served<V> {
  readonly value: V | undefined;
  /** At least the time that has passed since the source was asked, in milliseconds. */
  readonly ageMs: number;
  /** The bound this answer was held to, in milliseconds. */
  readonly boundMs: number;
  readonly source: Source;
  readonly origin: Origin;
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
  /** Anything may have changed. */
  invalidateAll(): void;
  /** Entries in memory are no longer known to be true; they answer only if the source fails, within their bound. */
  doubt(): void;
}

export interface Entry<V> {
  readonly value: V | undefined;
  /** `performance.now()` from before the load began, or earlier. */
  readonly observedAt: number;
  /** Counts doubts: an entry from before the last one is not vouched for. */
  readonly vouchedIn: number;
}

interface Found<V> extends Pick<Entry<V>, 'value' | 'observedAt'> {
  readonly origin: Origin;
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
    if (ageMs > boundMs || !this.#isVouchedFor(entry)) return undefined;
    this.counters.hit(ageMs);
    return {
      value: entry.value,
      ageMs,
      boundMs: this.#boundFor(entry.value),
      source: 'hit',
      origin: 'memory',
      stale: false,
    };
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
      const { value, observedAt, origin } = await this.#fetch(key, name, bound, load.startedAt);
      if (!load.voided) this.#keep(name, { value, observedAt, vouchedIn });
      const ageMs = performance.now() - observedAt;
      return { value, ageMs, boundMs: this.#boundFor(value), source, origin, stale: false };
    } catch (error) {
      return this.#withoutSource(name, error);
    } finally {
      if (this.#loads.get(name) === load) this.#loads.delete(name);
    }
  }

  #keep(name: string, entry: Entry<V>): void {
    this.#store.set(name, entry, entry.value === undefined ? 0 : this.#options.sizeOf(entry.value));
  }

  /** Another instance may know; else the source is asked, by one instance if they can agree on one. */
  async #fetch(key: K, name: string, bound: number, startedAt: number): Promise<Found<V>> {
    const { codec } = this.#options;
    if (!this.#remote || !codec || !this.#isVouched()) return this.#ask(key, startedAt);
    const claim = await this.#remote.claim(this.name, name, bound);
    if (claim.kind === 'found') {
      this.counters.remoteHits += 1;
      const value = claim.text === null ? undefined : codec.decode(claim.text);
      return { value, observedAt: performance.now() - claim.ageMs, origin: 'shared' };
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

  async #ask(key: K, observedAt: number): Promise<Found<V>> {
    if (observedAt - this.#sourceFailedAt < SOURCE_REST_MS && this.#store.get(this.#options.keyOf(key))) {
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

  /** The source failed: what is known answers while it is within its bound, or within the grace the view declares. */
  #withoutSource(name: string, error: unknown): Served<V> {
    const entry = this.#store.get(name);
    if (!entry || !(error instanceof Unavailable)) throw error;
    const ageMs = performance.now() - entry.observedAt;
    const boundMs = this.#boundFor(entry.value);
    if (ageMs > boundMs + (this.#options.staleOnErrorMs ?? 0)) throw error;
    this.counters.stale += 1;
    return { value: entry.value, ageMs, boundMs, source: 'stale', origin: 'memory', stale: ageMs > boundMs };
  }
}
