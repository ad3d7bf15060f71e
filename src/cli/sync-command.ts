import { setTimeout as delay } from 'node:timers/promises';
import { openDatabase } from '../compose/open-database.ts';
import { type Config, ConfigError, readCommandKey, readConfig } from '../config/config.ts';
import { readSyncStatus, registerSuppliers } from '../modules/supply/index.ts';
import { createLogger } from '../platform/logger.ts';
import type { Printer } from '../platform/progress-bar.ts';
import { type CommandContext, defineCommand } from './parsing/command.ts';
import { syncScreen } from './sync-screen.ts';
import { fetchSyncStatus, suppliersOf } from './sync-status-over-http.ts';

const REDRAW_MS = 1_000;
const CLEAR_BELOW = '\x1b[J';
const CADENCE_UNKNOWN = 'Read over HTTP: the times left do not count what becomes due meanwhile.';

export const syncCommand = defineCommand({
  name: 'sync',
  summary: 'Watch the sync of each supplier',
  description:
    'Shows the progress of the sync of each supplier, redrawn every second until SIGINT, or once where the output is no ' +
    'terminal. It reads the database, with the suppliers of SUPPLIERS_FILE, or a running server with --url: the only ' +
    'way beside an embedded database, which one process has to itself.',
  options: {
    once: { type: 'boolean', description: 'Print the status once' },
    url: {
      type: 'string',
      value: 'URL',
      description: 'The server to read, such as http://127.0.0.1:3000, with the key in HOLDFAST_KEY',
    },
  },
  examples: [
    { command: 'holdfast sync --url http://127.0.0.1:3000', description: 'Watch a running server' },
    { command: 'holdfast sync --once', description: 'Print the status that the database has' },
  ],
  async run({ once, url }, { env, stdout }) {
    const stopped = new AbortController();
    process.once('SIGINT', () => stopped.abort());
    if (url !== undefined) return watchServer(url, once, env, stdout, stopped.signal);
    return runSync(once, readConfig(env), stdout, stopped.signal);
  },
});

/**
 * Shows the state of the sync as the database has it; needs no server. It migrates the schema and adds the rows of
 * suppliers that are new in `SUPPLIERS_FILE`. Otherwise it only reads.
 */
export async function runSync(once: boolean, config: Config, printer: Printer, signal: AbortSignal): Promise<void> {
  const { suppliers } = config;
  if (suppliers.length === 0) {
    throw new ConfigError('SUPPLIERS_FILE names no supplier. Set it, or read a running server with --url.');
  }
  await using opened = await openDatabase(config, createLogger(config.logLevel));
  const { database } = opened;
  await opened.migrate();
  const supplierIds = suppliers.map(({ id }) => id);
  await database.transaction((tx) => registerSuppliers(tx, supplierIds));
  const draw = async () => syncScreen(await database.read((reader) => readSyncStatus(reader, suppliers)), suppliers);
  await drawRepeatedly(draw, once, printer, signal);
}

/** Shows what a running server says. */
async function watchServer(
  url: string,
  once: boolean,
  env: CommandContext['env'],
  printer: Printer,
  signal: AbortSignal,
): Promise<void> {
  const key = readCommandKey(env);
  const draw = async () => {
    const status = await fetchSyncStatus(url, key);
    return [...syncScreen(status, suppliersOf(status)), CADENCE_UNKNOWN];
  };
  await drawRepeatedly(draw, once, printer, signal);
}

/** Draws every second until `signal`; once where nothing can be drawn over. */
async function drawRepeatedly(
  draw: () => Promise<string[]>,
  once: boolean,
  printer: Printer,
  signal: AbortSignal,
): Promise<void> {
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
