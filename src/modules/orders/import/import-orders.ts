import type { Readable } from 'node:stream';
import type { Database, Tx } from '../../../platform/db/database.ts';
import { type CsvRow, readCsv } from '../../../platform/import/csv-rows.ts';
import { beginStaging, FaultList, type RowFault, stageRows } from '../../../platform/import/staging.ts';
import {
  dropExisting,
  findOrphans,
  findRepeated,
  indexStaging,
  openStaging,
  reserveIds,
  type StagedRow,
  stageLines,
  stageOrders,
  storeStaged,
} from './import-store.ts';
import { LINE_COLUMNS, ORDER_COLUMNS, readLineRow, readOrderRow } from './order-rows.ts';

/** Two CSV files: orders, and their lines. */
export interface OrderFiles {
  readonly orders: Readable;
  readonly lines: Readable;
}

export interface ImportProgress {
  readonly step: 'orders' | 'lines' | 'storing';
  /** Rows read so far, or orders stored so far. */
  readonly rows: number;
  /** Bytes of the file read so far. */
  readonly bytes: number;
}

type OnProgress = (progress: ImportProgress) => void;

export interface ImportedOrders {
  readonly orders: number;
  readonly lines: number;
  /** Orders that existed already. They and their lines are left unchanged. */
  readonly existingOrders: number;
  readonly existingLines: number;
}

export interface RefusedRow extends RowFault {
  readonly file: keyof OrderFiles;
}

type Refusals = FaultList<RefusedRow>;

/** Nothing was imported, because some rows cannot be. */
export class ImportRefused extends Error {
  /** The first refused rows. */
  readonly refused: readonly RefusedRow[];
  /** Number of all refused rows. */
  readonly count: number;
  constructor({ first, count }: Refusals) {
    super(`${count === 1 ? '1 row is' : `${count} rows are`} refused, so nothing was imported`);
    this.refused = first;
    this.count = count;
  }
}

/** Currency of the amounts. The files name none; they come from a shop that sells in US dollars. */
const CURRENCY = 'USD';

const ORDERS_PER_STATEMENT = 5_000;

/**
 * Imports orders with the ids they have in the file: all rows of both files or, if one row cannot be imported, none. An
 * order whose id exists already is left unchanged, so that a second import of the same files does nothing.
 *
 * Rows are first gathered in temporary tables of the transaction and then stored, so that the counts of blocks, for
 * which other writers wait, are locked only at the end, however long the files are.
 *
 * @throws ImportRefused, FileUnreadable
 */
export async function importOrders(
  database: Database,
  files: OrderFiles,
  onProgress: OnProgress = () => {},
): Promise<ImportedOrders> {
  // Before anything that takes time: a stream emits its failure as an event, which must have a listener.
  const rows = { orders: readCsv(files.orders, ORDER_COLUMNS), lines: readCsv(files.lines, LINE_COLUMNS) };
  try {
    // A single try, because streams cannot be read twice.
    return await database.transaction((tx) => importRows(tx, rows, onProgress), { maxTries: 1 });
  } finally {
    files.orders.destroy();
    files.lines.destroy();
  }
}

async function importRows(
  tx: Tx,
  { orders, lines }: Record<keyof OrderFiles, AsyncIterable<CsvRow>>,
  onProgress: OnProgress,
): Promise<ImportedOrders> {
  const refusals: Refusals = new FaultList();
  await beginStaging(tx);
  await openStaging(tx);
  await stageRows(orders, {
    read: readOrderRow,
    stage: (batch) => stageOrders(tx, batch),
    refuse: (fault) => refusals.add({ file: 'orders', ...fault }),
    onProgress: (progress) => onProgress({ step: 'orders', ...progress }),
  });
  await stageRows(lines, {
    read: (fields) => readLineRow(fields, CURRENCY),
    stage: (batch) => stageLines(tx, batch),
    refuse: (fault) => refusals.add({ file: 'lines', ...fault }),
    onProgress: (progress) => onProgress({ step: 'lines', ...progress }),
  });
  await indexStaging(tx);
  await refuseInconsistentRows(tx, refusals);
  if (refusals.count > 0) throw new ImportRefused(refusals);
  const existing = await dropExisting(tx);
  const stored = await storeAll(tx, (rows) => onProgress({ step: 'storing', rows, bytes: 0 }));
  return { ...stored, existingOrders: existing.orders, existingLines: existing.lines };
}

/** Refuses rows that are valid by themselves and contradict other rows. */
async function refuseInconsistentRows(tx: Tx, refusals: Refusals): Promise<void> {
  const refuse = (file: RefusedRow['file'], rows: readonly StagedRow[], reasonFor: (orderId: number) => string) => {
    for (const { line, orderId } of rows) refusals.add({ file, line, reason: reasonFor(orderId) });
  };
  refuse('orders', await findRepeated(tx), (id) => `order ${id} is in the file twice`);
  // The lines of a refused order would all be orphans and hide the real fault.
  if (refusals.first.some(({ file }) => file === 'orders')) return;
  refuse('lines', await findOrphans(tx), (id) => `there is no order ${id}`);
}

async function storeAll(tx: Tx, onStored: (orders: number) => void): Promise<{ orders: number; lines: number }> {
  const sum = { orders: 0, lines: 0 };
  await reserveIds(tx);
  for (let afterId: number | null = 0; afterId !== null; ) {
    const stored = await storeStaged(tx, CURRENCY, afterId, ORDERS_PER_STATEMENT);
    sum.orders += stored.orders;
    sum.lines += stored.lines;
    afterId = stored.lastId;
    if (stored.orders > 0) onStored(sum.orders);
  }
  return sum;
}
