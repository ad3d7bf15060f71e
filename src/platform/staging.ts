import { sql } from 'kysely';
import type { CsvFault, CsvRow } from './csv.ts';
import type { Tx } from './db/database.ts';

/** Some rows of a file cannot be taken, so none of them was. */
export class ImportRefused extends Error {
  /** The first of them, in the order of the file. */
  readonly faults: readonly CsvFault[];
  /** How many there are. */
  readonly count: number;
  constructor(faults: readonly CsvFault[], count: number) {
    super(`${count} rows refused`);
    this.faults = faults;
    this.count = count;
  }
}

/** How many faults are told one by one. */
export const MOST_FAULTS = 20;
const BATCH_ROWS = 2_000;
/** Few enough for one statement's time. */
const CHUNK_LINES = 50_000;

/** A transaction that reads a file may wait for its disk longer than one that serves a request. */
export async function beginStaging(tx: Tx): Promise<void> {
  await sql`set local idle_in_transaction_session_timeout = 0`.execute(tx);
  await sql`set local statement_timeout = 0`.execute(tx);
}

/**
 * Reads all rows into a table of the database's, a batch at a time, and refuses the file when one of them cannot be
 * read.
 *
 * @param read gives the row, or says in words what is wrong with it
 */
export async function stageRows<Row>(
  rows: AsyncIterable<CsvRow | CsvFault>,
  read: (row: CsvRow) => Row | string,
  stage: (batch: readonly Row[]) => Promise<void>,
): Promise<{ readonly rows: number; readonly lastLine: number }> {
  const faults: CsvFault[] = [];
  let faultCount = 0;
  let batch: Row[] = [];
  let count = 0;
  let lastLine = 0;
  for await (const row of rows) {
    lastLine = row.line;
    const staged = 'fault' in row ? row.fault : read(row);
    if (typeof staged !== 'string') {
      batch.push(staged);
      count += 1;
    } else {
      faultCount += 1;
      if (faults.length < MOST_FAULTS) faults.push({ line: row.line, fault: staged });
    }
    if (batch.length < BATCH_ROWS) continue;
    if (faultCount === 0) await stage(batch);
    batch = [];
  }
  if (faultCount > 0) throw new ImportRefused(faults, faultCount);
  if (batch.length > 0) await stage(batch);
  return { rows: count, lastLine };
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
