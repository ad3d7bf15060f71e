import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { migrateDatabase, openDatabase } from '../compose.ts';
import { type Config, ConfigError } from '../config/config.ts';
import { readSyncStatus, registerSuppliers } from '../modules/supply/index.ts';
import { createLogger } from '../platform/logger.ts';
import type { Printer } from '../platform/progress-bar.ts';
import { syncScreen } from './sync-screen.ts';

export const SYNC_USAGE = `  sync [--once]
             watch the sync of every supplier; --once prints its status and exits`;

const REDRAW_MS = 1_000;
const CLEAR_BELOW = '\x1b[J';

/**
 * `holdfast sync`: shows the status from the database, every second until `signal` aborts, and once if the output is
 * not a terminal. It needs no running server. Like every command, it migrates the schema.
 */
export async function runSync(
  words: readonly string[],
  config: Config,
  printer: Printer,
  signal: AbortSignal,
): Promise<void> {
  const once = readOnce(words);
  const { suppliers } = config;
  if (suppliers.length === 0) throw new ConfigError('there is no supplier to watch; add suppliers to SUPPLIERS_FILE');
  await using opened = await openDatabase(config, createLogger(config.logLevel));
  const { database } = opened;
  await migrateDatabase(database);
  await database.transaction((tx) =>
    registerSuppliers(
      tx,
      suppliers.map(({ id }) => id),
    ),
  );
  const readScreen = async () =>
    syncScreen(await database.read((reader) => readSyncStatus(reader, suppliers)), suppliers);
  let lines = await readScreen();
  printer.write(lines.map((line) => `${line}\n`).join(''));
  while (!once && printer.isTTY && !signal.aborted) {
    await delay(REDRAW_MS, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    const next = await readScreen();
    printer.write(`\x1b[${lines.length}A${CLEAR_BELOW}${next.map((line) => `${line}\n`).join('')}`);
    lines = next;
  }
}

function readOnce(words: readonly string[]): boolean {
  try {
    return parseArgs({ args: [...words], options: { once: { type: 'boolean', default: false } } }).values.once;
  } catch (error) {
    throw new ConfigError(`holdfast sync: ${error instanceof Error ? error.message : String(error)}`);
  }
}
