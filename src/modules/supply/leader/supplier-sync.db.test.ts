import { sql } from 'kysely';
import { beforeAll, expect, it } from 'vitest';
import { eachDatabase, type TestDatabase } from '../../../../test/support/database/test-database.ts';
import { until } from '../../../../test/support/server/until.ts';
import { supplierAt } from '../../../../test/support/supply/supplier-at.ts';
import { createLogger } from '../../../platform/logger.ts';
import { mostInWindow, type RunningSimulator, startSimulator } from '../../../simulator/index.ts';
import { connectSuppliers } from '../adapters/connect-suppliers.ts';
import type { Supplier } from '../supplier/supplier.ts';
import { registerSuppliers } from '../supplier/supplier-store.ts';
import { startSync } from './start-sync.ts';
import type { SyncTuning } from './sync-tuning.ts';

const HOUR_MS = 3_600_000;
const HORIZON_DAYS = 5;
const WITHIN = { timeout: 10_000 };
/** The defaults with shorter times. */
const TUNING: Partial<SyncTuning> = {
  leaseMs: 400,
  pullLeaseMs: 300,
  sendWithinMs: 100,
  reserveAheadMs: 20,
  pollMs: 10,
  retry: { baseMs: 50, capMs: 50 },
  takeReadsEveryMs: 50,
};

let supplierCount = 0;

function supplierOf({ url, productIds }: RunningSimulator, changes: Partial<Supplier> = {}): Supplier {
  supplierCount += 1;
  return supplierAt(url, 'per-date', {
    id: `tours-${supplierCount}`,
    pullLimits: [{ pulls: 1_000, windowMs: 1_000 }],
    products: productIds,
    cadence: [{ days: [0, HORIZON_DAYS - 1], everyMs: HOUR_MS }],
    ...changes,
  });
}

eachDatabase('SupplierSync', (open) => {
  let test: TestDatabase;
  beforeAll(() => {
    test = open();
  });

  const depsOf = ({ database, clock }: TestDatabase) => ({ database, clock, logger: createLogger('silent') });
  async function sync(supplier: Supplier, tuning: Partial<SyncTuning> = {}, wire = {}): Promise<AsyncDisposable> {
    await test.database.transaction((tx) => registerSuppliers(tx, [supplier.id]));
    return startSync(depsOf(test), connectSuppliers([supplier], wire), { ...TUNING, ...tuning });
  }

  /** A supplier's slots with the units they have left. */
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

  async function countPartitions({ id }: Supplier): Promise<number> {
    const { rows } = await test.database.read((reader) =>
      sql<{ count: number }>`select count(*) from supplier_partition where supplier_id = ${id}`.execute(reader),
    );
    return rows[0]?.count ?? 0;
  }

  const partitionsOf = (supplier: Supplier) => supplier.products.length * HORIZON_DAYS;

  it('the sync pulls every product and date once, and then nothing before it is due', async () => {
    await using simulator = await startSimulator({ kind: 'per-date' });
    const supplier = supplierOf(simulator);
    await using _ = await sync(supplier);
    await until('everything is pulled', () => simulator.log().length >= partitionsOf(supplier));
    await expect.poll(() => countPartitions(supplier), WITHIN).toBe(partitionsOf(supplier));
    expect(new Set(simulator.log().map(({ path }) => path)).size).toBe(partitionsOf(supplier));
    expect(simulator.log()).toHaveLength(partitionsOf(supplier));
    expect((await slotsOf(supplier)).length).toBeGreaterThan(0);
  });

  it('the sync keeps every limit in every window, as the supplier counts', async () => {
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

  it('an instance continues where another one stopped, and pulls nothing again', async () => {
    await using simulator = await startSimulator({ kind: 'per-date' });
    const supplier = supplierOf(simulator);
    {
      await using _ = await sync(supplier, { pollMs: 1 });
      await until('the sync has started', () => simulator.log().length > 2);
    }
    await using _ = await sync(supplier);
    await until('everything is pulled', () => simulator.log().length >= partitionsOf(supplier));
    await expect.poll(() => countPartitions(supplier), WITHIN).toBe(partitionsOf(supplier));
    const paths = simulator.log().map(({ path }) => path);
    // The answers to the pulls that were aborted with the first instance were not stored.
    expect(paths.length - new Set(paths).size).toBeLessThanOrEqual(8);
  });

  const WIRE = { connectMs: 400, answerMs: 600, idleMs: 400, totalMs: 1_500, bodyBytes: 1_000_000 };

  it.each([
    ['too-many', /answered 429/],
    ['error', /answered 500/],
    ['timeout', /was not answered/],
    ['reset-before-headers', /ECONNRESET|closed/],
    ['reset-after-headers', /ECONNRESET|cut off/],
    ['truncated', /cut off/],
    ['invalid-json', /not JSON/],
    ['wrong-shape', /./],
    ['huge', /more than/],
    ['redirect', /answered 302/],
    ['duplicated', undefined],
    ['reordered', undefined],
  ] as const)(
    'a pull that meets %s changes no slot, counts against the limits, and stores its error',
    async (fault, message) => {
      await using simulator = await startSimulator({ kind: 'per-date' });
      const supplier = supplierOf(simulator, { products: [14], cadence: [{ days: [0, 6], everyMs: 100 }] });
      await using _ = await sync(supplier, {}, WIRE);
      await expect.poll(() => countPartitions(supplier), WITHIN).toBe(7);
      const before = await slotsOf(supplier);
      simulator.setFaults({ [fault]: { next: 1 } });
      const wasInjected = () => simulator.log().some((entry) => entry.fault === fault);
      await until('the fault was injected', wasInjected);
      if (message) await expect.poll(async () => (await readLedger(supplier)).lastError, WITHIN).toMatch(message);
      const { pulls } = await readLedger(supplier);
      expect(pulls).toBeGreaterThanOrEqual(simulator.log().length);
      expect(await slotsOf(supplier)).toEqual(before);
    },
  );

  /** A supplier's pulls, including open ones, and its last error. */
  async function readLedger({ id }: Supplier) {
    const { rows } = await test.database.read((reader) =>
      sql<{ pulls: number; lastError: string }>`
        select count(*) as pulls, (select coalesce(last_error, '') from supplier where id = ${id}) as "lastError"
          from pull where supplier_id = ${id}`.execute(reader),
    );
    return rows[0] ?? { pulls: 0, lastError: '' };
  }

  it('the sync sends no pull for as long as the supplier asks', async () => {
    await using simulator = await startSimulator({ kind: 'per-date', limits: ['3/1h'] });
    const supplier = supplierOf(simulator);
    await using _ = await sync(supplier);
    await until('a pull was refused', () => simulator.log().some(({ accepted }) => !accepted));
    // Pulls that were running at that moment are refused too.
    await expect
      .poll(async () => {
        const { rows } = await test.database.read((reader) =>
          sql<{ blocked: boolean }>`
            select blocked_until > holdfast_clock() + interval '50 minutes' as blocked from supplier
             where id = ${supplier.id}`.execute(reader),
        );
        return rows[0]?.blocked;
      }, WITHIN)
      .toBe(true);
    const pulls = simulator.log().length;
    expect(pulls).toBeLessThanOrEqual(3 + 8);
  });

  it('a partition that a 429 refused is pulled again at the time that the supplier names', async () => {
    await using simulator = await startSimulator({ kind: 'per-date', limits: ['4/1500ms'] });
    const supplier = supplierOf(simulator, { products: [14] });
    // With the delay of any other failure this test would not end in time.
    await using _ = await sync(supplier, { sendWithinMs: 5_000, retry: { baseMs: 60_000, capMs: 60_000 } });
    await expect.poll(() => countPartitions(supplier), WITHIN).toBe(HORIZON_DAYS);
    expect(simulator.log().some(({ accepted }) => !accepted)).toBe(true);
  });

  it('a slot that the supplier removed is closed, and no other slot is', async () => {
    await using simulator = await startSimulator({ kind: 'per-date' });
    const supplier = supplierOf(simulator, {
      products: [14],
      cadence: [{ days: [1, 6], everyMs: 100 }].map(fromToday),
    });
    await using _ = await sync(supplier);
    await expect.poll(() => countPartitions(supplier), WITHIN).toBe(7);
    const [removed] = await slotsOf(supplier);
    if (!removed) throw new Error('nothing is on sale');
    simulator.vanish(removed.upstream_id);
    await expect
      .poll(async () => (await slotsOf(supplier)).find(({ slot_id }) => slot_id === removed.slot_id)?.open, WITHIN)
      .toBe(false);
    expect((await slotsOf(supplier)).filter(({ open: isOpen }) => !isOpen)).toHaveLength(1);
  });
});

function fromToday(band: { days: number[]; everyMs: number }) {
  return { ...band, days: [0, band.days[1] ?? 0] as const };
}
