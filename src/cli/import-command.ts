import { createReadStream, existsSync, statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { migrateDatabase, openDatabase } from '../compose.ts';
import type { Config } from '../config/config.ts';
import { type ImportedOrders, type ImportProgress, ImportRefused, importOrders } from '../modules/orders/index.ts';
import type { Database } from '../platform/db/database.ts';
import { FileUnreadable } from '../platform/import/csv-rows.ts';
import { createLogger } from '../platform/logger.ts';
import { type Printer, ProgressBar } from '../platform/progress-bar.ts';
import { ImportError, sayCount, sayRows } from './import-error.ts';
import { importVehicleFiles } from './import-vehicles.ts';

export const IMPORT_USAGE = `  import orders --orders FILE --lines FILE
             store the orders of two CSV files; those that are there already are left as they are
  import vehicles --vehicles FILE --logs FILE
             the same for vehicles and their state logs`;

/** What is imported, and says so. */
type Run = (database: Database, printer: Printer) => Promise<string>;

/** By the word after `import`: reads the options, before any database is opened. */
const IMPORTS = new Map<string, (words: readonly string[]) => Run>([
  ['orders', filesFor(['orders', 'lines'], importOrderFiles)],
  ['vehicles', filesFor(['vehicles', 'logs'], importVehicleFiles)],
]);

function filesFor<const Name extends string>(
  names: readonly Name[],
  run: (database: Database, files: Readonly<Record<Name, string>>, printer: Printer) => Promise<string>,
): (words: readonly string[]) => Run {
  return (words) => {
    const files = readFiles(words, names);
    return (database, printer) => run(database, files, printer);
  };
}

/** `holdfast import …`: one kind of thing, from its files. */
export async function runImport(words: readonly string[], config: Config, printer: Printer): Promise<void> {
  const [kind = '(nothing)', ...options] = words;
  const run = IMPORTS.get(kind)?.(options);
  if (!run) throw new ImportError(`there is nothing to import called ${kind}`);
  await using opened = await openDatabase(config, createLogger(config.logLevel));
  await migrateDatabase(opened.database);
  printer.write(await run(opened.database, printer));
}

/** The files named by options that all must be there. */
function readFiles<const Name extends string>(
  words: readonly string[],
  names: readonly Name[],
): Readonly<Record<Name, string>> {
  const entries = names.map((name) => [name, readOption(words, names, name)] as const);
  return Object.fromEntries(entries) as Record<Name, string>;
}

function readOption(words: readonly string[], names: readonly string[], name: string): string {
  const options = Object.fromEntries(names.map((each) => [each, { type: 'string' as const }]));
  let values: Record<string, string | undefined>;
  try {
    values = parseArgs({ args: [...words], options, strict: true }).values as Record<string, string | undefined>;
  } catch (error) {
    throw new ImportError(error instanceof Error ? error.message : String(error));
  }
  const file = values[name];
  if (file === undefined) throw new ImportError(`--${name} FILE is missing`);
  if (!existsSync(file)) throw new ImportError(`there is no file ${file}`);
  return file;
}

async function importOrderFiles(
  database: Database,
  files: Readonly<Record<'orders' | 'lines', string>>,
  printer: Printer,
): Promise<string> {
  const bar = new ProgressBar(printer);
  const bytes = { orders: statSync(files.orders).size, lines: statSync(files.lines).size };
  let orders = 0;
  const onProgress = ({ step, rows, bytes: read }: ImportProgress) => {
    if (step === 'orders') orders = rows;
    const part = step === 'storing' ? rows / Math.max(orders, 1) : read / Math.max(bytes[step], 1);
    bar.show(step, part, `${rows.toLocaleString('en')} ${step === 'storing' ? 'orders' : 'rows'}`);
  };
  try {
    const streams = { orders: createReadStream(files.orders), lines: createReadStream(files.lines) };
    return report(await importOrders(database, streams, onProgress).finally(() => bar.end()));
  } catch (error) {
    if (error instanceof FileUnreadable) throw new ImportError(error.message);
    if (!(error instanceof ImportRefused)) throw error;
    const rows = error.refused.map(({ file, line, reason }) => ({ file: files[file], line, reason }));
    throw new ImportError(sayRows(error.message, rows, error.count));
  }
}

function report({ orders, lines, existingOrders, existingLines }: ImportedOrders): string {
  const stored = `Stored ${sayCount(orders, 'order')} and ${sayCount(lines, 'line')}.\n`;
  if (existingOrders + existingLines === 0) return stored;
  const known = `${sayCount(existingOrders, 'order')} and ${sayCount(existingLines, 'line')}`;
  return `${stored}Left as they are, because the order is there already: ${known}.\n`;
}
