import { fileURLToPath } from 'node:url';
import { buildApp } from './app.ts';
import type { Config } from './config/config.ts';
import { Freshness, RedisStore, summarizeViews, watchViews } from './freshness/index.ts';
import { EventHub, EventLog, startForgetting } from './modules/events/index.ts';
import { inventoryConstraints } from './modules/inventory/index.ts';
import { loadOrderSamples, OrderPages, orderConstraints } from './modules/orders/index.ts';
import {
  type BatchLimits,
  createHoldEngine,
  createTimetableView,
  type HoldEngine,
  loadSamples,
  type ReservationPolicy,
  startSweeper,
} from './modules/reservations/index.ts';
import {
  connectSuppliers,
  createSupply,
  registerSuppliers,
  type Supplier,
  startSync,
  startWithdrawing,
  startWriteBack,
} from './modules/supply/index.ts';
import { createVehicleView, loadVehicleSamples } from './modules/vehicles/index.ts';
import type { ChangeFeed } from './platform/db/change-feed.ts';
import { type Database, readInstallation } from './platform/db/database.ts';
import { type DatabaseClock, SampledClock } from './platform/db/database-clock.ts';
import { migrate, readMigrations } from './platform/db/migrate.ts';
import { type EmbeddedDatabase, openPglite } from './platform/db/pglite-driver.ts';
import { openPostgres } from './platform/db/postgres-driver.ts';
import type { Readiness } from './platform/http/health.ts';
import type { HttpServer } from './platform/http/http-server.ts';
import { type JobsStore, startJobs } from './platform/jobs/jobs.ts';
import type { Logger } from './platform/logger.ts';
import { createMetrics, type Metrics } from './platform/metrics.ts';
import { openRedis } from './platform/redis-link.ts';
import { startSampleSuppliers } from './sample-suppliers.ts';

const MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url));
const SAMPLES = fileURLToPath(new URL('../samples', import.meta.url));

const constraints = { ...inventoryConstraints, ...orderConstraints };

/** How many times its first length a hold may live, extensions included. */
const HOLD_CEILING = 4;
/** How often who listens is told how views are doing. */
const REPORT_EVERY_MS = 5_000;

/** An open database, and how background jobs reach the same one. */
export interface OpenedDatabase extends AsyncDisposable {
  readonly database: Database;
  readonly jobsStore: JobsStore;
}

export async function openDatabase(config: Config, logger: Logger): Promise<OpenedDatabase> {
  if (config.database.kind === 'postgres') {
    const url = config.database.url.reveal();
    const database = openPostgres({
      url,
      constraints,
      onBroken: (error) => logger.warn({ err: error }, 'a database connection broke'),
    });
    return opened(database, { kind: 'postgres', url });
  }
  const database: EmbeddedDatabase = await openPglite({
    dataDir: config.database.dataDir,
    constraints,
  });
  return opened(database, { kind: 'pglite', database });
}

function opened(database: Database, jobsStore: JobsStore): OpenedDatabase {
  return { database, jobsStore, [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() };
}

/** @returns the names of the migrations applied now */
export async function migrateDatabase(database: Database): Promise<string[]> {
  return migrate(database, await readMigrations(MIGRATIONS));
}

function policyOf(config: Config): ReservationPolicy {
  const { holdTtlMs, minNoticeMs, minNoticeGraceMs } = config;
  return { holdTtlMs, minNoticeMs, minNoticeGraceMs, maxHoldMs: holdTtlMs * HOLD_CEILING };
}

interface ComposedApp {
  readonly app: HttpServer;
  readonly readiness: Readiness;
  readonly metrics: Metrics;
  readonly feed: ChangeFeed;
  readonly clock: DatabaseClock;
}

/** What a test or a benchmark may want otherwise than it is in service. */
interface Variations {
  readonly limits?: BatchLimits;
  readonly clock?: DatabaseClock;
  /** Instead of those of the configuration. */
  readonly suppliers?: readonly Supplier[];
  /** How long a reader waits for the first answer of a supplier of items. */
  readonly firstAnswerWithinMs?: number;
}

/** The HTTP surface over a migrated database, with nothing in the background. Closing the app lets go of Redis. */
export async function composeApp(
  config: Config,
  database: Database,
  logger: Logger,
  version: string,
  variations: Variations = {},
): Promise<ComposedApp> {
  const policy = policyOf(config);
  const engine = createHoldEngine(database, policy, variations.limits);
  const metrics = createMetrics();
  const sampled = new SampledClock();
  const clock = variations.clock ?? sampled;
  const feed = await database.openFeed(sampled, logger);
  const redis = config.redisUrl && openRedis(config.redisUrl.reveal(), logger);
  const remote = redis && new RedisStore(redis, clock, await database.read(readInstallation));
  const freshness = new Freshness(feed, remote);
  const readiness: Readiness = { stopping: false };
  const timetables = createTimetableView(freshness, database);
  const { slotLengthMs } = config;
  const reservations = { database, engine, timetables, clock, policy, slotLengthMs };
  const vehicles = { database, view: createVehicleView(freshness, database, config.vehiclesMaxAgeMs) };
  const pageOptions = { maxAgeMs: config.ordersMaxAgeMs, pageSize: config.ordersPageSize };
  const orders = { database, pages: new OrderPages(database, freshness, feed, pageOptions) };
  const { suppliers = config.suppliers, firstAnswerWithinMs } = variations;
  const supplierIds = suppliers.map(({ id }) => id);
  // A pause must find their rows, whoever syncs them.
  if (supplierIds.length > 0) await database.transaction((tx) => registerSuppliers(tx, supplierIds));
  const supply = createSupply(suppliers, { freshness, database, policy, feed, clock, logger, firstAnswerWithinMs });
  const log = new EventLog(database);
  const reports = [{ topic: 'freshness', everyMs: REPORT_EVERY_MS, read: () => summarizeViews(freshness) }] as const;
  const hub = new EventHub(log, feed, reports, logger);
  const events = { log, hub };
  const modules = { reservations, orders, vehicles, supply, events };
  const app = await buildApp({ logger, version, metrics, readiness, ...modules });
  app.addHook('onClose', () => supply.reads[Symbol.asyncDispose]());
  watch(metrics, database, engine, freshness);
  watchListeners(metrics, hub);
  if (redis) app.addHook('onClose', () => redis[Symbol.asyncDispose]());
  return { app, readiness, metrics, feed, clock };
}

function watch(metrics: Metrics, database: Database, engine: HoldEngine, freshness: Freshness): void {
  metrics.gauge('holdfast_waiting', 'Requests that wait for their batch', ['lane'], () =>
    Object.entries(engine.waiting()).map(([lane, value]) => ({ labels: { lane }, value })),
  );
  metrics.gauge('holdfast_database', 'Connections in use, and callers waiting for one', ['state'], () =>
    Object.entries(database.load()).map(([state, value]) => ({ labels: { state }, value })),
  );
  watchViews(metrics, freshness);
}

function watchListeners(metrics: Metrics, hub: EventHub): void {
  metrics.gauge('holdfast_event_listeners', 'Connections to the event stream', [], () => [
    { labels: {}, value: hub.load().connections },
  ]);
  metrics.gauge('holdfast_event_listeners_cut_off', 'Those that read too slowly, since the start', [], () => [
    { labels: {}, value: hub.load().cutOff },
  ]);
}

export interface RunningServer {
  readonly address: string;
  readonly samplesLoaded: boolean;
  /** How many of them were loaded now. */
  readonly sampleOrders: number;
  readonly sampleVehicles: number;
  /** Whether this process plays suppliers to itself. */
  readonly sampleSuppliers: boolean;
  /** Stops in phases, each bounded: no new work, then what is under way, then what it stood on. */
  stop(): Promise<void>;
}

/** Those of the configuration; where there are none and samples are wanted, two that are played in this process. */
async function openSuppliers(config: Config, stack: AsyncDisposableStack): Promise<readonly Supplier[]> {
  if (config.suppliers.length > 0 || !config.samples || config.database.kind !== 'pglite') return config.suppliers;
  return stack.use(await startSampleSuppliers()).suppliers;
}

/** Everything at once: database, schema, samples, background jobs and the listening server. */
export async function startServer(config: Config, logger: Logger, version: string): Promise<RunningServer> {
  await using stack = new AsyncDisposableStack();
  const { database, jobsStore } = stack.use(await openDatabase(config, logger));
  const applied = await migrateDatabase(database);
  if (applied.length > 0) logger.info({ applied }, 'schema brought forward');
  const samplesLoaded = config.samples && (await loadSamples(database, config.slotLengthMs));
  const sampleOrders = config.samples ? await loadOrderSamples(database, SAMPLES) : 0;
  const sampleVehicles = config.samples ? await loadVehicleSamples(database, SAMPLES) : 0;
  const jobs = stack.use(await startJobs(jobsStore, logger));
  await startSweeper(jobs, database, config.sweepEveryMs, logger);
  await startForgetting(jobs, database);
  const suppliers = await openSuppliers(config, stack);
  const { app, readiness, metrics, feed, clock } = await composeApp(config, database, logger, version, { suppliers });
  stack.defer(() => app.close());
  const connected = connectSuppliers(suppliers);
  stack.use(startSync({ database, clock, logger }, connected));
  stack.use(startWriteBack({ database, feed, logger }, connected, metrics));
  await startWithdrawing(jobs, database, suppliers, logger);
  const address = await app.listen({ host: config.host, port: config.port });
  const owned = stack.move();
  return {
    address,
    samplesLoaded,
    sampleOrders,
    sampleVehicles,
    sampleSuppliers: suppliers.length > config.suppliers.length,
    async stop() {
      readiness.stopping = true;
      await owned.disposeAsync();
    },
  };
}
