import { sql } from 'kysely';
import { beforeAll, expect, it } from 'vitest';
import { eachDatabase, type TestDatabase } from '../../../../test/support/database/test-database.ts';
import { until } from '../../../../test/support/server/until.ts';
import { supplierAt } from '../../../../test/support/supply/supplier-at.ts';
import { createLogger } from '../../../platform/logger.ts';
import { mostInWindow, type RunningSimulator, startSimulator } from '../../../simulator/index.ts';
import { connectSuppliers } from '../adapters/connect-suppliers.ts';
import type { Supplier } from '../supplier/supplier.ts';
import { registerSuppliers } from './leader-lease-store.ts';
import { startSync } from './start-sync.ts';
import type { SyncTuning } from './supplier-sync.ts';

const HOUR_MS = 3_600_000;
const HORIZON_DAYS = 5;
const WITHIN = { timeout: 10_000 };
/** As in earnest, with every wait shorter. */
const TUNING: Partial<SyncTuning> = {
  leadMs: 400,
  pullLeaseMs: 300,
  sendWithinMs: 100,
  reserveAheadMs: 20,
  lookEveryMs: 10,
  failedRestMs: 50,
  notesEveryMs: 50,
};

let supplierIds = 0;

function supplierOf({ url, productIds }: RunningSimulator, changes: Partial<Supplier> = {}): Supplier {
  supplierIds += 1;
  return supplierAt(url, 'per-date', {
    id: `tours-${supplierIds}`,
    pullLimits: [{ pulls: 1_000, windowMs: 1_000 }],
    products: productIds,
    cadence: [{ days: [0, HORIZON_DAYS - 1], everyMs: HOUR_MS }],
    ...changes,
  });
}

eachDatabase('the sync of a supplier', (open) => {
  let test: TestDatabase;
  beforeAll(() => {
    test = open();
  });

  const depsOf = ({ database, clock }: TestDatabase) => ({ database, clock, logger: createLogger('silent') });
  async function sync(supplier: Supplier, tuning: Partial<SyncTuning> = {}, wire = {}): Promise<AsyncDisposable> {
    await test.database.transaction((tx) => registerSuppliers(tx, [supplier.id]));
    return startSync(depsOf(test), connectSuppliers([supplier], wire), { ...TUNING, ...tuning });
  }

  /** Rows of one supplier's slots that can be had. */
  async function slotsOf({ id }: Supplier) {
    const { rows } = await test.database.read((reader) =>
      sql<{ slot_id: number; upstream_id: string | number; left_over: number; open: boolean }>`
        select slot_id, upstream_id, capacity - claimed as left_over, closed_at is null as open
          from supplier_slot join slot on slot.id = slot_id where supplier_id = ${id} order by upstream_id::text`.execute(
        reader,
      ),
    );
    return rows;
  }

  async function parts({ id }: Supplier): Promise<number> {
    const { rows } = await test.database.read((reader) =>
      sql<{ count: number }>`select count(*) from supply_part where supplier_id = ${id}`.execute(reader),
    );
    return rows[0]?.count ?? 0;
  }

  const allOf = (supplier: Supplier) => supplier.products.length * HORIZON_DAYS;

  it('pulls every product and date once, and then nothing before it is due', async () => {
    await using simulator = await startSimulator({ kind: 'per-date' });
    const supplier = supplierOf(simulator);
    await using _ = await sync(supplier);
    await until('all is pulled', () => simulator.log().length >= allOf(supplier));
    await expect.poll(() => parts(supplier), WITHIN).toBe(allOf(supplier));
    expect(new Set(simulator.log().map(({ path }) => path)).size).toBe(allOf(supplier));
    expect(simulator.log()).toHaveLength(allOf(supplier));
    expect((await slotsOf(supplier)).length).toBeGreaterThan(0);
  });

  it('keeps every limit in every window, as the supplier counts', async () => {
    await using simulator = await startSimulator({ kind: 'per-date', limits: ['6/200ms', '20/1s'] });
    const supplier = supplierOf(simulator, {
      pullLimits: [
        { pulls: 6, windowMs: 200 },
        { pulls: 20, windowMs: 1_000 },
      ],
      cadence: [{ days: [0, 14], everyMs: HOUR_MS }],
    });
    await using _ = await sync(supplier);
    await until('a second window is used', () => simulator.log().length > 25);
    expect(mostInWindow(simulator.log(), 200)).toBeLessThanOrEqual(6);
    expect(mostInWindow(simulator.log(), 1_000)).toBeLessThanOrEqual(20);
    expect(simulator.log().every(({ accepted }) => accepted)).toBe(true);
  });

  it('goes on where another instance stopped, pulling nothing twice', async () => {
    await using simulator = await startSimulator({ kind: 'per-date' });
    const supplier = supplierOf(simulator);
    {
      await using _ = await sync(supplier, { lookEveryMs: 1 });
      await until('it has begun', () => simulator.log().length > 2);
    }
    await using _ = await sync(supplier);
    await until('all is pulled', () => simulator.log().length >= allOf(supplier));
    await expect.poll(() => parts(supplier), WITHIN).toBe(allOf(supplier));
    const paths = simulator.log().map(({ path }) => path);
    // Those that were called off with the first instance had not been put in place.
    expect(paths.length - new Set(paths).size).toBeLessThanOrEqual(8);
  });

  const WIRE = { connectMs: 400, answerMs: 600, idleMs: 400, totalMs: 1_500, bodyBytes: 1_000_000 };

  it.each([
    ['too-many', /answered 429/],
    ['error', /answered 500/],
    ['timeout', /was not answered/],
    ['reset-before-headers', /ECONNRESET|closed/],
    ['reset-after-headers', /ECONNRESET|broke off/],
    ['truncated', /broke off/],
    ['invalid-json', /not JSON/],
    ['wrong-shape', /./],
    ['huge', /more than/],
    ['redirect', /answered 302/],
    ['duplicated', undefined],
    ['reordered', undefined],
  ] as const)('leaves what it knows at %s, counts the pull, and says what went wrong', async (fault, told) => {
    await using simulator = await startSimulator({ kind: 'per-date' });
    const supplier = supplierOf(simulator, { products: [14], cadence: [{ days: [0, 6], everyMs: 100 }] });
    await using _ = await sync(supplier, {}, WIRE);
    await expect.poll(() => parts(supplier), WITHIN).toBe(7);
    const before = await slotsOf(supplier);
    simulator.setFaults({ [fault]: { next: 1 } });
    const struck = () => simulator.log().some((entry) => entry.fault === fault);
    await until('it has struck', struck);
    if (told) await expect.poll(async () => (await accountOf(supplier)).told, WITHIN).toMatch(told);
    const { pulls } = await accountOf(supplier);
    expect(pulls).toBeGreaterThanOrEqual(simulator.log().length);
    expect(await slotsOf(supplier)).toEqual(before);
  });

  /** What the ledger and the supplier's row say; pulls that this process has not closed yet are counted, too. */
  async function accountOf({ id }: Supplier) {
    const { rows } = await test.database.read((reader) =>
      sql<{ pulls: number; told: string }>`
        select count(*) as pulls, (select coalesce(last_error, '') from supplier where id = ${id}) as told
          from pull where supplier_id = ${id}`.execute(reader),
    );
    return rows[0] ?? { pulls: 0, told: '' };
  }

  it('stays away for as long as a supplier asks', async () => {
    await using simulator = await startSimulator({ kind: 'per-date', limits: ['3/1h'] });
    const supplier = supplierOf(simulator);
    await using _ = await sync(supplier);
    await until('it was refused', () => simulator.log().some(({ accepted }) => !accepted));
    // Those under way at that moment are refused, too.
    await expect
      .poll(async () => {
        const { rows } = await test.database.read((reader) =>
          sql<{ asked: boolean }>`
            select blocked_until > holdfast_clock() + interval '50 minutes' as asked from supplier
             where id = ${supplier.id}`.execute(reader),
        );
        return rows[0]?.asked;
      }, WITHIN)
      .toBe(true);
    const pulls = simulator.log().length;
    expect(pulls).toBeLessThanOrEqual(3 + 8);
  });

  it('closes a slot that is gone, and no other', async () => {
    await using simulator = await startSimulator({ kind: 'per-date' });
    const supplier = supplierOf(simulator, {
      products: [14],
      cadence: [{ days: [1, 6], everyMs: 100 }].map(fromToday),
    });
    await using _ = await sync(supplier);
    await expect.poll(() => parts(supplier), WITHIN).toBe(7);
    const known = await slotsOf(supplier);
    const one = known[0];
    if (!one) throw new Error('nothing is for sale');
    simulator.vanish(one.upstream_id);
    await expect
      .poll(async () => (await slotsOf(supplier)).find(({ slot_id }) => slot_id === one.slot_id)?.open, WITHIN)
      .toBe(false);
    expect((await slotsOf(supplier)).filter(({ open: isOpen }) => !isOpen)).toHaveLength(1);
  });
});

function fromToday(band: { days: number[]; everyMs: number }) {
  return { ...band, days: [0, band.days[1] ?? 0] as const };
}
