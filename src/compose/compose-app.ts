import { Authenticator, KeyUses, openTokens, Refusals, RequestLimits } from '../access/index.ts';
import { buildApp } from '../app.ts';
import { type Config, isLoopback } from '../config/config.ts';
import type { Secret } from '../config/secret.ts';
import { Freshness, RedisStore, summarizeViews, type Views } from '../freshness/index.ts';
import { EventHub, EventLog } from '../modules/events/index.ts';
import {
  createPostgresPages,
  createPostgresReads,
  loadOpenShop,
  type ShopOptions,
  type ShopOrders,
} from '../modules/orders/index.ts';
import {
  type BatchLimits,
  createHoldEngine,
  createTimetableView,
  type ReservationPolicy,
} from '../modules/reservations/index.ts';
import { createSupply, registerSuppliers, type Supplier } from '../modules/supply/index.ts';
import { createVehicleView } from '../modules/vehicles/index.ts';
import { SecretBox } from '../modules/webhooks/index.ts';
import type { ChangeFeed } from '../platform/db/change-feed.ts';
import { type Database, readInstallation } from '../platform/db/database.ts';
import { type DatabaseClock, SampledClock } from '../platform/db/database-clock.ts';
import type { HttpServer } from '../platform/http/http-server.ts';
import type { OptionalDependency } from '../platform/http/server/health.ts';
import type { SchemaCompilers } from '../platform/http/server/schema-compilers.ts';
import { Shutdown } from '../platform/http/server/shutdown.ts';
import type { Logger } from '../platform/logger.ts';
import { createMetrics, type Metrics } from '../platform/metrics.ts';
import { OutboundClient } from '../platform/outbound/outbound-client.ts';
import type { RedisLink } from '../platform/redis-link.ts';
import type { Tracing } from '../platform/tracing/tracing.ts';
import { countBatches, registerMetrics } from './register-metrics.ts';

/** Maximum life of a hold, extensions included, as a multiple of `HOLD_TTL`. */
const MAX_HOLD_LIFE_FACTOR = 4;
/** How often the event stream reports the state of the views. */
const REPORT_EVERY_MS = 5_000;

/** Parts that tests and benchmarks replace. */
export interface AppOverrides {
  readonly limits?: BatchLimits;
  readonly clock?: DatabaseClock;
  /** Replaces the suppliers of the configuration. */
  readonly suppliers?: readonly Supplier[];
  /** Time that a reader waits for the first answer of a supplier of items, in milliseconds. */
  readonly firstAnswerWithinMs?: number;
  /** Returns the text of `/metrics`. Defaults to the metrics of this process. */
  readonly exposeMetrics?: (() => Promise<string>) | undefined;
  /** Replaces the compilers that wait for the first request. */
  readonly schemaCompilers?: SchemaCompilers;
  /** Records spans. The caller disposes it, after the app. */
  readonly tracing?: Tracing | undefined;
}

export interface ComposedApp {
  readonly app: HttpServer;
  readonly shutdown: Shutdown;
  readonly metrics: Metrics;
  readonly feed: ChangeFeed;
  readonly clock: DatabaseClock;
  readonly secrets: SecretBox;
  /** Checks addresses for the app. The caller disposes it, after all that sends requests. */
  readonly outbound: OutboundClient;
}

/**
 * Wires the HTTP surface over a migrated database, without anything in the background and without listening. Closing
 * the app closes the connection to Redis; the database stays open.
 */
export async function composeApp(
  config: Config,
  database: Database,
  logger: Logger,
  version: string,
  overrides: AppOverrides = {},
): Promise<ComposedApp> {
  const policy = toPolicy(config);
  const { tracing } = overrides;
  const metrics = createMetrics();
  const engine = createHoldEngine(database, policy, overrides.limits, { onServed: countBatches(metrics), tracing });
  const sampledClock = new SampledClock();
  const clock = overrides.clock ?? sampledClock;
  const feed = await database.openFeed(sampledClock, logger);
  const redis = config.redisUrl && (await connectRedis(config.redisUrl, logger));
  const installation = redis === undefined ? '' : await database.read(readInstallation);
  const remote = redis && new RedisStore(redis, clock, installation);
  const freshness = new Freshness(feed, remote);
  const shutdown = new Shutdown();

  const timetables = createTimetableView(freshness, database, policy.minNoticeMs);
  const { slotLengthMs } = config;
  const reservations = { database, engine, timetables, clock, policy, slotLengthMs };
  const vehicles = { database, view: createVehicleView(freshness, database, config.vehiclesMaxAgeMs) };
  const pageOptions = { maxAgeMs: config.ordersMaxAgeMs, pageSize: config.ordersPageSize };
  const openFreshness = (own: ChangeFeed, source: string) =>
    new Freshness(own, redis && new RedisStore(redis, clock, `${installation}:${source}`));
  const shop = await openOrders(config, { database, logger, openFreshness });
  const ownOrders = () => ({
    pages: createPostgresPages(database, freshness, feed, pageOptions),
    reads: createPostgresReads(database),
    isElsewhere: false,
  });
  const orders = { database, source: shop ?? ownOrders() };
  const allViews: Views = { views: [...freshness.views, ...(shop?.views ?? [])] };
  const { suppliers = config.suppliers, firstAnswerWithinMs, schemaCompilers, exposeMetrics } = overrides;
  const supplierIds = suppliers.map(({ id }) => id);
  // A pause needs their rows, also where another instance syncs them.
  if (supplierIds.length > 0) await database.transaction((tx) => registerSuppliers(tx, supplierIds));
  const supply = createSupply(suppliers, { freshness, database, policy, feed, clock, logger, firstAnswerWithinMs });
  const log = new EventLog(database);
  const reports = [
    {
      topic: 'freshness',
      everyMs: REPORT_EVERY_MS,
      read: () => summarizeViews(allViews),
    },
  ] as const;
  const hub = new EventHub(log, feed, reports, logger);
  const events = { log, hub };
  const secrets = new SecretBox(config.secretKeys.map((key) => key.reveal()));
  const outbound = new OutboundClient({ permitted: config.network.webhookAllow });
  const webhooks = { database, secrets, checkUrl: (url: string) => outbound.checkUrl(url) };

  const uses = new KeyUses(database, logger);
  const operatorKey = config.operatorKey?.reveal();
  const tokens = config.isAuthOn ? await openTokens(config.jwtIssuers, clock, logger) : undefined;
  const authenticator = config.isAuthOn
    ? new Authenticator({ database, feed, clock, uses, operatorKey, tokens })
    : undefined;
  const sessions = { operatorKey, listensOnLoopback: isLoopback(config.host) };
  const { network } = config;
  const limits = new RequestLimits({ ...network, redis: redis && { link: redis, installation } });
  const refusals = new Refusals();
  refusals.register(metrics, limits);
  const access = { database, authenticator, sessions, limits, refusals };

  const modules = { access, reservations, orders, vehicles, supply, events, webhooks };
  const dependencies = () => listDependencies(feed, redis, shop);
  const surface = { feed, metrics, exposeMetrics, tracing, shutdown, dependencies, network, schemaCompilers };
  const app = await buildApp({ logger, version, ...surface, ...modules });
  app.addHook('onClose', () => uses[Symbol.asyncDispose]());
  app.addHook('onClose', () => supply.reads[Symbol.asyncDispose]());
  if (redis) app.addHook('onClose', () => redis[Symbol.asyncDispose]());
  if (shop) app.addHook('onClose', () => shop[Symbol.asyncDispose]());
  registerMetrics(metrics, {
    version,
    database,
    engine,
    freshness: allViews,
    feed,
    hub,
    dependencies,
    suppliers,
    shop,
  });
  return { app, shutdown, metrics, feed, clock, secrets, outbound };
}

/** Opens the shop that the configuration names. Its client is loaded only then. */
async function openOrders(
  { ordersSource, ordersMaxAgeMs, ordersPageSize }: Config,
  parts: Pick<ShopOptions, 'database' | 'logger' | 'openFreshness'>,
): Promise<ShopOrders | undefined> {
  if (ordersSource === undefined) return undefined;
  const openShop = await loadOpenShop();
  return openShop({ ...ordersSource, ...parts, maxAgeMs: ordersMaxAgeMs, pageSize: ordersPageSize });
}

/** Loads the client of Redis only where it is used: it takes 20 MiB and a fifth of the time that loading all of this does. */
async function connectRedis(url: Secret, logger: Logger): Promise<RedisLink> {
  const { openRedis } = await import('../platform/redis-link.ts');
  return openRedis(url.reveal(), logger);
}

function listDependencies(
  feed: ChangeFeed,
  redis: RedisLink | undefined,
  shop: ShopOrders | undefined,
): OptionalDependency[] {
  const feedTrouble = feed.isConnected ? undefined : 'its connection to the database is not open or does not answer';
  const listed: OptionalDependency[] = [{ name: 'change-feed', trouble: feedTrouble }];
  if (redis) listed.push({ name: 'redis', trouble: redis.trouble });
  if (shop) listed.push({ name: 'orders-source', trouble: shop.status().trouble });
  return listed;
}

function toPolicy({ holdTtlMs, minNoticeMs, minNoticeGraceMs, maxLiveHolds }: Config): ReservationPolicy {
  return { holdTtlMs, minNoticeMs, minNoticeGraceMs, maxHoldMs: holdTtlMs * MAX_HOLD_LIFE_FACTOR, maxLiveHolds };
}
