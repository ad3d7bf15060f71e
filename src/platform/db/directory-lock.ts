import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const SQLITE_BUSY = 5;

/** The embedded database cannot use its directory. The message says what to do, in one line. */
export class DataDirectoryError extends Error {
  /** Whether another process has it open. */
  get isBusy(): boolean {
    return isBusy(this.cause);
  }
}

/**
 * Takes a directory for this process alone, and creates it first where there is none.
 *
 * The lock is the operating system's own, held through an SQLite file because Node offers no `flock`. It ends with the
 * process, however that ends: a pid file would outlive a kill -9, and a pid means nothing in another container.
 *
 * @throws DataDirectoryError
 */
export function lockDirectory(directory: string): Disposable {
  let file: DatabaseSync | undefined;
  try {
    mkdirSync(directory, { recursive: true });
    file = new DatabaseSync(join(directory, 'lock.sqlite'), { timeout: 0 });
    file.exec('begin exclusive');
  } catch (error) {
    file?.close();
    throw toDirectoryError(directory, error);
  }
  return file;
}

function toDirectoryError(directory: string, error: unknown): DataDirectoryError {
  const [problem, remedy] = isBusy(error)
    ? ['is in use by another Holdfast process', 'Stop it, or set HOLDFAST_DATA_DIR to another directory.']
    : [`cannot be used: ${error}`, 'Set HOLDFAST_DATA_DIR to a directory that this user can write to.'];
  return new DataDirectoryError(`${directory} ${problem}. ${remedy}`, { cause: error });
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}
