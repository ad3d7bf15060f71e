import { createReadStream, statSync } from 'node:fs';
import {
  findStateDifferences,
  type Imported,
  importStateLogs,
  importVehicles,
  STATE_LOG_COLUMNS,
  VEHICLE_COLUMNS,
} from '../modules/vehicles/index.ts';
import type { Database, Tx } from '../platform/db/database.ts';
import { type CsvRow, FileUnreadable, readCsv } from '../platform/import/csv-rows.ts';
import { FileRefused, type StagingProgress } from '../platform/import/staging.ts';
import { type Printer, ProgressBar } from '../platform/progress-bar.ts';
import { ImportError, sayCount, sayRows } from './import-error.ts';

type Import = (
  tx: Tx,
  rows: AsyncIterable<CsvRow>,
  onProgress: (progress: StagingProgress) => void,
) => Promise<Imported>;

const MOST_DIFFERENCES = 100;

/** Vehicles first, then logs, each file in a transaction of its own; then what the two say is compared. */
export async function importVehicleFiles(
  database: Database,
  { vehicles, logs }: Readonly<Record<'vehicles' | 'logs', string>>,
  printer: Printer,
): Promise<string> {
  const bar = new ProgressBar(printer);
  const run = (file: string, columns: readonly string[], work: Import) =>
    importFile(database, file, columns, work, bar);
  const vehicleCount = await run(vehicles, VEHICLE_COLUMNS, importVehicles);
  const logCount = await run(logs, STATE_LOG_COLUMNS, importStateLogs);
  return `${report(vehicleCount, logCount)}${await sayDifferences(database, vehicles)}`;
}

async function importFile(
  database: Database,
  file: string,
  columns: readonly string[],
  work: Import,
  bar: ProgressBar,
): Promise<Imported> {
  const bytes = Math.max(statSync(file).size, 1);
  const source = createReadStream(file);
  const onProgress = (progress: StagingProgress) => {
    bar.show(file, progress.bytes / bytes, sayCount(progress.rows, 'row'));
  };
  try {
    // A stream cannot be read twice, so this is not tried twice.
    return await database.transaction((tx) => work(tx, readCsv(source, columns), onProgress), { maxTries: 1 });
  } catch (error) {
    if (error instanceof FileUnreadable) throw new ImportError(`${file}: ${error.message}`);
    if (!(error instanceof FileRefused)) throw error;
    const faults = error.faults.map((fault) => ({ file, ...fault }));
    throw new ImportError(sayRows(error.message, faults, error.count));
  } finally {
    bar.end();
    source.destroy();
  }
}

function report(vehicles: Imported, logs: Imported): string {
  const stored = `Stored ${sayCount(vehicles.added, 'vehicle')} and ${sayCount(logs.added, 'state log')}.\n`;
  const [knownVehicles, knownLogs] = [vehicles.rows - vehicles.added, logs.rows - logs.added];
  if (knownVehicles + knownLogs === 0) return stored;
  const known = `${sayCount(knownVehicles, 'vehicle')} and ${sayCount(knownLogs, 'state log')}`;
  return `${stored}Left as they are, because they are there already: ${known}.\n`;
}

/** The logs decide what state a vehicle is in; a file of vehicles that says otherwise is told, and nothing else. */
async function sayDifferences(database: Database, file: string): Promise<string> {
  const differences = await findStateDifferences(database, readCsv(createReadStream(file), ['id']));
  if (differences.length === 0) return '';
  const told = differences.slice(0, MOST_DIFFERENCES).map((difference) => ({ file, ...difference }));
  const message = `${sayCount(differences.length, 'vehicle')} in another state than the file of vehicles says:`;
  return `${sayRows(message, told, differences.length)}\n`;
}
