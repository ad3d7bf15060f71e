import { lookup } from 'node:dns/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { hasKeys } from '../access/index.ts';
import type { Config } from '../config/config.ts';
import type { TracesConfig } from '../config/traces.ts';
import { startEventRetention } from '../modules/events/index.ts';
import { loadOrderSamples } from '../modules/orders/index.ts';
import { loadSamples, startExpiry, startSweeper } from '../modules/reservations/index.ts';
import {
  connectSuppliers,
  readSyncStatus,
  type Supplier,
  startSync,
  startWithdrawing,
  startWriteBack,
} from '../modules/supply/index.ts';
import { loadVehicleSamples } from '../modules/vehicles/index.ts';
import {
  countUnreadableSecrets,
  type SecretBox,
  startDeliveries,
  startDeliveryRetention,
  traceDeliveries,
} from '../modules/webhooks/index.ts';
import type { Database } from '../platform/db/database.ts';
import { checkPort } from '../platform/http/check-port.ts';
import { loadSchemaCompilers } from '../platform/http/server/schema-compilers.ts';
import type { JobsStore } from '../platform/jobs/jobs.ts';
import type { Logger } from '../platform/logger.ts';
import { exposeMetrics } from '../platform/metrics.ts';
import type { Tracing } from '../platform/tracing/tracing.ts';
import { startSampleSuppliers } from '../sample-suppliers.ts';
import { type ComposedApp, composeApp } from './compose-app.ts';
import { openDatabase } from './open-database.ts';

const SAMPLES = fileURLToPath(new URL('../../samples', import.meta.url));

interface LoadedSamples {
  /** Whether the sample providers and clients were loaded by this start. */
  readonly samplesLoaded: boolean;
  /** Number of sample orders loaded by this start. */
  readonly sampleOrders: number;
  /** Number of sample vehicles loaded by this start. */
  readonly sampleVehicles: number;
}

export interface RunningServer extends LoadedSamples {
  /** `http://127.0.0.1:3000` */
  readonly address: string;
  /** Whether simulated suppliers run in this process. */
  readonly sampleSuppliers: boolean;
  /** Whether requests need credentials, and no key exists that could be one. */
  readonly needsFirstKey: boolean;
  /** Settles when everything that works in the background has started. Answers do not need it. */
  readonly backgroundStarted: Promise<void>;
  /**
   * Stops in phases, each with a time limit. For `drainMs` milliseconds requests are served while `/readyz` answers 503
   * and every answer closes its connection. Then no connection is accepted, requests in flight finish, and their
   * resources are closed in the reverse order of the start.
   *
   * With `isReplaced` another process listens at the same port: this one accepts no more connections from the beginning,
   * and `/readyz` goes on answering for both.
   */
  stop(drainMs: number, isReplaced?: boolean): Promise<void>;
  /** The metrics of this process, as text. */
  metrics(): Promise<string>;
}

/** For a process that shares its port with others of the same server. */
interface SharedPort {
  /** Returns the metrics of all of them, as text. */
  readonly exposeMetrics: () => Promise<string>;
}

/**
 * Starts the database, its schema and samples, and the listening server, and resolves when it listens. Jobs, syncs and
 * write-backs start after that: they would make up a fifth of the time to the first answer.
 */
export async function startServer(
  config: Config,
  logger: Logger,
  version: string,
  shared?: SharedPort,
): Promise<RunningServer> {
  if (!shared) await checkAddress(config);
  const { port } = config;
  const host = await listenAddress(config.host);
  await using stack = new AsyncDisposableStack();
  // Opened first and so closed last: it sends the spans of what ends before it.
  const tracing = config.traces && stack.use(await loadTracing(config.traces, version, logger));
  const { database, jobsStore, migrate } = stack.use(await openDatabase(config, logger, tracing));
  const applied = await migrate();
  if (applied.length > 0) logger.info({ applied }, 'applied migrations');
  const loaded = await loadAllSamples(config, database);
  const needsFirstKey = config.isAuthOn && !config.operatorKey && !(await database.read(hasKeys));
  const suppliers = await openSuppliers(config, stack);
  const composed = await composeApp(config, database, logger, version, { suppliers, tracing, ...shared });
  const { app, shutdown, secrets, metrics } = composed;
  await warnOfUnreadableSecrets(secrets, database, logger);
  const background = stack.use(new AsyncDisposableStack());
  // Deferred last, because connections end first.
  stack.defer(() => app.close());
  const address = await app.listen({ host, port });
  const owned = stack.move();
  const backgroundStarted = startBackground(
    { config, logger, database, jobsStore, suppliers, version, tracing, ...composed },
    background,
  );
  // The caller handles a failure. It may come before the caller waits for it.
  backgroundStarted.catch(() => {});
  return {
    ...loaded,
    address,
    sampleSuppliers: suppliers.length > config.suppliers.length,
    needsFirstKey,
    backgroundStarted,
    metrics: () => exposeMetrics(metrics),
    async stop(drainMs, isReplaced) {
      shutdown.begin(isReplaced);
      await delay(drainMs);
      await Promise.allSettled([backgroundStarted]);
      await owned.disposeAsync();
    },
  };
}

interface BackgroundDeps extends Omit<ComposedApp, 'app' | 'shutdown'> {
  readonly version: string;
  readonly config: Config;
  readonly logger: Logger;
  readonly database: Database;
  readonly jobsStore: JobsStore;
  readonly suppliers: readonly Supplier[];
  readonly tracing: Tracing | undefined;
}

/** Loads OpenTelemetry only where a collector is configured. */
async function loadTracing(traces: TracesConfig, version: string, logger: Logger): Promise<Tracing> {
  const { openTracing } = await import('../platform/tracing/open-tracing.ts');
  const headers = Object.entries(traces.headers).map(([name, value]) => [name, value.reveal()]);
  const resource = { ...traces.resource, 'service.version': version };
  return openTracing({ ...traces, headers: Object.fromEntries(headers), resource }, logger);
}

async function startBackground(deps: BackgroundDeps, stack: AsyncDisposableStack): Promise<void> {
  const { config, logger, database, jobsStore, suppliers, metrics, feed, clock, outbound, tracing } = deps;
  // Loaded only now, for the same reason.
  await loadSchemaCompilers();
  stack.use(startExpiry({ database, feed, logger }, metrics));
  // Closed after the deliveries have ended: an attempt that loses its connection would count as one that failed.
  stack.use(outbound);
  stack.use(sendToWebhooks(deps));
  const { startJobs } = await import('../platform/jobs/jobs.ts');
  const jobs = stack.use(await startJobs(jobsStore, logger));
  await startSweeper(jobs, database, config.sweepEveryMs, logger);
  await startEventRetention(jobs, database);
  await startDeliveryRetention(jobs, database);
  const connected = connectSuppliers(suppliers, { tracing });
  stack.use(startSync({ database, clock, logger, tracing }, connected));
  stack.use(startWriteBack({ database, feed, logger, tracing }, connected, metrics));
  await startWithdrawing(jobs, database, suppliers, logger);
}

function sendToWebhooks(deps: BackgroundDeps): AsyncDisposable {
  const { database, feed, logger, suppliers, secrets, outbound, version, metrics, tracing } = deps;
  const userAgent = `Holdfast/${version}`;
  const openSecret = (sealed: string) => secrets.open(sealed);
  const send = traceDeliveries(tracing, (url, headers, body, options) => outbound.post(url, headers, body, options));
  const describeSupplier = async (id: string) => {
    const status = await database.read((reader) => readSyncStatus(reader, suppliers));
    return status.suppliers.find((supplier) => supplier.id === id);
  };
  return startDeliveries({ database, feed, logger, userAgent, openSecret, send, describeSupplier }, metrics);
}

/** Warns when deliveries of webhooks will fail, because their secrets were sealed with another key. */
async function warnOfUnreadableSecrets(secrets: SecretBox, database: Database, logger: Logger): Promise<void> {
  const unreadable = await database.read((reader) => countUnreadableSecrets(reader, secrets));
  if (unreadable === 0) return;
  logger.warn({ unreadable }, 'HOLDFAST_SECRET_KEY cannot read secrets of webhooks: add the key that sealed them');
}

async function loadAllSamples(config: Config, database: Database): Promise<LoadedSamples> {
  if (!config.samples) return { samplesLoaded: false, sampleOrders: 0, sampleVehicles: 0 };
  return {
    samplesLoaded: await loadSamples(database, config.slotLengthMs),
    sampleOrders: config.ordersSource ? 0 : await loadOrderSamples(database, SAMPLES),
    sampleVehicles: await loadVehicleSamples(database, SAMPLES),
  };
}

/** Fails as listening would, before anything is opened. @returns the port @throws the error of `listen` */
export async function checkAddress({ host, port }: Config): Promise<number> {
  return checkPort(await listenAddress(host), port);
}

/** One address. For `localhost`, Fastify would add a second server, whose connections it does not end. */
async function listenAddress(host: string): Promise<string> {
  return host === 'localhost' ? (await lookup(host, { order: 'ipv4first' })).address : host;
}

/** The suppliers of the configuration; without any, an embedded server with samples simulates two in this process. */
async function openSuppliers(config: Config, stack: AsyncDisposableStack): Promise<readonly Supplier[]> {
  if (config.suppliers.length > 0 || !config.samples || config.database.kind !== 'pglite') return config.suppliers;
  return stack.use(await startSampleSuppliers()).suppliers;
}
