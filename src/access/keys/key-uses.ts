import type { Database } from '../../platform/db/database.ts';
import type { Logger } from '../../platform/logger.ts';
import { noteUses } from './key-store.ts';

const WRITE_EVERY_MS = 5_000;

/** The last use of each key, written in the background. A use that is lost with its process is only a date. */
export class KeyUses implements AsyncDisposable {
  readonly #database: Database;
  readonly #logger: Logger;
  readonly #pending = new Set<string>();
  readonly #timer: NodeJS.Timeout;

  constructor(database: Database, logger: Logger) {
    this.#database = database;
    this.#logger = logger;
    this.#timer = setInterval(() => void this.#write(), WRITE_EVERY_MS).unref();
  }

  note(keyId: string): void {
    this.#pending.add(keyId);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#write();
  }

  async #write(): Promise<void> {
    if (this.#pending.size === 0) return;
    const keyIds = [...this.#pending];
    this.#pending.clear();
    try {
      await this.#database.transaction((tx) => noteUses(tx, keyIds));
    } catch (error) {
      this.#logger.debug({ err: error }, 'the last uses of keys could not be written');
    }
  }
}
