import { Cluster } from '../../../scripts/cluster/cluster.ts';
import { at } from '../../../scripts/cluster/layout.ts';
import { isComplete, patchConfig } from '../../../scripts/cluster/patroni.ts';
import { inventoryConstraints } from '../../../src/modules/inventory/index.ts';
import { openPostgres } from '../../../src/platform/db/postgres-driver.ts';
import { type BookingFixture, createBookingFixture } from '../../support/bookings/booking-fixture.ts';
import type { OwnDatabase } from '../../support/database/own-database.ts';
import { type FaultyProxy, startFaultyProxy } from '../../support/server/faulty-proxy.ts';
import { MovingTarget } from '../../support/server/moving-target.ts';
import { eventually } from './eventually.ts';
import type { ClusterFaultOptions } from './options.ts';

/** Another one than that of `npm run cluster`. */
const DEFAULT_PORT = 7_600;
const BEHIND_WIRES = 'holdfast-3';

/** A running cluster with data to book, and with one instance whose network can be cut. */
export interface ClusterFixture extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly database: OwnDatabase;
  readonly bookings: BookingFixture;
  /** The balancer. */
  readonly target: MovingTarget;
  /** All that one instance receives from the balancer, and sends to PgBouncer and PostgreSQL. */
  readonly wires: readonly FaultyProxy[];
}

interface FixtureOptions {
  /** Environment of the instances. */
  readonly instanceEnv?: Readonly<Record<string, string>>;
  /** Whether one instance is behind wires. They accept connections also while it is away, as no network does. */
  readonly hasWires?: boolean;
}

export async function startClusterFixture(
  { say, ttlS, basePort = DEFAULT_PORT }: ClusterFaultOptions,
  { instanceEnv = {}, hasWires = false }: FixtureOptions = {},
): Promise<ClusterFixture> {
  await using stack = new AsyncDisposableStack();
  let front: FaultyProxy | undefined;
  let pooled: FaultyProxy | undefined;
  let direct: FaultyProxy | undefined;
  const cluster = await Cluster.create({
    basePort,
    say,
    instanceEnv: (name) => ({
      HOLD_TTL: '2h',
      LOG_LEVEL: 'warn',
      ...instanceEnv,
      ...(name === BEHIND_WIRES && pooled && direct
        ? {
            DATABASE_URL: atPort(cluster.databaseUrl, pooled.port),
            DATABASE_DIRECT_URL: atPort(cluster.databaseUrl, direct.port),
          }
        : {}),
    }),
    balancerEnv: () => (front ? { HOLDFAST_3: at(front.port) } : {}),
  });
  stack.defer(() => cluster.down());
  await cluster.upDatabases();
  const { instances, pgbouncer, router } = cluster.layout;
  if (hasWires) {
    front = stack.use(await startFaultyProxy(instances.find(({ name }) => name === BEHIND_WIRES)?.port ?? 0));
    pooled = stack.use(await startFaultyProxy(pgbouncer.port));
    direct = stack.use(await startFaultyProxy(router.primary));
  }
  if (ttlS !== undefined) await patchConfig(cluster.layout.postgres, timesFor(ttlS));
  await complete(cluster);
  const database: OwnDatabase = {
    kind: 'postgres',
    url: cluster.databaseUrl,
    env: {},
    open: async () =>
      openPostgres({ url: cluster.databaseUrl, constraints: inventoryConstraints, maxConnections: 2, onBroken() {} }),
    async [Symbol.asyncDispose]() {},
  };
  const bookings = await createBookingFixture(database);
  await cluster.upInstances();
  const target = new MovingTarget();
  target.moveTo(cluster.layout.balancer.port);
  const owned = stack.move();
  return {
    cluster,
    database,
    bookings,
    target,
    wires: [front, pooled, direct].filter((wire) => wire !== undefined),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Waits until every PostgreSQL server runs, one of them as the synchronous standby. */
export function complete(cluster: Cluster, synchronous = true): Promise<void> {
  return eventually('every PostgreSQL server streams', async () =>
    isComplete(await cluster.members(), cluster.layout.postgres.length, synchronous),
  );
}

/** Patroni's times that go with a `ttl`, in seconds. */
function timesFor(ttlS: number): object {
  const loopS = Math.max(1, Math.floor(ttlS / 4));
  return { ttl: ttlS, loop_wait: loopS, retry_timeout: Math.max(3, loopS) };
}

function atPort(text: string, port: number): string {
  const url = new URL(text);
  url.port = String(port);
  return url.href;
}
