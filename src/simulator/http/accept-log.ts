/** One read request that arrived. */
export interface LogEntry {
  /** Arrival in milliseconds on the supplier's monotonic clock. */
  readonly atMs: number;
  readonly path: string;
  /** `false` if the request exceeded a limit and was refused with 429. */
  readonly accepted: boolean;
  /** Status of the answer; 0 until it is sent, and if it never is. */
  status: number;
  fault?: string;
}

const KEPT = 100_000;

/** Every read that arrived, in order. At least the last `KEPT` entries are kept. */
export class AcceptLog {
  #entries: LogEntry[] = [];

  add(atMs: number, path: string, accepted: boolean): LogEntry {
    const entry = { atMs, path, accepted, status: 0 };
    this.#entries.push(entry);
    if (this.#entries.length >= 2 * KEPT) this.#entries = this.#entries.slice(-KEPT);
    return entry;
  }

  entries(): readonly LogEntry[] {
    return this.#entries;
  }
}

/**
 * The greatest number of reads that arrived in any window `[t, t + windowMs)`. Refused reads count too, because their
 * sender exceeded the limit.
 */
export function mostInWindow(log: readonly Pick<LogEntry, 'atMs'>[], windowMs: number): number {
  const times = log.map(({ atMs }) => atMs).sort((a, b) => a - b);
  let most = 0;
  let first = 0;
  for (const [last, atMs] of times.entries()) {
    while (atMs - (times[first] ?? atMs) >= windowMs) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}
