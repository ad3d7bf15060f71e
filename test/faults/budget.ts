import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { migrateDatabase } from '../../src/compose/open-database.ts';
import type { Supplier } from '../../src/modules/supply/index.ts';
import { type Random, seededRandom } from '../../src/platform/seeded-random.ts';
import { mostInWindow, type RunningSimulator, startSimulator } from '../../src/simulator/index.ts';
import { replaceInFunction } from '../support/database/break-function.ts';
import { createOnPostgres, type OwnDatabase } from '../support/database/own-database.ts';
import { addSupplier } from '../support/supply/supplied-slots.ts';
import { supplierAt } from '../support/supply/supplier-at.ts';
import type { FaultOptions } from './options.ts';
import { type FaultReport, finding } from './report.ts';

/** Time is scaled: a minute of the limit, and all times that relate to it, take three seconds. */
const MINUTE_MS = 3_000;
const MINUTES = 60;
const LIMIT = 30;
const INSTANCES = 3;
const DAYS = 31;
const FIRST_SYNTHETIC = 1_001;
/** As many partitions as the limit allows pulls in an hour. */
const PRODUCTS = Math.floor((LIMIT * MINUTES) / DAYS);

const TUNING = {
  leaseMs: 1_000,
  pullLeaseMs: 3_000,
  sendWithinMs: 500,
  pollMs: 20,
  retry: { baseMs: 1_500, capMs: 1_500 },
  takeReadsEveryMs: 500,
  maxConcurrentPulls: 1,
};
const HTTP = { connectMs: 300, answerMs: 800, idleMs: 300, totalMs: 1_200 };

const PROCESS = fileURLToPath(new URL('../support/supply/sync-process.ts', import.meta.url));

/**
 * Runs one hour of a supplier that may be pulled 30 times a minute, at twenty times the speed. Three instances are
 * killed and frozen at random, and some requests fail. The checks use the supplier's own log.
 */
export async function budget({ seed, rounds, postgresUrl }: FaultOptions): Promise<FaultReport[]> {
  if (postgresUrl === undefined) return [];
  const minutes = rounds ?? MINUTES;
  const hour = await runHour(postgresUrl, seed, minutes);
  const control = await runHour(postgresUrl, seed, 6, async (database) => {
    await using open = await database.open();
    await replaceInFunction(open, 'pull_windows', 'pull_limit.pulls - 1', 'pull_limit.pulls + 4');
  });
  return [
    {
      title: `${minutes} minutes of a supplier that may be pulled ${LIMIT} times a minute, each in ${MINUTE_MS / 1_000} s`,
      facts: hour.facts,
      findings: [
        finding('no minute holds more pulls than the limit', [
          { ok: hour.most <= LIMIT, what: `${hour.most} in a minute` },
        ]),
        finding('the supplier refused no pull', hour.refusals),
        finding('a partition is pulled again only after a fault or a crash', [
          { ok: hour.repeats <= hour.crashes + hour.failures, what: `${hour.repeats} repeats` },
        ]),
        finding('every partition that was pulled is stored', [
          { ok: hour.missing === 0, what: `${hour.missing} missing` },
        ]),
        finding('control: a ledger that allows five more pulls exceeds the limit', [
          { ok: control.most > LIMIT, what: `${control.most} in a minute` },
        ]),
      ],
    },
  ];
}

interface Hour {
  readonly most: number;
  readonly refusals: readonly { readonly ok: boolean; readonly what: string }[];
  readonly repeats: number;
  readonly crashes: number;
  readonly failures: number;
  readonly missing: number;
  readonly facts: readonly string[];
}

async function runHour(
  postgresUrl: string,
  seed: number,
  minutes: number,
  weaken: (database: OwnDatabase) => Promise<void> = async () => {},
): Promise<Hour> {
  await using own = await createOnPostgres(postgresUrl);
  await using simulator = await startSimulator({
    kind: 'per-date',
    // Higher than the configured limit, so that a pull too many is accepted and counted.
    limits: [`${LIMIT * 3}/${MINUTE_MS}ms`],
    latencyMs: 20,
    seed,
    syntheticProducts: PRODUCTS,
  });
  const supplier = supplierOf(simulator);
  {
    await using database = await own.open();
    await migrateDatabase(database);
    await addSupplier(database, supplier.id);
  }
  await weaken(own);
  simulator.setFaults({
    error: { probability: 0.01 },
    truncated: { probability: 0.01 },
    timeout: { probability: 0.005 },
  });
  const fleet = new Fleet({ DATABASE_URL: own.url ?? '', SUPPLIER: JSON.stringify(supplier) });
  const injected = await fleet.run(minutes * MINUTE_MS, seededRandom(seed));
  const stored = await countPartitions(own, supplier);
  return evaluate(simulator, injected, stored, minutes);
}

function supplierOf({ url }: RunningSimulator): Supplier {
  return supplierAt(url, 'per-date', {
    id: 'thirty-a-minute',
    pullLimits: [{ pulls: LIMIT, windowMs: MINUTE_MS }],
    products: Array.from({ length: PRODUCTS }, (_, index) => FIRST_SYNTHETIC + index),
    // Longer than the whole run, so that no partition is due twice.
    cadence: [{ days: [0, DAYS - 1], everyMs: 3_600_000 }],
  });
}

interface InjectedFaults {
  readonly kills: number;
  readonly freezes: number;
}

/** Instances that are killed and restarted, or frozen for a while. */
class Fleet {
  readonly #env: Readonly<Record<string, string>>;
  readonly #running: ChildProcess[] = [];

  constructor(env: Readonly<Record<string, string>>) {
    this.#env = { ...env, TUNING: JSON.stringify(TUNING), HTTP: JSON.stringify(HTTP), PATH: process.env.PATH ?? '' };
  }

  async run(ms: number, random: Random): Promise<InjectedFaults> {
    for (let index = 0; index < INSTANCES; index += 1) this.#running[index] = await this.#start();
    const endsAt = performance.now() + ms;
    let kills = 0;
    let freezes = 0;
    while (performance.now() < endsAt) {
      await delay(random.integer(500, 4_000));
      const index = random.integer(0, INSTANCES - 1);
      const victim = this.#running[index];
      if (random.integer(0, 1) === 0) {
        kills += 1;
        victim?.kill('SIGKILL');
        this.#running[index] = await this.#start();
      } else {
        freezes += 1;
        victim?.kill('SIGSTOP');
        // Shorter and longer than both leases.
        await delay(random.integer(100, 5_000));
        victim?.kill('SIGCONT');
      }
    }
    await Promise.all(this.#running.map((child) => stop(child)));
    return { kills, freezes };
  }

  async #start(): Promise<ChildProcess> {
    const child = spawn(process.execPath, [PROCESS], { env: this.#env, stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout as NonNullable<typeof child.stdout>, 'data');
    return child;
  }
}

async function stop(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

async function countPartitions(own: OwnDatabase, { id }: Supplier): Promise<number> {
  await using database = await own.open();
  const { rows } = await database.read((reader) =>
    sql<{ count: number }>`select count(*) from supplier_partition where supplier_id = ${id}`.execute(reader),
  );
  return rows[0]?.count ?? 0;
}

function evaluate(
  simulator: RunningSimulator,
  { kills, freezes }: InjectedFaults,
  stored: number,
  minutes: number,
): Hour {
  const log = simulator.log();
  const failures = log.filter(({ fault }) => fault !== undefined).length;
  const pulled = new Set(log.filter(({ fault }) => fault === undefined).map(({ path }) => path));
  const repeats = log.length - new Set(log.map(({ path }) => path)).size;
  const most = mostInWindow(log, MINUTE_MS);
  return {
    most,
    refusals: log.map(({ accepted, path }) => ({ ok: accepted, what: path })),
    repeats,
    crashes: kills + freezes,
    failures,
    missing: Math.max(0, pulled.size - stored - kills - freezes),
    facts: [
      `${log.length} pulls, at most ${most} in a minute; the limit allows ${LIMIT * minutes} in all`,
      `${kills} kill -9 and ${freezes} SIGSTOP of ${INSTANCES} instances; ${failures} pulls met an injected fault`,
      `${stored} partitions stored; ${repeats} repeated pulls`,
    ],
  };
}
