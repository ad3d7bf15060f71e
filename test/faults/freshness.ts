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
import { type FaultInjector, openFaultInjector } from './feed-and-redis-faults.ts';
import type { FaultOptions } from './options.ts';
import { type FaultReport, finding } from './report.ts';

const INSTANCES = 3;
/** Number of races in progress at any time. */
const CONCURRENT_RACES = 300;
/** Minimum number of races of a control. The stale entries of fewer could all be ended by a fault injected later. */
const CONTROL_RACES = 1_000;
const BOUND_MS = 10_000;
const QUIET_MS = 1_000;
/** Time within which the steps of a race begin. */
const RACE_MS = 100;
/** Maximum delay of the source before it reads and again before it answers. */
const MAX_SOURCE_DELAY_MS = 12;
/** Share of the steps that inject a fault: about one per second, into all races in progress. */
const FAULTY_STEPS = 0.000_4;

/**
 * Races fills against changes on three instances while feeds disconnect and Redis is flushed and frozen. Each race
 * has its own key and is judged by its own history. Each control removes one of the two fences.
 */
export async function freshness({ seed, races = 10_000, postgresUrl }: FaultOptions): Promise<FaultReport[]> {
  if (postgresUrl === undefined) return [];
  const report = await raceAll(postgresUrl, seed, races, undefined);
  if (!report) return [{ title: 'freshness: skipped, because no redis-server is installed', facts: [], findings: [] }];
  const controls: FaultReport[] = [];
  for (const unfenced of ['memory', 'shared'] as const) {
    const control = await raceAll(postgresUrl, seed, Math.max(Math.ceil(races / 5), CONTROL_RACES), unfenced);
    if (control) controls.push(invert(control));
  }
  return [report, ...controls];
}

/** The report of a control, which succeeds when the checks have found stale answers. */
function invert({ title, facts, findings }: FaultReport): FaultReport {
  const counts = findings.map(({ check, trials, breaches }) => `${breaches.length} of ${trials} broken: ${check}`);
  const { own, others, quiet } = FRESHNESS_CHECKS;
  const stale = findings.filter(({ check }) => [own, others, quiet].some((each) => each === check));
  const found = stale.some(({ breaches }) => breaches.length > 0);
  return {
    title: `control: ${title}`,
    facts: [...facts, ...counts],
    findings: [finding('without the fence stale answers are found', [{ ok: found, what: 'none was found' }])],
  };
}

/** The servers and programs that all races use. */
interface Setting {
  readonly instances: readonly FreshInstance[];
  /** Connections of another program. */
  readonly otherProgram: Database;
  readonly faults: FaultInjector;
  /** Whether to race on patched views too. The controls race on shared views only. */
  readonly racesOnPatched: boolean;
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
  await using otherProgram = await own.open();
  await migrateDatabase(otherProgram);
  for (const statement of [...RACED.split(';'), UNSYNCED]) {
    await otherProgram.transaction((tx) => sql.raw(statement).execute(tx));
  }
  await using stack = new AsyncDisposableStack();
  const loading = seededRandom(seed, -1);
  const sourceDelayMs = () => (loading.chance(0.3) ? 0 : loading.integer(1, MAX_SOURCE_DELAY_MS));
  const instances: FreshInstance[] = [];
  for (let index = 0; index < INSTANCES; index += 1) {
    const urls = { databaseUrl: own.url ?? '', redisUrl: redis.url };
    instances.push(stack.use(await openFreshInstance({ ...urls, boundMs: BOUND_MS, sourceDelayMs, unfenced })));
  }
  await until('Redis is in use', () => instances.every(({ redis }) => redis.isUsable));
  const faults = stack.use(await openFaultInjector(redis, otherProgram));
  const setting: Setting = { instances, otherProgram, faults, racesOnPatched: unfenced === undefined };
  const startedAt = performance.now();
  const histories: History[] = [];
  let next = 0;
  const run = async (_: unknown, runner: number) => {
    // Starts are spread evenly, so that at any moment some races are in progress and others wait for quiet.
    await delay((QUIET_MS * runner) / CONCURRENT_RACES);
    while (next < races) histories.push(await race(setting, ++next, seededRandom(seed, next)));
  };
  await Promise.all(Array.from({ length: CONCURRENT_RACES }, run));
  const fences = {
    memory: 'without the fence in memory',
    shared: 'without the fence in Redis',
    none: 'with both fences',
  };
  return {
    title: `${races} races of fills and changes on ${INSTANCES} instances, ${fences[unfenced ?? 'none']}`,
    facts: [...factsOf(setting, histories), `in ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`],
    findings: [
      ...summarizeVerdicts(histories.flatMap(({ verdicts }) => verdicts)),
      ...(unfenced ? [] : [falseAgesAreFound(histories)]),
    ],
  };
}

/** Turns off waiting for the disk at every commit. Only the loss of the machine would make a difference. */
const UNSYNCED = `do $$ begin
  execute format('alter database %I set synchronous_commit = off', current_database());
end $$`;

interface History {
  readonly key: number;
  readonly writes: readonly Write[];
  readonly reads: readonly Read[];
  readonly verdicts: readonly Verdict[];
}

async function race(setting: Setting, key: number, random: Random): Promise<History> {
  const writes: Write[] = [];
  const reads: Read[] = [];
  const view = setting.racesOnPatched && random.chance(0.3) ? 'patched' : 'shared';

  async function read(instance: number, boundMs: number, afterQuiet = false): Promise<void> {
    const invokedAt = performance.now();
    const served = await instanceAt(setting, instance)[view].get(key, boundMs);
    const { ageMs, lookup, origin } = served;
    const version = served.value?.version ?? 0;
    const from = `${origin}, ${lookup}`;
    reads.push({ instance, version, ageMs, boundMs, invokedAt, returnedAt: performance.now(), afterQuiet, from });
  }
  async function write(instance: number | undefined): Promise<void> {
    const invokedAt = performance.now();
    const version = await (instance === undefined
      ? writeByOtherProgram(setting, key)
      : instanceAt(setting, instance).write(key));
    writes.push({ version, instance, invokedAt, returnedAt: performance.now() });
    if (instance !== undefined && random.chance(0.7)) await read(instance, BOUND_MS);
  }
  async function step(): Promise<void> {
    await delay(random.integer(0, RACE_MS));
    const instance = random.integer(0, INSTANCES - 1);
    const dice = random.next();
    if (dice < FAULTY_STEPS) await setting.faults.inject(random);
    else if (dice < 0.2) await write(instance);
    else if (dice < 0.3) await write(undefined);
    else await read(instance, random.chance(0.2) ? random.integer(0, RACE_MS) : BOUND_MS);
  }

  await Promise.all(Array.from({ length: random.integer(6, 14) }, step));
  await delay(QUIET_MS);
  await Promise.all(setting.instances.map((instance) => instance.caughtUp()));
  await Promise.all(setting.instances.map((_, instance) => read(instance, BOUND_MS, true)));
  const stored = await setting.otherProgram.read((reader) => readVersion(reader, key));
  return { key, writes, reads, verdicts: judgeFreshness(writes, reads, stored ?? 0) };
}

async function writeByOtherProgram({ otherProgram }: Setting, key: number): Promise<number> {
  const { rows } = await otherProgram.statement((tx) => writeVersion(key).execute(tx));
  return rows[0]?.version ?? 0;
}

function instanceAt({ instances }: Setting, index: number): FreshInstance {
  const instance = instances[index];
  if (!instance) throw new Error(`there is no instance ${index}`);
  return instance;
}

/** One finding per check, from the verdicts of all reads. */
export function summarizeVerdicts(verdicts: readonly Verdict[]): Finding[] {
  const byCheck = Map.groupBy(verdicts, ({ check }) => check);
  return Object.entries(FRESHNESS_CHECKS).map(([check, description]) =>
    finding(description, byCheck.get(check as Verdict['check']) ?? []),
  );
}

/** Control: the same histories, with the age of every answer set to 0. */
function falseAgesAreFound(histories: readonly History[]): Finding {
  const verdicts = histories.flatMap(({ writes, reads }) => {
    return judgeFreshness(
      writes,
      reads.map((read) => ({ ...read, ageMs: 0 })),
      0,
    );
  });
  const found = verdicts.some(({ check, ok }) => check === 'age' && !ok);
  return finding('control: ages set to 0 are found to be wrong', [{ ok: found, what: 'none was found' }]);
}

/** Figures that show whether races took place at all. */
function factsOf({ instances, faults }: Setting, histories: readonly History[]): string[] {
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
    `${writes} changes; ${fromOf(false)} during the races, ${fromOf(true)} after quiet`,
    `${loads.length} loads; during ${raced.length} of them a change began and ended`,
    Object.entries(faults.injected)
      .map(([name, times]) => `${name} ${times} times`)
      .sort()
      .join(', '),
  ];
}
