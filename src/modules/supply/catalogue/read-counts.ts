import type { Database } from '../../../platform/db/database.ts';
import type { Logger } from '../../../platform/logger.ts';
import { addReads } from '../supplier/supplier-store.ts';

const FLUSH_EVERY_MS = 10_000;

/** Counts what readers read, part by part, and writes it down now and then for whoever plans the pulls. */
export class ReadCounts implements AsyncDisposable {
  readonly #database: Database;
  readonly #logger: Logger;
  readonly #timer: NodeJS.Timeout;
  #counts = new Map<string, Map<string, number>>();

  constructor(database: Database, logger: Logger) {
    this.#database = database;
    this.#logger = logger;
    this.#timer = setInterval(() => void this.flush(), FLUSH_EVERY_MS).unref();
  }

  count(supplierId: string, part: string, reads = 1): void {
    const parts = this.#counts.get(supplierId) ?? new Map<string, number>();
    this.#counts.set(supplierId, parts.set(part, (parts.get(part) ?? 0) + reads));
  }

  /** By one statement. What cannot be written now is written the next time. */
  async flush(): Promise<void> {
    const counts = this.#counts;
    if (counts.size === 0) return;
    this.#counts = new Map();
    const rows = [...counts].flatMap(([supplierId, parts]) =>
      [...parts].map(([part, reads]) => ({ supplierId, part, reads })),
    );
    try {
      await this.#database.statement((tx) => addReads(tx, rows));
    } catch (error) {
      this.#logger.warn({ err: error }, 'reads could not be written down; they are kept for the next time');
      for (const { supplierId, part, reads } of rows) this.count(supplierId, part, reads);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }
}
