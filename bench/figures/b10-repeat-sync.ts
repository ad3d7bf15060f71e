import type { BenchRun, Figure, Findings } from '../figure.ts';
import { openTemplate, withClient } from '../stock/bench-database.ts';
import { type RowsWritten, readRowsWritten, writtenSince } from '../stock/rows-written.ts';
import {
  countKnownParts,
  DAYS,
  openSyncedSupplier,
  type SyncedSupplier,
  untilHolds,
} from '../stock/synced-supplier.ts';

const PRODUCTS = 10;
const SETTINGS = { products: PRODUCTS, pullLimit: '200/1s', every: '5s' };
const BOOKKEEPING = ['pull', 'supply_part', 'supplier', 'supply_plan', 'supply_read', 'event'];

export const repeatSync: Figure = {
  name: 'b10',
  title: 'a sync that finds everything as it was: rows it writes',
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
    await proveCount(run, supplier, copy.url);
  }
  const perPull = (table: string) => ({
    what: `of ${table}, a pull`,
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
      `${PRODUCTS} products on ${DAYS} days, ${SETTINGS.pullLimit}, each due every ${SETTINGS.every}: one server knows them all, the next pulls each of them again at least once`,
      `rows inserted, updated and deleted, as PostgreSQL counts them when every session has ended; of the inventory is every table but ${BOOKKEEPING.join(', ')} and those of the job queue`,
      'that count was shown to notice one price that the supplier changed',
    ],
  };
}

/** A server runs until it has pulled every part and put it in place, and stops. @returns how often it pulled */
async function syncOnce(
  run: BenchRun,
  { simulator, parts, startServer }: SyncedSupplier,
  url: string,
): Promise<number> {
  const from = simulator.log().length;
  const pulled = () => simulator.log().length - from;
  // Its session must have ended when rows are counted.
  await withClient(url, async (client) => {
    const { rows } = await client.query<{ now: string }>('select clock_timestamp()::text as now');
    await using _ = await startServer(run, url);
    const allKnown = async () => (await countKnownParts(client, rows[0]?.now)) === parts;
    await untilHolds('all is known', allKnown, pulled, 20);
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

/** Shows that the count can be other than nothing: one slot has another price. */
async function proveCount(run: BenchRun, supplier: SyncedSupplier, url: string): Promise<void> {
  const slot = await withClient(url, async (client) => {
    const { rows } = await client.query<{ upstream_id: string | number }>(
      'select upstream_id from supplier_slot join slot on slot.id = slot_id where ends_at > now() limit 1',
    );
    return rows[0];
  });
  if (slot === undefined) throw new Error('the supplier sells nothing');
  supplier.simulator.setPrice(slot.upstream_id, 1);
  if (inventoryRows(await countWrites(run, supplier, url)) === 0) {
    throw new Error('the count of rows does not notice a price that changed');
  }
}
