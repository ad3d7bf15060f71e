import type { Readable } from 'node:stream';
import type { Database, Tx } from '../../../platform/db/database.ts';
import { type CsvRow, type Fields, RowRefused, readCsv } from '../../../platform/import/csv-rows.ts';
import {
  dropKnown,
  findOrphans,
  findRepeated,
  indexStaging,
  type Misfit,
  openStaging,
  reserveIds,
  type Staged,
  stageLines,
  stageOrders,
  storeStaged,
} from './import-store.ts';
import { LINE_COLUMNS, ORDER_COLUMNS, readLineRow, readOrderRow } from './order-rows.ts';

/** Two CSV files: orders, and the lines they have. */
export interface OrderFiles {
  readonly orders: Readable;
  readonly lines: Readable;
}

export interface ImportProgress {
  readonly step: 'orders' | 'lines' | 'storing';
  /** Rows read, or orders stored. */
  readonly rows: number;
  /** Bytes of the file read. */
  readonly bytes: number;
}

type OnProgress = (progress: ImportProgress) => void;

export interface ImportedOrders {
  readonly orders: number;
  readonly lines: number;
  /** Orders that were there already. They are left as they are, and so are their lines. */
  readonly knownOrders: number;
  readonly knownLines: number;
}

export interface RefusedRow {
  readonly file: 'orders' | 'lines';
  readonly line: number;
  readonly reason: string;
}

/** Nothing was imported, as some rows cannot be: the first of them, and how many there are. */
export class ImportRefused extends Error {
  readonly refused: readonly RefusedRow[];
  readonly count: number;
  constructor({ first, count }: Refusals) {
    super(`${count === 1 ? '1 row is' : `${count} rows are`} refused, so nothing was imported`);
    this.refused = first;
    this.count = count;
  }
}

/** The files name no currency; they are of a shop that sells in this one. */
const CURRENCY = 'USD';

const BATCH = 1_000;
const STORED_AT_ONCE = 5_000;
const MAX_TOLD = 100;

/**
 * Imports orders with the ids they have, all of both files or, if a single row cannot be taken, nothing. An order
 * whose id is there already is left as it is, so that importing the same files again does nothing.
 *
 * Rows are gathered in tables of this transaction's own first, and only then stored: what others wait for, the counts
 * of blocks, is locked for the last moments only, however long the files are.
 *
 * @throws ImportRefused with the rows that cannot be taken, FileUnreadable
 */
export async function importOrders(
  database: Database,
  files: OrderFiles,
  onProgress: OnProgress = () => {},
): Promise<ImportedOrders> {
  // Before anything that takes time: a stream's failure is an event, and somebody must listen to it.
  const rows = { orders: readCsv(files.orders, ORDER_COLUMNS), lines: readCsv(files.lines, LINE_COLUMNS) };
  try {
    // Streams cannot be read twice, so this is not tried twice.
    return await database.transaction((tx) => importInto(tx, rows, onProgress), { maxTries: 1 });
  } finally {
    files.orders.destroy();
    files.lines.destroy();
  }
}

async function importInto(
  tx: Tx,
  { orders, lines }: Record<keyof OrderFiles, AsyncIterable<CsvRow>>,
  onProgress: OnProgress,
): Promise<ImportedOrders> {
  const refusals = new Refusals();
  await openStaging(tx);
  await stage(
    orders,
    readOrderRow,
    (rows) => stageOrders(tx, rows),
    refusals.in('orders'),
    (read) => onProgress({ step: 'orders', ...read }),
  );
  await stage(
    lines,
    readLineRow,
    (rows) => stageLines(tx, rows),
    refusals.in('lines'),
    (read) => onProgress({ step: 'lines', ...read }),
  );
  await indexStaging(tx);
  await refuseMisfits(tx, refusals);
  if (refusals.count > 0) throw new ImportRefused(refusals);
  const known = await dropKnown(tx);
  const stored = await storeAll(tx, (rows) => onProgress({ step: 'storing', rows, bytes: 0 }));
  return { ...stored, knownOrders: known.orders, knownLines: known.lines };
}

/** Reads a file to its end, row by row, and stages in batches what can be taken. */
async function stage<Row>(
  file: AsyncIterable<CsvRow>,
  readRow: (fields: Fields) => Row,
  keep: (batch: readonly Staged<Row>[]) => Promise<void>,
  refuse: (line: number, reason: string) => void,
  onRead: (read: { rows: number; bytes: number }) => void,
): Promise<void> {
  let batch: Staged<Row>[] = [];
  let read = { rows: 0, bytes: 0 };
  for await (const { line, fields, bytes } of file) {
    read = { rows: read.rows + 1, bytes };
    try {
      if (fields instanceof RowRefused) throw fields;
      batch.push({ line, row: readRow(fields) });
    } catch (error) {
      if (!(error instanceof RowRefused)) throw error;
      refuse(line, error.message);
    }
    if (batch.length < BATCH) continue;
    await keep(batch);
    batch = [];
    onRead(read);
  }
  if (batch.length > 0) await keep(batch);
  onRead(read);
}

/** Rows that are well formed each by itself, and still do not fit. */
async function refuseMisfits(tx: Tx, refusals: Refusals): Promise<void> {
  const tell = (file: RefusedRow['file'], misfits: readonly Misfit[], reason: (orderId: number) => string) => {
    for (const { line, orderId } of misfits) refusals.in(file)(line, reason(orderId));
  };
  tell('orders', await findRepeated(tx), (id) => `order ${id} is in the file twice`);
  // An order that was refused would make orphans of all its lines, and hide what is really wrong.
  if (refusals.first.some(({ file }) => file === 'orders')) return;
  tell('lines', await findOrphans(tx), (id) => `there is no order ${id}`);
}

async function storeAll(tx: Tx, onStored: (orders: number) => void): Promise<{ orders: number; lines: number }> {
  const sum = { orders: 0, lines: 0 };
  await reserveIds(tx);
  for (let afterId: number | null = 0; afterId !== null; ) {
    const stored = await storeStaged(tx, CURRENCY, afterId, STORED_AT_ONCE);
    sum.orders += stored.orders;
    sum.lines += stored.lines;
    afterId = stored.lastId;
    if (stored.orders > 0) onStored(sum.orders);
  }
  return sum;
}

class Refusals {
  readonly first: RefusedRow[] = [];
  count = 0;

  in(file: RefusedRow['file']): (line: number, reason: string) => void {
    return (line, reason) => {
      this.count += 1;
      if (this.first.length < MAX_TOLD) this.first.push({ file, line, reason });
    };
  }
}
