import type { Served } from './view.ts';

/** A load that is in progress. */
export interface Load<V> {
  /** `performance.now()` when it began. */
  readonly startedAt: number;
  /** Maximum age of its answer, in milliseconds. */
  readonly boundMs: number;
  /** Whether the change feed was connected when it began. If not, it reads the source and nothing else. */
  readonly feedConnected: boolean;
  /**
   * How much older than its own start its answer may be, in milliseconds: 0 when it reads the source, more when it may
   * use a patched entry or another instance's.
   */
  readonly maxStalenessMs: number;
  readonly outcome: Promise<Served<V>>;
  /** Whether a change has arrived since it began. Its result may predate that change, so it is not kept. */
  voided: boolean;
}

/** How long callers may join a load that began while the feed was disconnected, in milliseconds. */
const DISCONNECTED_SHARE_MS = 1_000;

/** Loads of a view, by key. A key has several when a caller needs a tighter bound than an earlier load can meet. */
export class LoadsInProgress<V> {
  readonly #loads = new Map<string, Set<Load<V>>>();

  add(key: string, load: Load<V>): void {
    this.#loads.set(key, (this.#loads.get(key) ?? new Set()).add(load));
  }

  remove(key: string, load: Load<V>): void {
    const loads = this.#loads.get(key);
    if (loads?.delete(load) && loads.size === 0) this.#loads.delete(key);
  }

  /** Voids the loads of a key. They still answer the callers that wait for them, and no other caller joins them. */
  void(key: string): void {
    for (const load of this.#loads.get(key) ?? []) load.voided = true;
    this.#loads.delete(key);
  }

  voidAll(): void {
    for (const key of [...this.#loads.keys()]) this.void(key);
  }

  /**
   * Finds a load whose answer is within a bound. While the feed is disconnected, a change that was missed should have
   * voided the load: then only a recent load that reads the source itself may be joined.
   */
  findJoinable(key: string, boundMs: number, feedConnected: boolean): Load<V> | undefined {
    const now = performance.now();
    for (const load of this.#loads.get(key) ?? []) {
      const runningMs = now - load.startedAt;
      if (runningMs > boundMs || load.maxStalenessMs > boundMs) continue;
      if (!feedConnected && (load.feedConnected || runningMs >= DISCONNECTED_SHARE_MS)) continue;
      return load;
    }
    return undefined;
  }
}
