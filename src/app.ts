import { fileURLToPath } from 'node:url';
import {
  type AccessDeps,
  ANONYMOUS,
  addAccessRoutes,
  createFastPathGate,
  guardRoutes,
  logFastAnswer,
  logRequests,
  OPEN,
  type Principal,
  SECURITY_SCHEMES,
} from './access/index.ts';
import { addEventRoutes, type EventsDeps } from './modules/events/index.ts';
import { addOrderRoutes, type OrdersDeps } from './modules/orders/index.ts';
import { addReservationsRoutes, type ReservationsDeps } from './modules/reservations/index.ts';
import { addRetentionRoutes } from './modules/retention/index.ts';
import { addSupplyRoutes, type SupplyDeps } from './modules/supply/index.ts';
import { addVehiclesRoutes, type VehiclesDeps } from './modules/vehicles/index.ts';
import { addWebhooksRoutes, type WebhooksDeps } from './modules/webhooks/index.ts';
import type { RestingFeed } from './platform/db/change-feed.ts';
import type { HttpServer } from './platform/http/http-server.ts';
import { createServer } from './platform/http/server/create-server.ts';
import { VARY_BY_ORIGIN } from './platform/http/server/cross-origin.ts';
import { endConnections } from './platform/http/server/end-connections.ts';
import { type AnsweredRequest, enableFastPath } from './platform/http/server/fast-path.ts';
import { addHealthRoutes, type OptionalDependency } from './platform/http/server/health.ts';
import type { SchemaCompilers } from './platform/http/server/schema-compilers.ts';
import type { Shutdown } from './platform/http/server/shutdown.ts';
import { serveStaticFiles } from './platform/http/server/static-files.ts';
import { traceFastAnswer, traceRequests } from './platform/http/server/trace-requests.ts';
import { hstsFor } from './platform/http/server/trusted-proxies.ts';
import type { Logger } from './platform/logger.ts';
import { type Metrics, serveMetrics } from './platform/metrics.ts';
import type { Tracing } from './platform/tracing/tracing.ts';

/** The groups of operations in OpenAPI. Every operation has exactly one. */
const TAGS = [
  {
    name: 'Fixed paths',
    description: 'Seven paths whose requests and answers never change, for programs that were written against them.',
  },
  { name: 'Providers and clients', description: 'The people who offer time, and the people who reserve it.' },
  { name: 'Availability', description: "Providers' time: offer it, withdraw it, and list its slots." },
  {
    name: 'Reservations',
    description: 'Hold units of a slot; confirm, cancel, extend and move reservations; read their history.',
  },
  { name: 'Experiences', description: 'Products that suppliers sell by date and slot.' },
  {
    name: 'Items',
    description: 'Items of suppliers that list everything they sell in one answer, and their bookings.',
  },
  { name: 'Sync', description: 'Pulls from suppliers: pause and resume them, and watch their progress.' },
  { name: 'Orders', description: 'Orders by page and by id, and changes to them.' },
  { name: 'Vehicles', description: "Vehicles' states, now and at any moment." },
  { name: 'Access', description: 'Who may do what: keys, and whom the credentials of a request stand for.' },
  { name: 'Events', description: 'A live stream of changes.' },
  { name: 'Webhooks', description: 'Receivers of signed events, and what was delivered to them.' },
  { name: 'Operations', description: 'Health and readiness of this instance.' },
];

const DESCRIPTION = {
  title: 'Holdfast',
  description:
    "A booking server for teams whose inventory lives in somebody else's slow, rate-limited system. It sells each " +
    'unit once, syncs within a pull budget, serves reads from memory within a declared staleness bound, and ' +
    'remembers what was true at any moment.',
};

const PAGE = fileURLToPath(new URL('../web/dist', import.meta.url));

/** Settings of proxies and other origins, and whether each request is logged. */
interface NetworkSettings {
  readonly trustProxy: readonly string[] | undefined;
  readonly corsOrigins: readonly string[] | '*' | undefined;
  readonly isAccessLogOn: boolean;
}

export interface AppDeps {
  readonly logger: Logger;
  readonly version: string;
  readonly metrics: Metrics;
  /** `undefined` where no collector of traces is configured. */
  readonly tracing: Tracing | undefined;
  /** Returns the text of `/metrics`. Defaults to the metrics of this process. */
  readonly exposeMetrics: (() => Promise<string>) | undefined;
  readonly shutdown: Shutdown;
  readonly dependencies: () => readonly OptionalDependency[];
  readonly network: NetworkSettings;
  /** Defaults to compilers that wait for the first request. */
  readonly schemaCompilers: SchemaCompilers | undefined;
  /** Changes that end what is in memory. A request after an idle time waits until they are known. */
  readonly feed: Pick<RestingFeed, 'awaken'>;
  readonly access: AccessDeps;
  readonly reservations: ReservationsDeps;
  readonly orders: OrdersDeps;
  readonly vehicles: VehiclesDeps;
  readonly supply: SupplyDeps;
  readonly events: EventsDeps;
  readonly webhooks: WebhooksDeps;
}

/** Builds the whole HTTP surface: routes of all modules, health, metrics and the page. It does not listen. */
export async function buildApp(deps: AppDeps): Promise<HttpServer> {
  const description = { ...DESCRIPTION, version: deps.version, tags: TAGS, securitySchemes: SECURITY_SCHEMES };
  const app = await createServer(deps.logger, description, deps.network, deps.schemaCompilers);
  if (deps.tracing) traceRequests(app, deps.tracing);
  awakenFeed(app, deps.feed);
  guardRoutes(app, deps.access);
  serveMetrics(app, deps.metrics, deps.exposeMetrics);
  answerFast(app, deps);
  addHealthRoutes(app, { ...deps, database: deps.reservations.database });
  addAccessRoutes(app, deps.access);
  addReservationsRoutes(app, deps.reservations);
  addOrderRoutes(app, deps.orders);
  addVehiclesRoutes(app, deps.vehicles);
  addSupplyRoutes(app, deps.supply);
  addEventRoutes(app, deps.events);
  addWebhooksRoutes(app, deps.webhooks);
  addRetentionRoutes(app, deps.reservations.database);
  await serveStaticFiles(app, PAGE);
  // Last, because event streams end before connections are waited for.
  endConnections(app, deps.shutdown);
  app.closeRoutes();
  return app;
}

type Answered = AnsweredRequest<Principal>;

/**
 * Lets the first request after an idle time wait for one round trip of the change feed. Otherwise it could use nothing in
 * memory, and would load it again. The fast path serves only what is known to be fresh, and leaves the request to here.
 */
function awakenFeed(app: HttpServer, feed: AppDeps['feed']): void {
  app.addHook('onRequest', (_request, _reply, done) => {
    const awake = feed.awaken();
    if (awake === undefined) done();
    else void awake.then(() => done());
  });
}

/** Enables the fast path and, if it is on, the log of requests, of which the fast path writes its own lines. */
function answerFast(app: HttpServer, { network, access, metrics, logger, tracing }: AppDeps): void {
  const sender = access.authenticator ? ANONYMOUS : OPEN;
  if (network.isAccessLogOn) logRequests(app, logger, sender);
  const log = network.isAccessLogOn && ((answered: Answered) => logFastAnswer(logger, sender, answered));
  const trace = tracing && ((answered: Answered) => traceFastAnswer(tracing, answered));
  const observers = [log, trace].filter((observer) => observer !== undefined && observer !== false);
  enableFastPath(app, metrics.requests, {
    gate: createFastPathGate(access),
    headers: network.corsOrigins ? VARY_BY_ORIGIN : [],
    headersFor: network.trustProxy && hstsFor(network.trustProxy),
    // The log has the address that a trusted proxy names, which the framework finds out.
    frameworkHeaders: network.trustProxy && network.isAccessLogOn ? ['x-forwarded-for'] : [],
    // One function, and none at all where nothing is observed: each request pays for it.
    onAnswer: observers.length < 2 ? observers[0] : (answered) => void observers.map((observe) => observe(answered)),
  });
}
