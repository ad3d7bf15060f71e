import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { migrateDatabase } from '../../src/compose/open-database.ts';
import type { Database } from '../../src/platform/db/database.ts';
import { seededRandom } from '../../src/platform/seeded-random.ts';
import type { Finding } from '../support/bookings/booking-history.ts';
import { createOnPostgres } from '../support/database/own-database.ts';
import { FRESHNESS_FIXTURE, FreshLoad, type TimedRequest } from '../support/freshness/fresh-load.ts';
import { type OwnRedis, startOwnRedis } from '../support/freshness/own-redis.ts';
import { flushOnce } from '../support/freshness/redis-inspector.ts';
import { type ChildServer, startChildServer } from '../support/server/child-server.ts';
import { summarizeVerdicts } from './freshness.ts';
import type { FaultOptions } from './options.ts';
import { type FaultReport, finding } from './report.ts';

const INSTANCES = 3;
/** Load after each outage, before the next one. */
const CALM_MS = 2_500;
/** Load before the first outage: the first answers of a process take longer, whatever the request. */
const WARM_UP_MS = 3_000;
/** Time after which a command to Redis fails, and what a busy machine may add to any answer. */
const COMMAND_TIMEOUT_MS = 50;
const BUSY_MACHINE_MS = 1_000;
/** Time within which every server has noticed an outage. */
const NOTICED_MS = 500;
const USED_AGAIN_WITHIN_MS = 5_000;
const OUTAGE_MS = 3_000;

interface Outage {
  readonly name: string;
  /** Whether Redis is away from `start` until `end`. If not, `start` does everything. */
  readonly lasting: boolean;
  start(redis: OwnRedis): Promise<void>;
  end(redis: OwnRedis): Promise<void>;
}

const OUTAGES: readonly Outage[] = [
  { name: 'killed for 3 s', lasting: true, start: (redis) => redis.kill(), end: (redis) => redis.restart() },
  {
    name: 'frozen for 3 s',
    lasting: true,
    start: async (redis) => redis.freeze(),
    end: async (redis) => redis.thaw(),
  },
  {
    name: 'frozen again and again',
    lasting: false,
    async start(redis) {
      for (let frozenMs = 20; frozenMs <= 320; frozenMs *= 2) {
        redis.freeze();
        await delay(frozenMs);
        redis.thaw();
        await delay(400);
      }
    },
    async end() {},
  },
  {
    name: 'flushed 20 times',
    lasting: false,
    async start({ url }) {
      for (let times = 0; times < 20; times += 1) {
        await flushOnce(url);
        await delay(100);
      }
    },
    async end() {},
  },
  { name: 'restarted, empty', lasting: false, start: (redis) => redis.restart(), async end() {} },
];

/** Takes Redis away from three servers under load, in every way it can fail. Answers may only become slower. */
export async function redis({ seed, postgresUrl, only }: FaultOptions): Promise<FaultReport[]> {
  if (postgresUrl === undefined) return [];
  await using stack = new AsyncDisposableStack();
  const store = await startOwnRedis();
  if (!store) return [{ title: 'Redis: skipped, because no redis-server is installed', facts: [], findings: [] }];
  stack.use(store);
  const own = stack.use(await createOnPostgres(postgresUrl));
  const tables = stack.use(await own.open());
  await migrateDatabase(tables);
  for (const statement of FRESHNESS_FIXTURE.split(';')) {
    await tables.transaction((tx) => sql.raw(statement).execute(tx));
  }
  // The servers must start without Redis.
  await store.kill();
  const servers: ChildServer[] = [];
  while (servers.length < INSTANCES) {
    servers.push(stack.use(await startChildServer({ ...own.env, REDIS_URL: store.url, HOLD_TTL: '2h' })));
  }
  const load = new FreshLoad(
    servers.map(({ port }) => port),
    seededRandom(seed),
  );
  await load.start();
  await delay(WARM_UP_MS);
  const windows = [await observe(AWAY_AT_START, store, load)];
  for (const outage of OUTAGES.filter(({ name }) => name.includes(only ?? ''))) {
    windows.push(await observe(outage, store, load));
  }
  await load.stop();
  await delay(1_000);
  await load.readAfterQuiet();
  return [
    {
      title: `Redis away from ${INSTANCES} servers, under load`,
      facts: windows.map((window) => describeWindow(window, load.reads)),
      findings: [
        ...summarizeVerdicts(load.verdicts(await storedVersions(tables))),
        ...judgeAnswers(load, windows),
        finding(
          'every server runs and reports no error',
          servers.map(({ alive, complaints }) => ({
            ok: alive && complaints.length === 0,
            what: `${alive ? '' : 'ended; '}${complaints.join('\n')}`,
          })),
        ),
      ],
    },
  ];
}

const AWAY_AT_START: Outage = {
  name: 'away when the servers start',
  lasting: true,
  async start() {},
  end: (redis) => redis.restart(),
};

/** The time from the start of an outage to the start of the next one. */
interface Window {
  readonly outage: Outage;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly untilAt: number;
}

async function observe(outage: Outage, store: OwnRedis, load: FreshLoad): Promise<Window> {
  const startedAt = performance.now();
  await outage.start(store);
  if (outage.lasting) await delay(OUTAGE_MS);
  await outage.end(store);
  const endedAt = performance.now();
  const deadline = endedAt + USED_AGAIN_WITHIN_MS;
  while (usedAgainAfterMs(load.reads, endedAt) === Infinity && performance.now() < deadline) await delay(20);
  await delay(CALM_MS);
  return { outage, startedAt, endedAt, untilAt: performance.now() };
}

/** Time from the end of an outage until a server found an entry that another one had left in Redis. */
function usedAgainAfterMs(reads: readonly TimedRequest[], endedAt: number): number {
  const found = reads.find(({ startedAt, cacheStatus }) => startedAt > endedAt && cacheStatus.includes('shared'));
  return found ? found.startedAt + found.tookMs - endedAt : Infinity;
}

function judgeAnswers({ reads, writes }: FreshLoad, windows: readonly Window[]): Finding[] {
  const describe = ({ status, tookMs, cacheStatus }: TimedRequest) =>
    `${status} after ${Math.round(tookMs)} ms, ${cacheStatus}`;
  const all = [...reads, ...writes];
  const lasting = windows.filter(({ outage }) => outage.lasting);
  return [
    finding(
      'every read and every write is answered, and none with a 5xx',
      all.map((each) => ({ ok: each.status >= 200 && each.status < 300, what: describe(each) })),
    ),
    finding(
      `no answer takes longer than one timeout of ${COMMAND_TIMEOUT_MS} ms and ${BUSY_MACHINE_MS} ms for the machine`,
      all.map((each) => ({ ok: each.tookMs <= COMMAND_TIMEOUT_MS + BUSY_MACHINE_MS, what: describe(each) })),
    ),
    finding(
      `once the outage is noticed, the median miss takes less than the timeout of ${COMMAND_TIMEOUT_MS} ms`,
      lasting.map((window) => {
        const { count, at } = quantiles(missesWithoutRedis(reads, window));
        return { ok: at(0.5) < COMMAND_TIMEOUT_MS, what: `${window.outage.name}: ${at(0.5)} ms of ${count}` };
      }),
    ),
    finding(
      `Redis is used again within ${USED_AGAIN_WITHIN_MS / 1_000} s after it is back`,
      windows.map(({ outage, endedAt }) => {
        const ms = usedAgainAfterMs(reads, endedAt);
        return { ok: ms <= USED_AGAIN_WITHIN_MS, what: `${outage.name}: ${ms} ms` };
      }),
    ),
  ];
}

/**
 * Reads from the database while every server knew that Redis was away. Availability is left out, because it is not
 * shared through Redis.
 */
function missesWithoutRedis(reads: readonly TimedRequest[], window: Window): TimedRequest[] {
  return reads.filter(
    ({ path, startedAt, cacheStatus }) =>
      startedAt > window.startedAt + NOTICED_MS &&
      startedAt < window.endedAt &&
      cacheStatus.includes('fwd') &&
      !path.includes('slots'),
  );
}

function quantiles(reads: readonly TimedRequest[]) {
  const tookMs = reads.map((each) => each.tookMs).sort((a, b) => a - b);
  return {
    count: tookMs.length,
    at: (share: number) => tookMs[Math.floor((tookMs.length - 1) * share)] ?? Number.NaN,
  };
}

function describeWindow(window: Window, all: readonly TimedRequest[]): string {
  const { outage, endedAt } = window;
  const reads = all.filter(({ startedAt }) => startedAt >= window.startedAt && startedAt < window.untilAt);
  const countOf = (word: string) => reads.filter(({ cacheStatus }) => cacheStatus.includes(word)).length;
  const [took, misses] = [quantiles(reads), quantiles(missesWithoutRedis(all, window))];
  return [
    `${outage.name}: ${reads.length} answers, ${countOf('shared')} from Redis, ${countOf('fwd')} from the database`,
    `median ${took.at(0.5).toFixed(1)}, p99 ${took.at(0.99).toFixed(1)}, slowest ${took.at(1).toFixed(1)} ms`,
    ...(outage.lasting ? [`${misses.count} misses without Redis, median ${misses.at(0.5).toFixed(1)} ms`] : []),
    `used again after ${Math.round(usedAgainAfterMs(all, endedAt))} ms`,
  ].join('; ');
}

async function storedVersions(database: Database): Promise<Map<string, number>> {
  const { rows } = await database.read((reader) =>
    sql<{ name: string; version: number }>`
      select 'vehicle ' || vehicle_id as name, count(*) as version from state_log group by 1
      union all select 'order ' || id, customer::bigint from orders
      union all select 'slot ' || id, claimed from slot`.execute(reader),
  );
  return new Map(rows.map(({ name, version }) => [name, version]));
}
