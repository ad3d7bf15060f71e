import type { Database } from '../../../platform/db/database.ts';
import type { Logger } from '../../../platform/logger.ts';
import { formatPartitionKey, type PartitionKey } from '../supplier/partition.ts';
import { addReads } from '../supplier/read-count-store.ts';

const FLUSH_EVERY_MS = 10_000;

interface PartitionCount extends PartitionKey {
  reads: number;
}

/** Counts reads of partitions, and stores the counts from time to time for the planner. */
export class ReadCounts implements AsyncDisposable {
  readonly #database: Database;
  readonly #logger: Logger;
  readonly #timer: NodeJS.Timeout;
  #counts = new Map<string, PartitionCount>();

  constructor(database: Database, logger: Logger) {
    this.#database = database;
    this.#logger = logger;
    this.#timer = setInterval(() => void this.flush(), FLUSH_EVERY_MS).unref();
  }

  count(key: PartitionKey, reads = 1): void {
    const name = formatPartitionKey(key);
    const counted = this.#counts.get(name);
    if (counted) counted.reads += reads;
    else this.#counts.set(name, { ...key, reads });
  }

  /** Stores the counts in one statement. Counts that cannot be stored now are kept for the next time. */
  async flush(): Promise<void> {
    if (this.#counts.size === 0) return;
    const counts = [...this.#counts.values()];
    this.#counts = new Map();
    try {
      await this.#database.statement((tx) => addReads(tx, counts));
    } catch (error) {
      this.#logger.warn({ err: error }, 'read counts could not be stored; retrying later');
      for (const { reads, ...key } of counts) this.count(key, reads);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }
}
