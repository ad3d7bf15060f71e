import type { Source, ViewCounters } from './view-counters.ts';

/** What a view is made of. */
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

/** A read model that answers from memory and says how old its knowledge is. */
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
  markUncertain(): void;
}
