import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from '../../../scripts/cluster/cluster.ts';
import { acceptsConnections, redisRole } from '../../../scripts/cluster/probes.ts';
import { seededRandom } from '../../../src/platform/seeded-random.ts';
import { readStored } from '../../support/bookings/booking-fixture.ts';
import { BookingLoad } from '../../support/bookings/booking-load.ts';
import { brokenInvariants } from '../../support/database/stored-invariants.ts';
import { type FaultReport, factsOf, finding, judge } from '../report.ts';
import { type ClusterFixture, complete, startClusterFixture } from './cluster-fixture.ts';
import { eventually } from './eventually.ts';
import { type Observed, observe } from './observed.ts';
import type { ClusterFaultOptions } from './options.ts';
import { promised } from './promised.ts';

interface Outage {
  readonly name: string;
  /** Whether no request may fail. */
  readonly isUnnoticed: boolean;
  /** Injects the fault and resolves when the cluster is as before. */
  inject(fixture: ClusterFixture): Promise<void>;
}

const NETWORK_CUT_MS = 20_000;

const OUTAGES: readonly Outage[] = [
  {
    name: 'HAProxy in front of the instances reloaded, 5 times',
    isUnnoticed: true,
    async inject({ cluster }) {
      for (let reload = 0; reload < 5; reload += 1) {
        cluster.processes.signal('balancer', 'SIGUSR2');
        await delay(2_000);
      }
    },
  },
  {
    name: 'kill -9 of HAProxy in front of the instances',
    isUnnoticed: false,
    inject: ({ cluster }) => killAndStart(cluster, 'haproxy'),
  },
  {
    name: 'HAProxy in front of the databases reloaded',
    isUnnoticed: true,
    async inject({ cluster }) {
      cluster.processes.signal('router', 'SIGUSR2');
      await delay(10_000);
    },
  },
  {
    name: 'PgBouncer stopped and started again',
    isUnnoticed: false,
    async inject({ cluster }) {
      await cluster.processes.stop('pgbouncer');
      await cluster.up();
    },
  },
  {
    name: 'kill -9 of PgBouncer',
    isUnnoticed: false,
    inject: ({ cluster }) => killAndStart(cluster, 'pgbouncer'),
  },
  {
    name: 'kill -9 of the Redis primary',
    isUnnoticed: true,
    async inject({ cluster }) {
      const name = await cluster.kill('redis');
      const other = cluster.layout.redis.find((each) => each.name !== name);
      await eventually('the replica is primary', async () => (await redisRole(other?.port ?? 0)) === 'master');
      await delay(3_000);
      await cluster.up();
      await eventually('the former primary is a replica', async () => {
        const roles = await Promise.all(cluster.layout.redis.map(({ port }) => redisRole(port)));
        return roles.filter((role) => role === 'slave').length === 1;
      });
    },
  },
  {
    name: 'kill -9 of PostgreSQL alone, which Patroni starts again in place',
    isUnnoticed: false,
    async inject({ cluster }) {
      const name = await cluster.primary();
      await cluster.killPostgresOnly(name);
      await eventually(`${name} accepts connections`, () => acceptsConnections(cluster.postgresNamed(name).port));
      await complete(cluster);
    },
  },
  {
    name: 'kill -9 of the synchronous standby',
    isUnnoticed: false,
    async inject({ cluster }) {
      const standby = (await cluster.members()).find(({ role }) => role === 'sync_standby')?.name ?? '';
      await cluster.killPostgres(standby);
      await delay(20_000);
      await cluster.startPostgres(standby);
      await complete(cluster);
    },
  },
  {
    name: 'kill -9 of one of three etcd members',
    isUnnoticed: true,
    async inject({ cluster }) {
      await cluster.processes.kill('etcd-1');
      await delay(10_000);
      await cluster.up();
    },
  },
  {
    name: `network of one instance cut for ${NETWORK_CUT_MS / 1_000} s`,
    isUnnoticed: false,
    async inject({ wires }) {
      for (const wire of wires) wire.lose();
      await delay(NETWORK_CUT_MS);
      for (const wire of wires) await wire.restore();
      // A request that hung is answered when the balancer gives up.
      await delay(15_000);
    },
  },
];

async function killAndStart(cluster: Cluster, victim: 'haproxy' | 'pgbouncer'): Promise<void> {
  await cluster.kill(victim);
  await delay(2_000);
  await cluster.up();
}

const CALM_MS = 5_000;
const RECOVERED_WITHIN_MS = 30_000;

/** Ends, restarts and cuts off every part of the cluster once under load, and shows what clients saw. */
export async function outages(options: ClusterFaultOptions): Promise<FaultReport[]> {
  const { seed, only = '', say } = options;
  await using fixture = await startClusterFixture(options, { hasWires: true });
  const { bookings, target, database } = fixture;
  const random = seededRandom(seed);
  const load = new BookingLoad({
    target,
    fixture: bookings,
    random,
    buyers: 8,
    pauseMs: 30,
    answerWithinMs: 60_000,
  });
  load.start();
  const seen: { readonly outage: Outage; readonly observed: Observed }[] = [];
  for (const outage of OUTAGES.filter(({ name }) => name.includes(only))) {
    await delay(CALM_MS);
    const fromMs = performance.now();
    await outage.inject(fixture);
    await delay(CALM_MS);
    const observed = observe(load.attempts, { fromMs, untilMs: performance.now() });
    seen.push({ outage, observed });
    say(row(outage.name, observed));
  }
  await load.stop();
  await load.replay(200);
  await using tables = await database.open();
  const stored = await readStored(tables);
  const broken = await brokenInvariants(tables);
  return [
    {
      title: 'every part of the cluster ended, restarted or cut off, under load',
      facts: [...factsOf(load.attempts, stored), ...seen.map(({ outage, observed }) => row(outage.name, observed))],
      findings: [
        finding(
          'clients do not notice what has a replacement',
          seen
            .filter(({ outage }) => outage.isUnnoticed)
            .map(({ outage, observed }) => ({
              ok: observed.unavailable + observed.lost === 0,
              what: row(outage.name, observed),
            })),
        ),
        finding(
          `holds succeed again within ${RECOVERED_WITHIN_MS / 1_000} s`,
          seen.map(({ outage, observed }) => ({
            ok: observed.silenceMs <= RECOVERED_WITHIN_MS,
            what: row(outage.name, observed),
          })),
        ),
        ...promised(judge(load.attempts, stored)),
        finding('the tables keep their invariants', [{ ok: broken.length === 0, what: broken.join('; ') }]),
      ],
    },
  ];
}

function row(name: string, { sent, unavailable, lost, slowestMs, silenceMs }: Observed): string {
  const seconds = (ms: number) => (ms / 1_000).toFixed(1);
  return (
    `${name}: of ${sent} requests ${unavailable} got 503, ${lost} no answer, 502 or 504; ` +
    `slowest ${seconds(slowestMs)} s; ${seconds(silenceMs)} s without a hold`
  );
}
