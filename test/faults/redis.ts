import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { migrateDatabase } from '../../src/compose/open-database.ts';
import type { Database } from '../../src/platform/db/database.ts';
import { seededRandom } from '../../src/platform/seeded-random.ts';
import type { Finding } from '../support/bookings/booking-history.ts';
import { createOnPostgres } from '../support/database/own-database.ts';
import { type Asked, FRESH_GROUND, FreshLoad } from '../support/freshness/fresh-load.ts';
import { FRESHNESS_CHECKS } from '../support/freshness/freshness-history.ts';
import { type OwnRedis, startOwnRedis } from '../support/freshness/own-redis.ts';
import { flushOnce } from '../support/freshness/redis-inspector.ts';
import { type ChildServer, startChildServer } from '../support/server/child-server.ts';
import type { FaultOptions } from './options.ts';
import { type FaultReport, finding } from './report.ts';

const INSTANCES = 3;
const CALM_MS = 2_500;
/** The first answers of a process take longer, whatever it asks. */
const WARM_MS = 3_000;
/** What a command of a server gets before it goes on without Redis, and what a busy machine may add to an answer. */
const LOST_ONCE_MS = 50;
const MACHINE_MS = 1_000;
/** From here on after a blow every server has noticed it. */
const NOTICED_MS = 500;
const USED_AGAIN_WITHIN_MS = 5_000;

interface Blow {
  readonly name: string;
  /** Whether it is away all the while. */
  readonly away: boolean;
  happen(redis: OwnRedis): Promise<void>;
  mend(redis: OwnRedis): Promise<void>;
}

const BLOWS: readonly Blow[] = [
  { name: 'killed for 3 s', away: true, happen: (redis) => redis.kill(), mend: (redis) => redis.restart() },
  {
    name: 'frozen for 3 s',
    away: true,
    happen: async (redis) => redis.freeze(),
    mend: async (redis) => redis.thaw(),
  },
  {
    name: 'frozen again and again',
    away: false,
    async happen(redis) {
      for (let nap = 20; nap <= 320; nap *= 2) {
        redis.freeze();
        await delay(nap);
        redis.thaw();
        await delay(400);
      }
    },
    async mend() {},
  },
  {
    name: 'flushed 20 times',
    away: false,
    async happen({ url }) {
      for (let times = 0; times < 20; times += 1) {
        await flushOnce(url);
        await delay(100);
      }
    },
    async mend() {},
  },
  { name: 'restarted, empty', away: false, happen: (redis) => redis.restart(), async mend() {} },
];

/** Takes Redis away from three servers under load, in every way it can go: nobody may notice but by the milliseconds. */
export async function redis({ seed, postgresUrl, only }: FaultOptions): Promise<FaultReport[]> {
  if (postgresUrl === undefined) return [];
  await using stack = new AsyncDisposableStack();
  const store = await startOwnRedis();
  if (!store) return [{ title: 'Redis: skipped, as there is no redis-server here', facts: [], findings: [] }];
  stack.use(store);
  const own = stack.use(await createOnPostgres(postgresUrl));
  const tables = stack.use(await own.open());
  await migrateDatabase(tables);
  for (const statement of FRESH_GROUND.split(';')) await tables.transaction((tx) => sql.raw(statement).execute(tx));
  // It is not there when the servers start, which must not keep them from starting.
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
  await delay(WARM_MS);
  const windows = [await watch(BORN_WITHOUT, store, load)];
  for (const blow of BLOWS.filter(({ name }) => name.includes(only ?? ''))) {
    windows.push(await watch(blow, store, load));
  }
  await load.stop();
  await delay(1_000);
  await load.readAfterQuiet();
  const verdicts = Map.groupBy(load.verdicts(await storedVersions(tables)), ({ check }) => check);
  return [
    {
      title: `Redis away from ${INSTANCES} servers, under load`,
      facts: windows.map((window) => factsOf(window, load.asked)),
      findings: [
        ...Object.entries(FRESHNESS_CHECKS).map(([check, told]) =>
          finding(told, verdicts.get(check as keyof typeof FRESHNESS_CHECKS) ?? []),
        ),
        ...served(load, windows),
        finding(
          'every server lives and complains of nothing',
          servers.map(({ alive, complaints }) => ({
            ok: alive && complaints.length === 0,
            what: `${alive ? '' : 'gone; '}${complaints.join('\n')}`,
          })),
        ),
      ],
    },
  ];
}

const BORN_WITHOUT: Blow = {
  name: 'not there at the start',
  away: true,
  async happen() {},
  mend: (redis) => redis.restart(),
};

interface Window {
  readonly blow: Blow;
  readonly struckAt: number;
  readonly mendedAt: number;
  readonly untilAt: number;
}

async function watch(blow: Blow, store: OwnRedis, load: FreshLoad): Promise<Window> {
  const struckAt = performance.now();
  await blow.happen(store);
  if (blow.away) await delay(3_000);
  await blow.mend(store);
  const mendedAt = performance.now();
  const giveUpAt = mendedAt + USED_AGAIN_WITHIN_MS;
  while (usedAgainAfterMs(load.asked, mendedAt) === Infinity && performance.now() < giveUpAt) await delay(20);
  await delay(CALM_MS);
  return { blow, struckAt, mendedAt, untilAt: performance.now() };
}

/** Until something was found that another server had left in Redis. */
function usedAgainAfterMs(asked: readonly Asked[], mendedAt: number): number {
  const found = asked.find(({ startedAt, cacheStatus }) => startedAt > mendedAt && cacheStatus.includes('shared'));
  return found ? found.startedAt + found.tookMs - mendedAt : Infinity;
}

function served({ asked, written }: FreshLoad, windows: readonly Window[]): Finding[] {
  const told = ({ status, tookMs, cacheStatus }: Asked) => `${status} after ${Math.round(tookMs)} ms, ${cacheStatus}`;
  const all = [...asked, ...written];
  const away = windows.filter(({ blow }) => blow.away);
  return [
    finding(
      'every question and every write is answered, and none with a 5xx',
      all.map((each) => ({ ok: each.status >= 200 && each.status < 300, what: told(each) })),
    ),
    finding(
      `none takes longer than the ${LOST_ONCE_MS} ms lost once, and ${MACHINE_MS} ms for the machine`,
      all.map((each) => ({ ok: each.tookMs <= LOST_ONCE_MS + MACHINE_MS, what: told(each) })),
    ),
    finding(
      `once it is noticed the median miss takes less than the ${LOST_ONCE_MS} ms that each would wait for Redis`,
      away.map((window) => {
        const { count, at } = quantiles(missesWithout(asked, window));
        return { ok: at(0.5) < LOST_ONCE_MS, what: `${window.blow.name}: ${at(0.5)} ms of ${count}` };
      }),
    ),
    finding(
      `it is used again ${USED_AGAIN_WITHIN_MS / 1_000} s after it is back`,
      windows.map(({ blow, mendedAt }) => {
        const ms = usedAgainAfterMs(asked, mendedAt);
        return { ok: ms <= USED_AGAIN_WITHIN_MS, what: `${blow.name}: ${ms} ms` };
      }),
    ),
  ];
}

/** Answers from the database while every server knew that Redis was away. Free time is not shared through it. */
function missesWithout(asked: readonly Asked[], { struckAt, mendedAt }: Window): Asked[] {
  return asked.filter(
    ({ path, startedAt, cacheStatus }) =>
      startedAt > struckAt + NOTICED_MS &&
      startedAt < mendedAt &&
      cacheStatus.includes('fwd') &&
      !path.includes('slots'),
  );
}

function quantiles(asked: readonly Asked[]) {
  const tookMs = asked.map((each) => each.tookMs).sort((a, b) => a - b);
  return {
    count: tookMs.length,
    at: (share: number) => tookMs[Math.floor((tookMs.length - 1) * share)] ?? Number.NaN,
  };
}

function factsOf(window: Window, all: readonly Asked[]): string {
  const { blow, struckAt, mendedAt, untilAt } = window;
  const asked = all.filter(({ startedAt }) => startedAt >= struckAt && startedAt < untilAt);
  const counted = (word: string) => asked.filter(({ cacheStatus }) => cacheStatus.includes(word)).length;
  const [took, misses] = [quantiles(asked), quantiles(missesWithout(all, window))];
  return [
    `${blow.name}: ${asked.length} answers, ${counted('shared')} from Redis, ${counted('fwd')} from the database`,
    `median ${took.at(0.5).toFixed(1)}, p99 ${took.at(0.99).toFixed(1)}, slowest ${took.at(1).toFixed(1)} ms`,
    ...(blow.away ? [`${misses.count} misses without it, median ${misses.at(0.5).toFixed(1)} ms`] : []),
    `used again after ${Math.round(usedAgainAfterMs(all, mendedAt))} ms`,
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
