import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { migrateDatabase } from '../../src/compose/open-database.ts';
import type { Database } from '../../src/platform/db/database.ts';
import { type Random, seededRandom } from '../../src/platform/seeded-random.ts';
import type { Finding } from '../support/bookings/booking-history.ts';
import { createOnPostgres } from '../support/database/own-database.ts';
import {
  type FreshInstance,
  openFreshInstance,
  RACED,
  readVersion,
  type Unfenced,
  writeVersion,
} from '../support/freshness/fresh-instance.ts';
import {
  FRESHNESS_CHECKS,
  judgeFreshness,
  type Read,
  type Verdict,
  type Write,
} from '../support/freshness/freshness-history.ts';
import { startOwnRedis } from '../support/freshness/own-redis.ts';
import { until } from '../support/server/until.ts';
import { openStrikes, type Strikes } from './freshness-faults.ts';
import type { FaultOptions } from './options.ts';
import { type FaultReport, finding } from './report.ts';

const INSTANCES = 3;
const AT_ONCE = 300;
/** Fewer could all be healed by a strike that came after them. */
const CONTROL_RACES = 1_000;
const BOUND_MS = 10_000;
const QUIET_MS = 1_000;
/** Steps of a race begin within this of each other. */
const RACE_MS = 100;
/** What a load takes before it looks and again before it answers, at the longest. */
const WOBBLE_MS = 12;
/** About one every second strikes all races that are under way. */
const FAULTY_STEPS = 0.000_4;

/**
 * Races fills against changes on three instances, while feeds are cut and Redis is flushed and frozen. Each race has a
 * key of its own, and a history that is judged by itself. The controls run the same without one of the two fences.
 */
export async function freshness({ seed, races = 10_000, postgresUrl }: FaultOptions): Promise<FaultReport[]> {
  if (postgresUrl === undefined) return [];
  const report = await raceAll(postgresUrl, seed, races, undefined);
  if (!report) return [{ title: 'freshness: skipped, as there is no redis-server here', facts: [], findings: [] }];
  const controls: FaultReport[] = [];
  for (const unfenced of ['memory', 'shared'] as const) {
    const control = await raceAll(postgresUrl, seed, Math.max(Math.ceil(races / 5), CONTROL_RACES), unfenced);
    if (control) controls.push(turnedRound(control));
  }
  return [report, ...controls];
}

/** A control keeps its promise by breaking the others. */
function turnedRound({ title, facts, findings }: FaultReport): FaultReport {
  const told = findings.map(({ check, trials, breaches }) => `${breaches.length} of ${trials} broken: ${check}`);
  const { own, others, quiet } = FRESHNESS_CHECKS;
  const stale = findings.filter(({ check }) => [own, others, quiet].some((each) => each === check));
  const found = stale.some(({ breaches }) => breaches.length > 0);
  return {
    title: `control: ${title}`,
    facts: [...facts, ...told],
    findings: [finding('without the fence stale answers are found', [{ ok: found, what: 'none was found' }])],
  };
}

interface Stage {
  readonly instances: readonly FreshInstance[];
  /** Another program with connections of its own. */
  readonly stranger: Database;
  readonly strikes: Strikes;
  /** Races on views that are patched, too; the controls are about the others. */
  readonly patching: boolean;
}

async function raceAll(
  postgresUrl: string,
  seed: number,
  races: number,
  unfenced: Unfenced,
): Promise<FaultReport | undefined> {
  await using redis = await startOwnRedis();
  if (!redis) return undefined;
  await using own = await createOnPostgres(postgresUrl);
  await using stranger = await own.open();
  await migrateDatabase(stranger);
  for (const statement of [...RACED.split(';'), UNSYNCED]) {
    await stranger.transaction((tx) => sql.raw(statement).execute(tx));
  }
  await using stack = new AsyncDisposableStack();
  const loading = seededRandom(seed, -1);
  const wobbleMs = () => (loading.chance(0.3) ? 0 : loading.integer(1, WOBBLE_MS));
  const instances: FreshInstance[] = [];
  for (let index = 0; index < INSTANCES; index += 1) {
    const urls = { databaseUrl: own.url ?? '', redisUrl: redis.url };
    instances.push(stack.use(await openFreshInstance({ ...urls, boundMs: BOUND_MS, wobbleMs, unfenced })));
  }
  await until('Redis is in use', () => instances.every(({ redis }) => redis.usable));
  const strikes = stack.use(await openStrikes(redis, stranger));
  const stage: Stage = { instances, stranger, strikes, patching: unfenced === undefined };
  const startedAt = performance.now();
  const histories: History[] = [];
  let next = 0;
  const run = async (_: unknown, runner: number) => {
    // Evenly, so that at any moment some are in the midst of theirs and others wait for quiet.
    await delay((QUIET_MS * runner) / AT_ONCE);
    while (next < races) histories.push(await race(stage, ++next, seededRandom(seed, next)));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, run));
  const fences = {
    memory: 'without the fence in memory',
    shared: 'without the fence in Redis',
    none: 'with both fences',
  };
  return {
    title: `${races} races of fills and changes on ${INSTANCES} instances, ${fences[unfenced ?? 'none']}`,
    facts: [...factsOf(stage, histories), `in ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`],
    findings: [...tally(histories.flatMap(({ verdicts }) => verdicts)), ...(unfenced ? [] : [liesAreFound(histories)])],
  };
}

/** Only the machine's loss would tell the difference, and every commit would wait for the disk. */
const UNSYNCED = `do $$ begin
  execute format('alter database %I set synchronous_commit = off', current_database());
end $$`;

interface History {
  readonly key: number;
  readonly writes: readonly Write[];
  readonly reads: readonly Read[];
  readonly verdicts: readonly Verdict[];
}

async function race(stage: Stage, key: number, random: Random): Promise<History> {
  const writes: Write[] = [];
  const reads: Read[] = [];
  const view = stage.patching && random.chance(0.3) ? 'patched' : 'shared';

  async function read(instance: number, boundMs: number, afterQuiet = false): Promise<void> {
    const invokedAt = performance.now();
    const served = await at(stage, instance)[view].get(key, boundMs);
    const { ageMs, source, origin } = served;
    const version = served.value?.version ?? 0;
    const from = `${origin}, ${source}`;
    reads.push({ instance, version, ageMs, boundMs, invokedAt, returnedAt: performance.now(), afterQuiet, from });
  }
  async function write(instance: number | undefined): Promise<void> {
    const invokedAt = performance.now();
    const version = await (instance === undefined ? strangerWrites(stage, key) : at(stage, instance).write(key));
    writes.push({ version, instance, invokedAt, returnedAt: performance.now() });
    if (instance !== undefined && random.chance(0.7)) await read(instance, BOUND_MS);
  }
  async function step(): Promise<void> {
    await delay(random.integer(0, RACE_MS));
    const instance = random.integer(0, INSTANCES - 1);
    const dice = random.next();
    if (dice < FAULTY_STEPS) await stage.strikes.strike(random);
    else if (dice < 0.2) await write(instance);
    else if (dice < 0.3) await write(undefined);
    else await read(instance, random.chance(0.2) ? random.integer(0, RACE_MS) : BOUND_MS);
  }

  await Promise.all(Array.from({ length: random.integer(6, 14) }, step));
  await delay(QUIET_MS);
  await Promise.all(stage.instances.map((instance) => instance.caughtUp()));
  await Promise.all(stage.instances.map((_, instance) => read(instance, BOUND_MS, true)));
  const stored = await stage.stranger.read((reader) => readVersion(reader, key));
  return { key, writes, reads, verdicts: judgeFreshness(writes, reads, stored ?? 0) };
}

async function strangerWrites({ stranger }: Stage, key: number): Promise<number> {
  const { rows } = await stranger.statement((tx) => writeVersion(key).execute(tx));
  return rows[0]?.version ?? 0;
}

function at({ instances }: Stage, index: number): FreshInstance {
  const instance = instances[index];
  if (!instance) throw new Error(`there is no instance ${index}`);
  return instance;
}

function tally(verdicts: readonly Verdict[]): Finding[] {
  const by = Map.groupBy(verdicts, ({ check }) => check);
  return Object.entries(FRESHNESS_CHECKS).map(([check, told]) =>
    finding(told, by.get(check as Verdict['check']) ?? []),
  );
}

/** Control: the same histories, with every answer said to be of this moment. */
function liesAreFound(histories: readonly History[]): Finding {
  const verdicts = histories.flatMap(({ writes, reads }) => {
    return judgeFreshness(
      writes,
      reads.map((read) => ({ ...read, ageMs: 0 })),
      0,
    );
  });
  const found = verdicts.some(({ check, ok }) => check === 'age' && !ok);
  return finding('control: ages told as 0 are found to be lies', [{ ok: found, what: 'none was found' }]);
}

/** Whether there was a race at all. */
function factsOf({ instances, strikes }: Stage, histories: readonly History[]): string[] {
  const writesOf = new Map(histories.map(({ key, writes }) => [key, writes]));
  const loads = instances.flatMap((instance) => instance.loads);
  const raced = loads.filter(({ key, startedAt, endedAt }) =>
    writesOf.get(key)?.some(({ invokedAt, returnedAt }) => invokedAt > startedAt && returnedAt < endedAt),
  );
  const writes = histories.reduce((sum, history) => sum + history.writes.length, 0);
  const fromOf = (quiet: boolean) => {
    const reads = histories.flatMap((history) => history.reads.filter(({ afterQuiet }) => afterQuiet === quiet));
    const counts = [...Map.groupBy(reads, ({ from }) => from.split(',')[0])].map(
      ([from, each]) => `${from} ${each.length}`,
    );
    return `${reads.length} reads (${counts.sort().join(', ')})`;
  };
  return [
    `${writes} changes; ${fromOf(false)} beside them, ${fromOf(true)} after quiet`,
    `${loads.length} loads, with a whole change inside ${raced.length} of them`,
    Object.entries(strikes.struck)
      .map(([name, times]) => `${name} ${times} times`)
      .sort()
      .join(', '),
  ];
}
