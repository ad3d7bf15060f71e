import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { migrateDatabase, openDatabase } from '../compose.ts';
import { type Config, ConfigError } from '../config/config.ts';
import { readSyncStatus, registerSuppliers } from '../modules/supply/index.ts';
import { createLogger } from '../platform/logger.ts';
import type { Printer } from '../platform/progress-bar.ts';
import { drawSync } from './sync-screen.ts';

export const SYNC_USAGE = `  sync [--once]
             watch how far the sync of each supplier is; --once prints it and ends`;

const REDRAW_MS = 1_000;
const CLEAR_BELOW = '\x1b[J';

/**
 * `holdfast sync`: what the database says, drawn over every second until `signal`; once where nothing can be drawn
 * over. It changes nothing and needs no server; it only brings the schema forward, as every command does.
 */
export async function runSync(
  words: readonly string[],
  config: Config,
  printer: Printer,
  signal: AbortSignal,
): Promise<void> {
  const once = readOnce(words);
  const { suppliers } = config;
  if (suppliers.length === 0) throw new ConfigError('SUPPLIERS_FILE names no supplier, so there is nothing to watch');
  await using opened = await openDatabase(config, createLogger(config.logLevel));
  const { database } = opened;
  await migrateDatabase(database);
  await database.transaction((tx) =>
    registerSuppliers(
      tx,
      suppliers.map(({ id }) => id),
    ),
  );
  const draw = async () => drawSync(await database.read((reader) => readSyncStatus(reader, suppliers)), suppliers);
  let lines = await draw();
  printer.write(lines.map((line) => `${line}\n`).join(''));
  while (!once && printer.isTTY && !signal.aborted) {
    await delay(REDRAW_MS, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    const next = await draw();
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
