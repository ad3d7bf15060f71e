import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { type RunningSimulator, startSimulator } from '../../src/simulator/index.ts';
import type { BenchRun } from '../figure.ts';
import { PROGRAM, type ServerProcess, startNode } from '../processes/server-process.ts';

/** Each product is pulled for this many days, from today on. */
export const DAYS = 31;
const SUPPLIER_ID = 'tours';
/** Time without progress after which a wait is given up. */
const STALLED_MS = 30_000;

export interface SyncSettings {
  readonly products: number;
  /** Such as `30/1s`. Only the server knows it: the simulator accepts a pull too many, so that the log shows it. */
  readonly pullLimit: string;
  /** Target age of each product and day, such as `24h`. */
  readonly every: string;
}

/** A simulated supplier, and a server that is configured for it alone. */
export interface SyncedSupplier extends AsyncDisposable {
  readonly simulator: RunningSimulator;
  /** Number of partitions: one for each product and day. */
  readonly partitions: number;
  startServer(run: BenchRun, databaseUrl: string): Promise<ServerProcess>;
}

/** Starts a simulated supplier in this process. */
export async function openSyncedSupplier({ products, pullLimit, every }: SyncSettings): Promise<SyncedSupplier> {
  await using stack = new AsyncDisposableStack();
  const timeZone = zoneAtNoon();
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
    partitions: products * DAYS,
    startServer(run, databaseUrl) {
      const env = { DATABASE_URL: databaseUrl, SUPPLIERS_FILE: file, HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'warn' };
      return startNode([PROGRAM, 'serve'], env, run.profileDir);
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** A time zone in which no day ends during a measurement. A new day would add a partition for each product. */
function zoneAtNoon(): string {
  const behind = new Date().getUTCHours() - 12;
  return `Etc/GMT${behind < 0 ? '' : '+'}${behind}`;
}

/** Polls until `holds` is true. Gives up when `progress` stands still. */
export async function untilHolds(
  condition: string,
  holds: () => boolean | Promise<boolean>,
  progress: () => number,
  everyMs: number,
): Promise<void> {
  let last = progress();
  let movedAt = performance.now();
  while (!(await holds())) {
    if (progress() !== last) movedAt = performance.now();
    last = progress();
    if (performance.now() - movedAt > STALLED_MS) throw new Error(`no progress before ${condition}, at ${last}`);
    await delay(everyMs);
  }
}

/** Gives the leader lease to another instance, so that no sync starts before `allowSync`. */
export const SYNC_BLOCKED = `
  insert into supplier (id, lease_holder, lease_until) values ('${SUPPLIER_ID}', gen_random_uuid(), 'infinity')`;

export async function allowSync(client: pg.Client): Promise<void> {
  await client.query(`update supplier set lease_until = '-infinity'`);
}

/** Counts the partitions that were observed after a moment. */
export async function countStoredPartitions(client: pg.Client, after = '-infinity'): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    'select count(*)::integer as count from supplier_partition where observed_at > $1',
    [after],
  );
  return rows[0]?.count ?? 0;
}
