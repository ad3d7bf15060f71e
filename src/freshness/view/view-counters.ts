/**
 * Result of looking in memory: `hit`, or why the entry there could not be served. `request` means that the request
 * asked for a tighter bound, `uncertain` that changes may have been missed. The names are those of RFC 9211, except
 * `uncertain`.
 */
export type Lookup = 'hit' | 'miss' | 'stale' | 'request' | 'uncertain';

/** Counters of one view since the process started. Times are in milliseconds. */
export class ViewCounters {
  hits = 0;
  /** Reads that needed the source or another instance, by reason. */
  readonly misses: Record<Exclude<Lookup, 'hit'>, number> = { miss: 0, stale: 0, request: 0, uncertain: 0 };
  /** Reads that joined a load in progress. */
  waits = 0;
  /** Values that another instance had loaded. */
  remoteHits = 0;
  loads = 0;
  loadMs = 0;
  /** Entries whose changed parts were read instead of the whole value. */
  patches = 0;
  /** Answers served although the source failed. */
  stale = 0;
  /** Sum of the ages of all hits, for a mean. */
  ageMs = 0;
  greatestAgeMs = 0;

  hit(ageMs: number): void {
    this.hits += 1;
    this.ageMs += ageMs;
    if (ageMs > this.greatestAgeMs) this.greatestAgeMs = ageMs;
  }

  missed(reason: Exclude<Lookup, 'hit'>): void {
    this.misses[reason] += 1;
  }

  loaded(durationMs: number): void {
    this.loads += 1;
    this.loadMs += durationMs;
  }
}
