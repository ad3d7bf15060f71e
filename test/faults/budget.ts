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

/** A minute of the limit takes three seconds here, and so does everything that is measured against it. */
const MINUTE_MS = 3_000;
const MINUTES = 60;
const LIMIT = 30;
const INSTANCES = 3;
const DAYS = 31;
const FIRST_SYNTHETIC = 1_001;
/** As many parts as an hour has pulls, each asked for once in that time. */
const PRODUCTS = Math.floor((LIMIT * MINUTES) / DAYS);

const TUNING = {
  leadMs: 1_000,
  pullLeaseMs: 3_000,
  sendWithinMs: 500,
  lookEveryMs: 20,
  failedRestMs: 1_500,
  notesEveryMs: 500,
  pullsAtOnce: 1,
};
const HTTP = { connectMs: 300, answerMs: 800, idleMs: 300, totalMs: 1_200 };

const PROCESS = fileURLToPath(new URL('../support/supply/sync-process.ts', import.meta.url));

/**
 * An hour of a supplier that may be read 30 times a minute, twenty times as fast: three instances that are killed and
 * frozen at random, and a wire that fails now and then. The supplier's own log is the judge.
 */
export async function budget({ seed, rounds, postgresUrl }: FaultOptions): Promise<FaultReport[]> {
  if (postgresUrl === undefined) return [];
  const minutes = rounds ?? MINUTES;
  const held = await hour(postgresUrl, seed, minutes);
  const control = await hour(postgresUrl, seed, 6, async (database) => {
    await using open = await database.open();
    await replaceInFunction(open, 'reserve_pull', 'v_limit.pulls - 1', 'v_limit.pulls + 4');
  });
  return [
    {
      title: `${minutes} minutes of a supplier that may be read ${LIMIT} times a minute, each in ${MINUTE_MS / 1_000} s`,
      facts: held.facts,
      findings: [
        finding('no minute holds more pulls than the limit', [
          { ok: held.most <= LIMIT, what: `${held.most} in a minute` },
        ]),
        finding('the supplier never had to refuse', held.refusals),
        finding('a part is pulled again only after a fault or a crash', [
          { ok: held.repeats <= held.crashes + held.failures, what: `${held.repeats} repeats` },
        ]),
        finding('nothing is lost: what was due is known', [
          { ok: held.missing === 0, what: `${held.missing} missing` },
        ]),
        finding('control: a ledger that gives five more is found out', [
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

async function hour(
  postgresUrl: string,
  seed: number,
  minutes: number,
  sabotage: (database: OwnDatabase) => Promise<void> = async () => {},
): Promise<Hour> {
  await using own = await createOnPostgres(postgresUrl);
  await using simulator = await startSimulator({
    kind: 'per-date',
    // Higher than what is promised: a pull too many is counted, not turned away.
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
  await sabotage(own);
  simulator.setFaults({
    error: { probability: 0.01 },
    truncated: { probability: 0.01 },
    timeout: { probability: 0.005 },
  });
  const fleet = new Fleet({ DATABASE_URL: own.url ?? '', SUPPLIER: JSON.stringify(supplier) });
  const strikes = await fleet.livesThrough(minutes * MINUTE_MS, seededRandom(seed));
  const parts = await countParts(own, supplier);
  return judge(simulator, strikes, parts, minutes);
}

function supplierOf({ url }: RunningSimulator): Supplier {
  return supplierAt(url, 'per-date', {
    id: 'thirty-a-minute',
    pullLimits: [{ pulls: LIMIT, windowMs: MINUTE_MS }],
    products: Array.from({ length: PRODUCTS }, (_, index) => FIRST_SYNTHETIC + index),
    // Longer than all of it takes: whatever is pulled twice is pulled for nothing.
    cadence: [{ days: [0, DAYS - 1], everyMs: 3_600_000 }],
  });
}

interface Strikes {
  readonly kills: number;
  readonly naps: number;
}

/** Instances that are killed and started again, or frozen for a while. */
class Fleet {
  readonly #env: Readonly<Record<string, string>>;
  readonly #running: ChildProcess[] = [];

  constructor(env: Readonly<Record<string, string>>) {
    this.#env = { ...env, TUNING: JSON.stringify(TUNING), HTTP: JSON.stringify(HTTP), PATH: process.env.PATH ?? '' };
  }

  async livesThrough(ms: number, random: Random): Promise<Strikes> {
    for (let index = 0; index < INSTANCES; index += 1) this.#running[index] = await this.#start();
    const endsAt = performance.now() + ms;
    let kills = 0;
    let naps = 0;
    while (performance.now() < endsAt) {
      await delay(random.integer(500, 4_000));
      const index = random.integer(0, INSTANCES - 1);
      const victim = this.#running[index];
      if (random.integer(0, 1) === 0) {
        kills += 1;
        victim?.kill('SIGKILL');
        this.#running[index] = await this.#start();
      } else {
        naps += 1;
        victim?.kill('SIGSTOP');
        // Shorter and longer than the lead and the lease of a pull.
        await delay(random.integer(100, 5_000));
        victim?.kill('SIGCONT');
      }
    }
    await Promise.all(this.#running.map((each) => end(each)));
    return { kills, naps };
  }

  async #start(): Promise<ChildProcess> {
    const child = spawn(process.execPath, [PROCESS], { env: this.#env, stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout as NonNullable<typeof child.stdout>, 'data');
    return child;
  }
}

async function end(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

async function countParts(own: OwnDatabase, { id }: Supplier): Promise<number> {
  await using database = await own.open();
  const { rows } = await database.read((reader) =>
    sql<{ parts: number }>`select count(*) as parts from supply_part where supplier_id = ${id}`.execute(reader),
  );
  return rows[0]?.parts ?? 0;
}

function judge(simulator: RunningSimulator, { kills, naps }: Strikes, parts: number, minutes: number): Hour {
  const log = simulator.log();
  const failures = log.filter(({ fault }) => fault !== undefined).length;
  const pulled = new Set(log.filter(({ fault }) => fault === undefined).map(({ path }) => path));
  const repeats = log.length - new Set(log.map(({ path }) => path)).size;
  const most = mostInWindow(log, MINUTE_MS);
  return {
    most,
    refusals: log.map(({ accepted, path }) => ({ ok: accepted, what: path })),
    repeats,
    crashes: kills + naps,
    failures,
    missing: Math.max(0, pulled.size - parts - kills - naps),
    facts: [
      `${log.length} pulls, at most ${most} in a minute; the limit allows ${LIMIT * minutes}`,
      `${kills} kill -9 and ${naps} SIGSTOPs of ${INSTANCES} instances; ${failures} pulls met a fault of the wire`,
      `${parts} parts known; ${repeats} pulls of a part that had been pulled before`,
    ],
  };
}
