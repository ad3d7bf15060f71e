import type { BenchRun, Figure, Findings } from '../figure.ts';
import { openTemplate, withClient } from '../stock/bench-database.ts';
import { type RowsWritten, readRowsWritten, writtenSince } from '../stock/rows-written.ts';
import {
  countStoredPartitions,
  DAYS,
  openSyncedSupplier,
  type SyncedSupplier,
  untilHolds,
} from '../stock/synced-supplier.ts';

const PRODUCTS = 10;
const SETTINGS = { products: PRODUCTS, pullLimit: '200/1s', every: '5s' };
const BOOKKEEPING = ['pull', 'supplier_partition', 'supplier', 'planner_memory', 'partition_read', 'event'];

export const repeatSync: Figure = {
  name: 'b10',
  title: 'rows written by a sync that finds no change',
  measure,
};

interface Repeat {
  readonly pulls: number;
  readonly written: RowsWritten;
}

async function measure(run: BenchRun): Promise<Findings> {
  await using template = await openTemplate(run.postgresUrl, 'select');
  const repeats: Repeat[] = [];
  for (let round = 1; round <= run.rounds; round += 1) {
    await using supplier = await openSyncedSupplier(SETTINGS);
    await using copy = await template.copy();
    await syncOnce(run, supplier, copy.url);
    const repeat = await countWrites(run, supplier, copy.url);
    repeats.push(repeat);
    run.say(`round ${round} of ${run.rounds}: ${inventoryRows(repeat)} rows of the inventory, ${repeat.pulls} pulls`);
    await verifyCount(run, supplier, copy.url);
  }
  const perPull = (table: string) => ({
    what: `rows of ${table} per pull`,
    unit: '',
    values: repeats.map(({ pulls, written }) => (written.get(table) ?? 0) / pulls),
  });
  return {
    measures: [
      {
        what: 'rows of the inventory',
        unit: '',
        goal: { kind: 'exactly', value: 0 },
        values: repeats.map(inventoryRows),
      },
      ...BOOKKEEPING.map(perPull),
      { what: 'pulls', unit: '', values: repeats.map(({ pulls }) => pulls) },
    ],
    notes: [
      `${PRODUCTS} products on ${DAYS} days, ${SETTINGS.pullLimit}, each due every ${SETTINGS.every}: one server stores them all, the next pulls each of them again at least once`,
      `rows inserted, updated and deleted, as PostgreSQL counts them after every session has ended; the inventory is every table except ${BOOKKEEPING.join(', ')} and those of the job queue`,
      'control: the count notices one price that the supplier changed',
    ],
  };
}

/** Runs a server until it has pulled and stored every partition. @returns the number of pulls */
async function syncOnce(
  run: BenchRun,
  { simulator, partitions, startServer }: SyncedSupplier,
  url: string,
): Promise<number> {
  const from = simulator.log().length;
  const pulled = () => simulator.log().length - from;
  // The session must end before rows are counted.
  await withClient(url, async (client) => {
    const { rows } = await client.query<{ now: string }>('select clock_timestamp()::text as now');
    await using _ = await startServer(run, url);
    const allStored = async () => (await countStoredPartitions(client, rows[0]?.now)) === partitions;
    await untilHolds('every partition is stored', allStored, pulled, 20);
  });
  return pulled();
}

async function countWrites(run: BenchRun, supplier: SyncedSupplier, url: string): Promise<Repeat> {
  const before = await withClient(url, readRowsWritten);
  const pulls = await syncOnce(run, supplier, url);
  return { pulls, written: writtenSince(before, await withClient(url, readRowsWritten)) };
}

function inventoryRows({ written }: Repeat): number {
  const inventory = [...written].filter(([table]) => !BOOKKEEPING.includes(table));
  return inventory.reduce((sum, [, rows]) => sum + rows, 0);
}

/** Control: changes the price of one slot and requires a count above 0. */
async function verifyCount(run: BenchRun, supplier: SyncedSupplier, url: string): Promise<void> {
  const slot = await withClient(url, async (client) => {
    const { rows } = await client.query<{ upstream_id: string | number }>(
      'select upstream_id from supplier_slot join slot on slot.id = slot_id where ends_at > now() limit 1',
    );
    return rows[0];
  });
  if (slot === undefined) throw new Error('the supplier has no slot on sale');
  supplier.simulator.setPrice(slot.upstream_id, 1);
  if (inventoryRows(await countWrites(run, supplier, url)) === 0) {
    throw new Error('the count of rows does not notice a changed price');
  }
}
