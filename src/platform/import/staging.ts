import { sql } from 'kysely';
import type { Tx } from '../db/database.ts';
import { type CsvRow, type Fields, RowRefused } from './csv-rows.ts';

/** A row that cannot be imported, by the line on which it ends. */
export interface RowFault {
  readonly line: number;
  readonly reason: string;
}

/** A file was not imported because some of its rows cannot be. */
export class FileRefused extends Error {
  /** The first faults, in the sequence of the file. */
  readonly faults: readonly RowFault[];
  /** Number of all faults. */
  readonly count: number;
  constructor(faults: readonly RowFault[], count: number) {
    super(`${count === 1 ? '1 row is' : `${count} rows are`} refused, so nothing of the file was imported`);
    this.faults = faults;
    this.count = count;
  }
}

/** Maximum number of faults that are reported in full. */
export const MAX_LISTED_FAULTS = 100;

/** Collects faults: the first ones in full, and the number of all. */
export class FaultList<Fault> {
  readonly first: Fault[] = [];
  count = 0;

  add(fault: Fault): void {
    this.count += 1;
    if (this.first.length < MAX_LISTED_FAULTS) this.first.push(fault);
  }
}

export interface StagingProgress {
  /** Rows read so far. */
  readonly rows: number;
  /** Bytes of the file read so far. */
  readonly bytes: number;
}

const BATCH_ROWS = 2_000;
/** Lines per statement: few enough that a statement stays well within its time. */
const CHUNK_LINES = 50_000;

/** Lets a transaction wait for a file and run for long, which a request may not. */
export async function beginStaging(tx: Tx): Promise<void> {
  await sql`set local idle_in_transaction_session_timeout = 0`.execute(tx);
  await sql`set local statement_timeout = 0`.execute(tx);
}

/** A row of a file, with the line on which it ends. */
export type Staged<Row> = Row & { readonly line: number };

/** The steps that the rows of a file go through. */
interface Staging<Row> {
  /** Reads the fields of a row. @throws RowRefused if they are not valid */
  read(fields: Fields): Row;
  /** Stores a batch of valid rows in a temporary table. */
  stage(batch: readonly Staged<Row>[]): Promise<void>;
  /** Receives every row that is not valid. */
  refuse(fault: RowFault): void;
  onProgress?: ((progress: StagingProgress) => void) | undefined;
}

/**
 * Reads a file to its end and stages its valid rows in batches.
 *
 * @throws FileUnreadable
 */
export async function stageRows<Row>(
  rows: AsyncIterable<CsvRow>,
  { read, stage, refuse, onProgress = () => {} }: Staging<Row>,
): Promise<{ readonly rows: number; readonly lastLine: number }> {
  let batch: Staged<Row>[] = [];
  let count = 0;
  let last = { line: 0, bytes: 0 };
  for await (const row of rows) {
    last = row;
    count += 1;
    const result = tryRead(row, read);
    if (result instanceof RowRefused) refuse({ line: row.line, reason: result.message });
    else batch.push({ ...result, line: row.line });
    if (batch.length < BATCH_ROWS) continue;
    await stage(batch);
    batch = [];
    onProgress({ rows: count, bytes: last.bytes });
  }
  if (batch.length > 0) await stage(batch);
  onProgress({ rows: count, bytes: last.bytes });
  return { rows: count, lastLine: last.line };
}

/** Stages the rows of a file of which all must be valid. @throws FileRefused, FileUnreadable */
export async function stageValidRows<Row>(
  rows: AsyncIterable<CsvRow>,
  staging: Omit<Staging<Row>, 'refuse'>,
): Promise<{ readonly rows: number; readonly lastLine: number }> {
  const faults = new FaultList<RowFault>();
  const staged = await stageRows(rows, { ...staging, refuse: (fault) => faults.add(fault) });
  if (faults.count > 0) throw new FileRefused(faults.first, faults.count);
  return staged;
}

function tryRead<Row>({ fields }: CsvRow, read: (fields: Fields) => Row): Row | RowRefused {
  if (fields instanceof RowRefused) return fields;
  try {
    return read(fields);
  } catch (error) {
    if (error instanceof RowRefused) return error;
    throw error;
  }
}

/** Runs work on all staged lines, in chunks. @returns the sum of its results */
export async function inChunks(
  lastLine: number,
  work: (fromLine: number, toLine: number) => Promise<number>,
): Promise<number> {
  let sum = 0;
  for (let from = 0; from < lastLine; from += CHUNK_LINES) sum += await work(from, from + CHUNK_LINES);
  return sum;
}
