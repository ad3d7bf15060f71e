import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import closeWithGrace from 'close-with-grace';
import { migrateDatabase, openDatabase, type RunningServer, startServer } from '../compose.ts';
import { type Config, ConfigError, readConfig } from '../config/config.ts';
import { DirectoryInUse } from '../platform/db/directory-lock.ts';
import { MigrationError } from '../platform/db/migrate.ts';
import { createLogger } from '../platform/logger.ts';
import { readSimulatorOptions, SIMULATOR_USAGE, SimulatorError, startSimulator } from '../simulator/index.ts';
import { IMPORT_USAGE, runImport } from './import-command.ts';
import { ImportError } from './import-error.ts';
import { runSync, SYNC_USAGE } from './sync-command.ts';

const USAGE = `holdfast <command>

  serve      run the server (what npm start does)
  migrate    bring the database's schema forward, and end
${IMPORT_USAGE}
${SYNC_USAGE}
  simulator  play a supplier, for tests and for trying things out; --help tells more
  help       print this

Configuration comes from the environment; the README lists it.`;

/** In-flight requests get this long to finish after a signal. */
const STOP_WITHIN_MS = 10_000;

async function main(): Promise<void> {
  const [word, ...words] = process.argv.slice(2);
  if (word === 'import') return runImport(words, readConfig(process.env), process.stderr);
  if (word === 'sync') return watchSync(words);
  if (word === 'simulator') return simulate(words);
  const { positionals } = parseArgs({ allowPositionals: true, options: {} });
  const [command = 'serve', ...rest] = positionals;
  if (rest.length > 0) throw new UsageError(`holdfast ${command} takes no further words`);
  switch (command) {
    case 'serve':
      return serve(readConfig(process.env));
    case 'migrate':
      return runMigrations(readConfig(process.env));
    case 'help':
      process.stdout.write(`${USAGE}\n`);
      return;
    default:
      throw new UsageError(`holdfast has no command ${command}`);
  }
}

class UsageError extends Error {}

async function serve(config: Config): Promise<void> {
  const logger = createLogger(config.logLevel);
  const server = await startServer(config, logger, version());
  process.stdout.write(greeting(server, config.samples));
  closeWithGrace({ delay: STOP_WITHIN_MS, logger: false }, async ({ signal, err }) => {
    if (err) logger.fatal({ err }, 'stopping after an error nothing caught');
    else logger.info({ signal }, 'stopping');
    await server.stop();
    logger.info('stopped');
  });
}

async function runMigrations(config: Config): Promise<void> {
  await using opened = await openDatabase(config, createLogger(config.logLevel));
  const applied = await migrateDatabase(opened.database);
  process.stdout.write(applied.length === 0 ? 'The schema is up to date.\n' : `Applied ${applied.join(', ')}.\n`);
}

async function watchSync(words: readonly string[]): Promise<void> {
  const stopped = new AbortController();
  process.once('SIGINT', () => stopped.abort());
  await runSync(words, readConfig(process.env), process.stdout, stopped.signal);
}

async function simulate(words: readonly string[]): Promise<void> {
  const options = readSimulatorOptions(words);
  if (!options) {
    process.stdout.write(`${SIMULATOR_USAGE}\n`);
    return;
  }
  const simulator = await startSimulator(options);
  process.stdout.write(`A ${options.kind} supplier is played at ${simulator.url}\n`);
  closeWithGrace({ delay: STOP_WITHIN_MS, logger: false }, () => simulator[Symbol.asyncDispose]());
}

function greeting(server: RunningServer, withSamples: boolean): string {
  const { address, samplesLoaded, sampleOrders, sampleVehicles, sampleSuppliers } = server;
  const loaded = samplesLoaded
    ? '\n  Sample providers 1 and 2 and clients 1 and 2 are loaded, with two weeks of time.'
    : '';
  const orders = sampleOrders > 0 ? `\n  ${sampleOrders} sample orders are loaded.` : '';
  const vehicles = sampleVehicles > 0 ? `\n  ${sampleVehicles} sample vehicles are loaded.` : '';
  const suppliers = sampleSuppliers
    ? '\n  Two sample suppliers are played to it: one of experiences, one of items.'
    : '';
  const supplied = sampleSuppliers
    ? `\n    curl '${address}/api/v1/experience/14/dates'\n    curl '${address}/api/items'`
    : '';
  const toTry = `
  Try:
    curl '${address}/client/getProviderAvailability?provider_id=1'
    curl '${address}/orders/1'
    curl '${address}/vehicles/2/timestamp/2022-09-12T10:00:00+00:00'${supplied}
    curl -X POST ${address}/client/reserve -H 'content-type: application/json' -d '{"client_id": 1, "timeslot_id": 40}'
    curl -X PUT ${address}/client/confirm -H 'content-type: application/json' -d '{"client_id": 1, "reservation_id": 1}'
`;
  return `
Holdfast is listening at ${address}${loaded}${orders}${vehicles}${suppliers}
${withSamples ? toTry : ''}
  The page: ${address}/
  Every endpoint: ${address}/docs

`;
}

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** What the person at the terminal can mend is told in one line; anything else keeps its stack. */
function report(error: unknown): void {
  const mendable = [UsageError, ImportError, ConfigError, DirectoryInUse, MigrationError, SimulatorError].some(
    (kind) => error instanceof kind,
  );
  const text = error instanceof Error ? (mendable ? error.message : (error.stack ?? error.message)) : String(error);
  process.stderr.write(`holdfast: ${text}\n${error instanceof UsageError ? `\n${USAGE}\n` : ''}`);
  process.exitCode = 1;
}

await main().catch(report);
