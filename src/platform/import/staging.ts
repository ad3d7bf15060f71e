import { sql } from 'kysely';
import type { Tx } from '../db/database.ts';
import { type CsvRow, type Fields, RowRefused } from './csv-rows.ts';

/** What is wrong with a row, and where it ends. */
export interface RowFault {
  readonly line: number;
  readonly reason: string;
}

/** Some rows of a file cannot be taken, so none of them was. */
export class FileRefused extends Error {
  /** The first of them, in the order of the file. */
  readonly faults: readonly RowFault[];
  readonly count: number;
  constructor(faults: readonly RowFault[], count: number) {
    super(`${count === 1 ? '1 row is' : `${count} rows are`} refused, so nothing of the file was imported`);
    this.faults = faults;
    this.count = count;
  }
}

export interface StagingProgress {
  /** Rows read so far. */
  readonly rows: number;
  /** Bytes of the file read so far. */
  readonly bytes: number;
}

/** How many faults are told one by one. */
export const MOST_FAULTS = 100;
const BATCH_ROWS = 2_000;
/** Few enough for one statement's time. */
const CHUNK_LINES = 50_000;

/** A transaction that reads a file may wait for its disk longer than one that serves a request. */
export async function beginStaging(tx: Tx): Promise<void> {
  await sql`set local idle_in_transaction_session_timeout = 0`.execute(tx);
  await sql`set local statement_timeout = 0`.execute(tx);
}

export type Staged<Row> = Row & { readonly line: number };

/**
 * Reads all rows into a table of the database's, a batch at a time.
 *
 * @param read throws `RowRefused` when it cannot take a row
 * @throws FileRefused when there are such rows, FileUnreadable
 */
export async function stageRows<Row>(
  rows: AsyncIterable<CsvRow>,
  read: (fields: Fields) => Row,
  stage: (batch: readonly Staged<Row>[]) => Promise<void>,
  onProgress: (progress: StagingProgress) => void = () => {},
): Promise<{ readonly rows: number; readonly lastLine: number }> {
  const faults: RowFault[] = [];
  let faultCount = 0;
  let batch: Staged<Row>[] = [];
  let count = 0;
  let at = { line: 0, bytes: 0 };
  for await (const row of rows) {
    at = row;
    count += 1;
    const staged = readOr(row, read);
    if (!(staged instanceof RowRefused)) batch.push({ ...staged, line: row.line });
    else {
      faultCount += 1;
      if (faults.length < MOST_FAULTS) faults.push({ line: row.line, reason: staged.message });
    }
    if (batch.length < BATCH_ROWS) continue;
    if (faultCount === 0) await stage(batch);
    batch = [];
    onProgress({ rows: count, bytes: at.bytes });
  }
  if (faultCount > 0) throw new FileRefused(faults, faultCount);
  if (batch.length > 0) await stage(batch);
  onProgress({ rows: count, bytes: at.bytes });
  return { rows: count, lastLine: at.line };
}

function readOr<Row>({ fields }: CsvRow, read: (fields: Fields) => Row): Row | RowRefused {
  if (fields instanceof RowRefused) return fields;
  try {
    return read(fields);
  } catch (error) {
    if (error instanceof RowRefused) return error;
    throw error;
  }
}

/** Does something with all staged lines, some at a time. @returns the sum of what it returns */
export async function inChunks(
  lastLine: number,
  work: (fromLine: number, toLine: number) => Promise<number>,
): Promise<number> {
  let sum = 0;
  for (let from = 0; from < lastLine; from += CHUNK_LINES) sum += await work(from, from + CHUNK_LINES);
  return sum;
}
