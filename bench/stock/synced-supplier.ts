import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { type RunningSimulator, startSimulator } from '../../src/simulator/index.ts';
import type { BenchRun } from '../figure.ts';
import { PROGRAM, type ServerProcess, startNode } from '../processes/server-process.ts';

/** Each product is asked for on this many days, today and those after it. */
export const DAYS = 31;
const SUPPLIER_ID = 'tours';
/** Where nothing happens for so long, nothing will. */
const STALLED_MS = 30_000;

export interface SyncSettings {
  readonly products: number;
  /** `30/1s`: the server keeps it; the supplier would accept more, so that one pull too many is seen, not refused. */
  readonly pullLimit: string;
  /** How often each product and day is pulled: `24h`. */
  readonly every: string;
}

/** A supplier, and a configuration of the program that knows it and nothing else. */
export interface SyncedSupplier extends AsyncDisposable {
  readonly simulator: RunningSimulator;
  /** How many parts there are to know: one for each product and day. */
  readonly parts: number;
  startServer(run: BenchRun, databaseUrl: string): Promise<ServerProcess>;
}

/** The supplier runs in the bench's process. */
export async function openSyncedSupplier({ products, pullLimit, every }: SyncSettings): Promise<SyncedSupplier> {
  await using stack = new AsyncDisposableStack();
  const timeZone = zoneWhereItIsNoon();
  const simulator = stack.use(await startSimulator({ kind: 'per-date', syntheticProducts: products, timeZone }));
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  stack.defer(() => rm(directory, { recursive: true }));
  const file = join(directory, 'suppliers.json');
  const supplier = {
    id: SUPPLIER_ID,
    adapter: 'per-date',
    base_url: simulator.url,
    pull_limits: [pullLimit],
    products: simulator.productIds.slice(-products),
    time_zone: timeZone,
    cadence: [{ days: [0, DAYS - 1], every }],
  };
  await writeFile(file, JSON.stringify([supplier]));
  const opened = stack.move();
  return {
    simulator,
    parts: products * DAYS,
    startServer(run, databaseUrl) {
      const env = { DATABASE_URL: databaseUrl, SUPPLIERS_FILE: file, HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'warn' };
      return startNode([PROGRAM, 'serve'], env, run.profileDir);
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** No day ends within a measurement, or there would be one more of each product to know. */
function zoneWhereItIsNoon(): string {
  const behind = new Date().getUTCHours() - 12;
  return `Etc/GMT${behind < 0 ? '' : '+'}${behind}`;
}

/** Polls until something holds, for as long as `progress` moves. */
export async function untilHolds(
  what: string,
  holds: () => boolean | Promise<boolean>,
  progress: () => number,
  everyMs: number,
): Promise<void> {
  let reached = progress();
  let movedAt = performance.now();
  while (!(await holds())) {
    if (progress() !== reached) movedAt = performance.now();
    reached = progress();
    if (performance.now() - movedAt > STALLED_MS) throw new Error(`it stands still before ${what}, at ${reached}`);
    await delay(everyMs);
  }
}

/** The supplier is somebody else's to sync, until `letSync`. */
export const HELD_BACK = `
  insert into supplier (id, leader, leader_until) values ('${SUPPLIER_ID}', gen_random_uuid(), 'infinity')`;

export async function letSync(client: pg.Client): Promise<void> {
  await client.query(`update supplier set leader_until = '-infinity'`);
}

/** How many parts are known as they were after a moment. */
export async function countKnownParts(client: pg.Client, after = '-infinity'): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    'select count(*)::integer as count from supply_part where observed_at > $1',
    [after],
  );
  return rows[0]?.count ?? 0;
}
