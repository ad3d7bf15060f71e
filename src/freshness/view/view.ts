import type { Lookup, ViewCounters } from './view-counters.ts';

/** Definition of a view: how its values are keyed, loaded, measured and shared. */
export interface ViewOptions<K, V> {
  readonly name: string;
  /** Text of a key: what the store, Redis and the change feed call it. */
  keyOf(key: K): string;
  /** Loads a value from the source. `undefined` means that nothing has this key; that answer is kept too. */
  load(key: K): Promise<V | undefined>;
  /** Staleness bound, in milliseconds. */
  readonly maxAgeMs: number;
  /** Staleness bound of the answer that nothing has a key, in milliseconds. Defaults to `maxAgeMs`. */
  readonly negativeMaxAgeMs?: number;
  /**
   * How far past its bound an entry may be served while the source fails, in milliseconds. Defaults to 0. Such an
   * answer is marked `stale`.
   */
  readonly staleOnErrorMs?: number;
  /** Approximate size of a value in memory, in bytes. */
  sizeOf(value: V): number;
  /**
   * Updates parts of a value in place, for values that are too large to load again when one row changes. What it reads
   * must be no older than its call.
   */
  patch?(value: V, parts: readonly string[]): Promise<void>;
  /** Encoding of a value for other instances. A view without a codec is not shared. */
  readonly codec?: Codec<V>;
}

export interface Codec<V> {
  encode(value: V): string;
  decode(text: string): V;
}

/** Where an answer came from: this process, another instance through Redis, or the source. */
export type Origin = 'memory' | 'shared' | 'source';

/** Age and origin of an answer, without its value. */
export interface ServedAge {
  /** Upper limit of the time since the source was read, in milliseconds. */
  readonly ageMs: number;
  /** Staleness bound of this answer, in milliseconds. */
  readonly boundMs: number;
  readonly lookup: Lookup;
  readonly origin: Origin;
  /** Whether the answer is past its bound. It is served only because the source failed. */
  readonly stale: boolean;
  /** For a source that belongs to another program: how its changes become known, and up to how long ago they are. */
  readonly follows?: { readonly method: string; readonly behindMs: number | undefined };
}

/** An answer of a view. */
export interface Served<V> extends ServedAge {
  readonly value: V | undefined;
}

/** A read model that answers from memory, within a staleness bound, and reports the age of every answer. */
export interface View<K, V> {
  readonly name: string;
  readonly maxAgeMs: number;
  readonly counters: ViewCounters;
  /** @param maxAgeMs a tighter bound than the view's own, in milliseconds; 0 reads the source */
  get(key: K, maxAgeMs?: number): Promise<Served<V>>;
  /** Returns the entry in memory if it is within its bound. It never loads. */
  peek(key: K): Served<V> | undefined;
  /** Ends the entry of a key that has changed. */
  invalidate(key: string): void;
  /** Marks a part of an entry as changed. Only for views that can patch. */
  invalidatePart(key: string, part: string): void;
  /** Ends every entry. */
  invalidateAll(): void;
  /** Marks every entry as uncertain: it is served only if the source fails, within its bound. */
  markUncertain(): void;
}
