/**
 * The database's clock, read from memory. A sample arrives with every round trip of the change feed; between samples
 * this process's monotonic clock continues it. After the first sample, the machine's own wall clock has no influence.
 *
 * The database took a sample at some moment between the question and the answer, which gives two limits of the present.
 * Code that must not underestimate an age takes the later one as now, and the earlier one as the start of a load.
 */
export interface DatabaseClock {
  /** Lower limit of the database's time, in milliseconds since 1970 UTC. */
  earliestMs(): number;
  /** Upper limit of the database's time, in milliseconds since 1970 UTC. */
  latestMs(): number;
}

export class SampledClock implements DatabaseClock {
  // The machine's own clock, until the first sample.
  #databaseMs = Date.now();
  #askedAt = performance.now();
  #answeredAt = performance.now();

  /** Takes a sample that the database read between `askedAt` and now, both by `performance.now()`. */
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
