/** RFC 9211's `hit`, or why what was in memory would not do. */
export type Source = 'hit' | 'miss' | 'stale' | 'request' | 'uncertain';

/** What a view has done since the process began. Times are in milliseconds. */
export class ViewCounters {
  hits = 0;
  /** Asked of the source, or of another instance, by reason. */
  readonly misses: Record<Exclude<Source, 'hit'>, number> = { miss: 0, stale: 0, request: 0, uncertain: 0 };
  /** Joined somebody else's load. */
  waits = 0;
  remoteHits = 0;
  loads = 0;
  loadMs = 0;
  /** Brought a part up to date instead of loading the whole. */
  patches = 0;
  /** Answered although the source failed. */
  stale = 0;
  /** The age at which hits were served: the sum, for a mean, and the greatest. */
  ageMs = 0;
  greatestAgeMs = 0;

  hit(ageMs: number): void {
    this.hits += 1;
    this.ageMs += ageMs;
    if (ageMs > this.greatestAgeMs) this.greatestAgeMs = ageMs;
  }

  missed(source: Source): void {
    if (source !== 'hit') this.misses[source] += 1;
  }

  loaded(durationMs: number): void {
    this.loads += 1;
    this.loadMs += durationMs;
  }
}
