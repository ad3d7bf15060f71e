import type { Readable } from 'node:stream';
import { type ImportedOrders, type ImportProgress, ImportRefused, importOrders } from '../../modules/orders/index.ts';
import {
  findStateDifferences,
  type Imported,
  importStateLogs,
  importVehicles,
  STATE_LOG_COLUMNS,
  VEHICLE_COLUMNS,
} from '../../modules/vehicles/index.ts';
import type { Database } from '../../platform/db/database.ts';
import { readCsv } from '../../platform/import/csv-rows.ts';
import { FileRefused } from '../../platform/import/staging.ts';
import { CommandError } from '../parsing/exit-code.ts';

/** A CSV file to import. */
export interface ImportFile {
  readonly path: string;
  readonly bytes: number;
  /** Opens it from its start. The stream is closed when the import ends, however it ends. */
  open(): Readable;
}

/** Reports progress: the step, the part of it that is done, from 0 to 1, and a detail. */
type OnProgress = (step: string, doneShare: number, detail: string) => void;

/** Rows of files, with a sentence that says what they have in common. */
export interface RowList {
  readonly message: string;
  /** The first rows, in the order of the file. */
  readonly rows: readonly { readonly file: string; readonly line: number; readonly reason: string }[];
  /** Number of all rows. */
  readonly count: number;
}

export interface ImportResult {
  /** By kind of record: how many were stored, and how many the database had already. */
  readonly counts: readonly { readonly noun: string; readonly stored: number; readonly present: number }[];
  /** Rows that contradict the database. Nothing was changed because of them. */
  readonly differences?: RowList;
}

/** A kind of records to import, with the files that they are in. */
export interface ImportKind {
  readonly name: string;
  readonly summary: string;
  /** The options that name files, with their descriptions. */
  readonly files: Readonly<Record<string, string>>;
  readonly example: { readonly command: string; readonly description: string };
  /**
   * Imports the files, which are there under the names of `files`.
   *
   * @throws CommandError that names the rows that cannot be imported, FileUnreadable
   */
  run(database: Database, files: Readonly<Record<string, ImportFile>>, onProgress: OnProgress): Promise<ImportResult>;
}

const ORDERS: ImportKind = {
  name: 'orders',
  summary: 'Import orders and their lines',
  files: { orders: 'A CSV file of orders', lines: 'A CSV file of order lines' },
  example: {
    command: 'holdfast import orders --orders samples/northwind-orders.csv --lines samples/northwind-order-lines.csv',
    description: 'Import the sample orders',
  },
  async run(database, files, onProgress) {
    let orderCount = 0;
    const report = ({ step, rows, bytes }: ImportProgress) => {
      if (step === 'storing') return onProgress(step, rows / Math.max(orderCount, 1), formatCount(rows, 'order'));
      if (step === 'orders') orderCount = rows;
      onProgress(step, bytes / Math.max(fileOf(files, step).bytes, 1), formatCount(rows, 'row'));
    };
    try {
      const streams = { orders: fileOf(files, 'orders').open(), lines: fileOf(files, 'lines').open() };
      return { counts: countOrders(await importOrders(database, streams, report)) };
    } catch (error) {
      if (!(error instanceof ImportRefused)) throw error;
      const rows = error.refused.map(({ file, ...row }) => ({ file: fileOf(files, file).path, ...row }));
      throw new CommandError(formatRows({ message: error.message, rows, count: error.count }));
    }
  },
};

function countOrders({ orders, lines, existingOrders, existingLines }: ImportedOrders): ImportResult['counts'] {
  return [
    { noun: 'order', stored: orders, present: existingOrders },
    { noun: 'line', stored: lines, present: existingLines },
  ];
}

/** The files of vehicles, in the order in which they are imported: a log names a vehicle. */
const VEHICLE_FILES = [
  { name: 'vehicles', noun: 'vehicle', columns: VEHICLE_COLUMNS, store: importVehicles },
  { name: 'logs', noun: 'state log', columns: STATE_LOG_COLUMNS, store: importStateLogs },
] as const;

const VEHICLES: ImportKind = {
  name: 'vehicles',
  summary: 'Import vehicles and their state logs',
  files: { vehicles: 'A CSV file of vehicles', logs: 'A CSV file of state logs' },
  example: {
    command: 'holdfast import vehicles --vehicles samples/vehicles.csv --logs samples/state-logs.csv',
    description: 'Import the sample vehicles',
  },
  async run(database, files, onProgress) {
    const counts: ImportResult['counts'][number][] = [];
    for (const each of VEHICLE_FILES) {
      const { rows, added } = await importVehicleFile(database, fileOf(files, each.name), each, onProgress);
      counts.push({ noun: each.noun, stored: added, present: rows - added });
    }
    return { counts, ...(await listStateDifferences(database, fileOf(files, 'vehicles'))) };
  },
};

async function importVehicleFile(
  database: Database,
  file: ImportFile,
  { name, columns, store }: (typeof VEHICLE_FILES)[number],
  onProgress: OnProgress,
): Promise<Imported> {
  try {
    const csv = readCsv(file.open(), columns);
    const work = (tx: Parameters<typeof store>[0]) =>
      store(tx, csv, ({ rows, bytes }) => onProgress(name, bytes / Math.max(file.bytes, 1), formatCount(rows, 'row')));
    // A stream cannot be read twice, so there is one try.
    return await database.transaction(work, { maxTries: 1 });
  } catch (error) {
    if (!(error instanceof FileRefused)) throw error;
    const { message, faults, count } = error;
    throw new CommandError(formatRows({ message, rows: faults.map((row) => ({ file: file.path, ...row })), count }));
  }
}

const MAX_DIFFERENCES = 100;

/** The state logs decide the state of a vehicle. Where a file of vehicles says otherwise, that is only reported. */
async function listStateDifferences(database: Database, { path, open }: ImportFile) {
  const differences = await findStateDifferences(database, readCsv(open(), ['id']));
  if (differences.length === 0) return {};
  const message = `The state in the file differs from the last log for ${formatCount(differences.length, 'vehicle')}:`;
  const rows = differences.slice(0, MAX_DIFFERENCES).map((row) => ({ file: path, ...row }));
  return { differences: { message, rows, count: differences.length } };
}

export const IMPORT_KINDS: readonly ImportKind[] = [ORDERS, VEHICLES];

function fileOf(files: Readonly<Record<string, ImportFile>>, name: string): ImportFile {
  const file = files[name];
  if (file === undefined) throw new Error(`the import has no file ${name}`);
  return file;
}

/** The message, then a line for each row: `file:line: reason`. */
export function formatRows({ message, rows, count }: RowList): string {
  const lines = rows.map(({ file, line, reason }) => `\n  ${file}:${line}: ${reason}`);
  const more = count > rows.length ? `\n  and ${(count - rows.length).toLocaleString('en')} more` : '';
  return `${message}${lines.join('')}${more}`;
}

/** `1 order`, `830 orders`. */
export function formatCount(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
}
