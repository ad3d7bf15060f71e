import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const SQLITE_BUSY = 5;

export class DirectoryInUse extends Error {
  constructor(directory: string) {
    super(`${directory} is in use by another Holdfast process; stop it, or set HOLDFAST_DATA_DIR to another directory`);
  }
}

/**
 * Takes a directory for this process alone. The lock is the operating system's own (through an SQLite file, as
 * Node offers no `flock`), so it ends with the process however that ends: a pid file would outlive a kill -9,
 * and a pid means nothing in another container.
 */
export function lockDirectory(directory: string): Disposable {
  const file = new DatabaseSync(join(directory, 'lock.sqlite'), { timeout: 0 });
  try {
    file.exec('begin exclusive');
  } catch (error) {
    file.close();
    throw isBusy(error) ? new DirectoryInUse(directory) : error;
  }
  return { [Symbol.dispose]: () => file.close() };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}
