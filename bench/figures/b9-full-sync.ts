import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { mostInWindow } from '../../src/simulator/index.ts';
import type { BenchRun, Figure, Findings } from '../figure.ts';
import { forgetPeak, peakMib, residentMib } from '../processes/process-memory.ts';
import { openTemplate, withClient } from '../stock/bench-database.ts';
import {
  allowSync,
  countStoredPartitions,
  DAYS,
  openSyncedSupplier,
  SYNC_BLOCKED,
  type SyncedSupplier,
  untilHolds,
} from '../stock/synced-supplier.ts';

const PULLS_PER_S = 30;
const SETTLE_MS = 3_000;
const REPORT_EVERY_MS = 30_000;

export const fullSync: Figure = {
  name: 'b9',
  title: `a first sync at ${PULLS_PER_S} pulls a second: its time ÷ the least time that the limit allows, and its memory`,
  measure,
};

interface Sync {
  /** From the arrival of the first pull until the last partition is stored. */
  readonly seconds: number;
  readonly pulls: number;
  readonly aboveIdleMib: number;
  readonly idleMib: number;
}

async function measure(run: BenchRun): Promise<Findings> {
  const { syncProducts: products, rounds } = run;
  await using template = await openTemplate(run.postgresUrl, SYNC_BLOCKED);
  const syncs: Sync[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const settings = { products, pullLimit: `${PULLS_PER_S}/1s`, every: '24h' };
    await using supplier = await openSyncedSupplier(settings);
    await using copy = await template.copy();
    const sync = await withClient(copy.url, (client) => syncOnce(run, supplier, copy.url, client));
    syncs.push(sync);
    const values = [ratioOf(sync).toFixed(3), `${sync.seconds.toFixed(1)} s`, `${sync.aboveIdleMib.toFixed(0)} MiB`];
    run.say(`round ${round} of ${rounds}: ${values.join(', ')}`);
  }
  return {
    measures: [
      { what: 'time ÷ (pulls ÷ rate)', unit: '', goal: { kind: 'at most', value: 1.01 }, values: syncs.map(ratioOf) },
      {
        what: 'peak memory above idle',
        unit: 'MiB',
        goal: { kind: 'at most', value: 64 },
        values: syncs.map(({ aboveIdleMib }) => aboveIdleMib),
      },
      { what: 'memory when idle', unit: 'MiB', values: syncs.map(({ idleMib }) => idleMib) },
      { what: 'time', unit: 's', values: syncs.map(({ seconds }) => seconds) },
    ],
    notes: [
      `${products} products on ${DAYS} days; the simulator runs in the bench’s process, answers at once and has no limit; a fresh database each round`,
      `time from the arrival of the first pull until the last partition is stored. The first ${PULLS_PER_S} pulls may come at once, so the ratio cannot be much below ${leastRatio(products).toFixed(3)}`,
      'idle: the same server before it acquires the leader lease; the peak is resident memory as the kernel counts it',
      `verified: each product and day is pulled once and stored; no second in the supplier’s log has more than ${PULLS_PER_S} pulls`,
    ],
  };
}

const ratioOf = ({ seconds, pulls }: Sync) => seconds / (pulls / PULLS_PER_S);

function leastRatio(products: number): number {
  const windows = (products * DAYS) / PULLS_PER_S;
  return (Math.ceil(windows) - 1) / windows;
}

async function syncOnce(run: BenchRun, supplier: SyncedSupplier, url: string, client: pg.Client): Promise<Sync> {
  const { simulator, partitions } = supplier;
  await using server = await supplier.startServer(run, url);
  // An idle server releases the memory that its start needed.
  await delay(SETTLE_MS);
  const idleMib = await residentMib(server.pid);
  await forgetPeak(server.pid);
  await allowSync(client);
  const pulled = () => simulator.log().length;
  let reportedAt = performance.now();
  const allPulled = () => {
    if (performance.now() - reportedAt > REPORT_EVERY_MS) {
      reportedAt = performance.now();
      run.say(`${pulled()} of ${partitions} pulled`);
    }
    return pulled() >= partitions;
  };
  await untilHolds('every partition is pulled', allPulled, pulled, 20);
  const allStored = async () => (await countStoredPartitions(client)) === partitions;
  await untilHolds('every partition is stored', allStored, pulled, 2);
  const endMs = performance.timeOrigin + performance.now();
  const aboveIdleMib = (await peakMib(server.pid)) - idleMib;
  verify(supplier);
  const startMs = simulator.log()[0]?.atMs ?? Number.NaN;
  return { seconds: (endMs - startMs) / 1_000, pulls: pulled(), aboveIdleMib, idleMib };
}

function verify({ simulator, partitions }: SyncedSupplier): void {
  const log = simulator.log();
  const paths = new Set(log.map(({ path }) => path));
  if (log.length !== partitions || paths.size !== partitions) {
    throw new Error(`${log.length} pulls of ${paths.size} partitions, expected ${partitions}`);
  }
  if (log.some(({ status }) => status !== 200)) throw new Error('a pull was not answered 200');
  const most = mostInWindow(log, 1_000);
  if (most > PULLS_PER_S) throw new Error(`${most} pulls arrived within a second`);
}
