import { createReadStream, existsSync, statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { migrateDatabase, openDatabase } from './compose.ts';
import type { Config } from './config/config.ts';
import {
  FileUnreadable,
  type ImportedOrders,
  type ImportProgress,
  ImportRefused,
  importOrders,
} from './modules/orders/index.ts';
import type { Database } from './platform/db/database.ts';
import { createLogger } from './platform/logger.ts';
import { type Printer, ProgressBar } from './platform/progress-bar.ts';

/** What cannot be imported, in words for the person at the terminal. */
export class ImportError extends Error {}

export const IMPORT_USAGE = `  import orders --orders FILE --lines FILE
             store the orders of two CSV files; those that are there already are left as they are`;

/** `holdfast import …`: one kind of thing, from its files, all or nothing. */
export async function runImport(words: readonly string[], config: Config, printer: Printer): Promise<void> {
  const [kind, ...options] = words;
  if (kind !== 'orders') throw new ImportError(`there is nothing to import called ${kind ?? '(nothing)'}`);
  const files = readFiles(options, ['orders', 'lines']);
  await using opened = await openDatabase(config, createLogger(config.logLevel));
  await migrateDatabase(opened.database);
  printer.write(await importOrderFiles(opened.database, files, printer));
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
    throw new ImportError(sayRefused(error, files));
  }
}

function report({ orders, lines, knownOrders, knownLines }: ImportedOrders): string {
  const stored = `Stored ${count(orders, 'order')} and ${count(lines, 'line')}.\n`;
  if (knownOrders + knownLines === 0) return stored;
  const known = `${count(knownOrders, 'order')} and ${count(knownLines, 'line')}`;
  return `${stored}Left as they are, because the order is there already: ${known}.\n`;
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
}

function sayRefused({ message, refused, count }: ImportRefused, files: Readonly<Record<string, string>>): string {
  const rows = refused.map(({ file, line, reason }) => `\n  ${files[file]}:${line}: ${reason}`);
  const more = count > refused.length ? `\n  and ${(count - refused.length).toLocaleString('en')} more` : '';
  return `${message}${rows.join('')}${more}`;
}
