/**
 * The database's time, read from memory: samples come with every word from the change feed, and between two of
 * them this process's monotonic clock counts on. How far the machine's own wall clock is off changes nothing.
 *
 * A sample was taken somewhere between asking and answering, which gives two bounds on the present. Whoever must
 * not think too little of an age takes the late one for now and the early one for the moment a load began.
 */
export interface DatabaseClock {
  /** Milliseconds since 1970 UTC; the database's clock shows no less than this. */
  earliestMs(): number;
  /** Milliseconds since 1970 UTC; the database's clock shows no more than this. */
  latestMs(): number;
}

export class SampledClock implements DatabaseClock {
  // Before the first sample the machine's own clock must do.
  #databaseMs = Date.now();
  #askedAt = performance.now();
  #answeredAt = performance.now();

  /** `databaseMs` was read at some moment between `askedAt` and now, both by `performance.now()`. */
  sample(databaseMs: number, askedAt: number): void {
    this.#databaseMs = databaseMs;
    this.#askedAt = askedAt;
    this.#answeredAt = performance.now();
  }

  earliestMs(): number {
    return this.#databaseMs + (performance.now() - this.#answeredAt);
  }

  latestMs(): number {
    return this.#databaseMs + (performance.now() - this.#askedAt);
  }
}
