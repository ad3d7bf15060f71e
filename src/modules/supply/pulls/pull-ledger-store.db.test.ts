import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { replaceInFunction } from '../../../../test/support/database/break-function.ts';
import { eachDatabase, onPostgres, type TestDatabase } from '../../../../test/support/database/test-database.ts';
import { addSupplier } from '../../../../test/support/supply/supplied-slots.ts';
import { NOWHERE, supplierAt } from '../../../../test/support/supply/supplier-at.ts';
import { openPostgres } from '../../../platform/db/postgres-driver.ts';
import { EVERYTHING } from '../supplier/partition.ts';
import type { PullLimit, Supplier } from '../supplier/supplier.ts';
import { closePull, recordFailure, recordSuccess, reservePull } from './pull-ledger-store.ts';

const LEASE_MS = 60_000;
let supplierCount = 0;

async function newSupplier({ database }: TestDatabase, ...pullLimits: PullLimit[]): Promise<Supplier> {
  supplierCount += 1;
  const id = `budget-${supplierCount}`;
  await addSupplier(database, id);
  return supplierAt(NOWHERE, 'snapshot', { id, pullLimits });
}

eachDatabase('pull ledger', (open) => {
  const reserve = (supplier: Supplier, epoch = 0, aheadMs = 0) =>
    open().database.transaction((tx) => reservePull(tx, supplier, epoch, EVERYTHING, LEASE_MS, aheadMs));
  const close = (pullId: number, answeredAfterMs: number | undefined) =>
    open().database.transaction((tx) => closePull(tx, pullId, answeredAfterMs, 'changed'));

  /** Reserves a pull that the limits must allow. @returns its id */
  async function mustReserve(supplier: Supplier): Promise<number> {
    const reservation = await reserve(supplier);
    if (reservation.kind !== 'reserved') throw new Error(`the pull is not reserved: ${reservation.kind}`);
    return reservation.pullId;
  }

  it('a pull counts from the start of its answer, and without an answer from the end of its lease', async () => {
    const { clock } = open();
    const supplier = await newSupplier(open(), { pulls: 2, windowMs: 10_000 });
    await clock.freeze('2030-01-01T00:00:00Z');
    await close(await mustReserve(supplier), 1_500);
    await mustReserve(supplier);
    expect(await reserve(supplier)).toEqual({ kind: 'wait', waitMs: 11_500 });
    await clock.freeze('2030-01-01T00:00:11.499999Z');
    expect(await reserve(supplier)).toMatchObject({ kind: 'wait', waitMs: 1 });
    await clock.freeze('2030-01-01T00:00:11.5Z');
    await close(await mustReserve(supplier), 100);
    // The next place is free ten seconds after that one. The unanswered pull counts for its lease and a window.
    expect(await reserve(supplier)).toMatchObject({ kind: 'wait', waitMs: 10_100 });
  });

  it('all limits apply together', async () => {
    const { clock } = open();
    const supplier = await newSupplier(open(), { pulls: 2, windowMs: 1_000 }, { pulls: 3, windowMs: 60_000 });
    await clock.freeze('2030-02-01T00:00:00Z');
    await close(await mustReserve(supplier), 0);
    await close(await mustReserve(supplier), 0);
    expect(await reserve(supplier)).toEqual({ kind: 'wait', waitMs: 1_000 });
    await clock.freeze('2030-02-01T00:00:01Z');
    await close(await mustReserve(supplier), 0);
    expect(await reserve(supplier)).toEqual({ kind: 'wait', waitMs: 59_000 });
  });

  it('a place can be reserved shortly before it is free, once, with the time to wait', async () => {
    const { clock } = open();
    const supplier = await newSupplier(open(), { pulls: 2, windowMs: 1_000 });
    await clock.freeze('2030-04-01T00:00:00Z');
    await close(await mustReserve(supplier), 0);
    await close(await mustReserve(supplier), 300);
    await clock.freeze('2030-04-01T00:00:00.949Z');
    expect(await reserve(supplier, 0, 50)).toEqual({ kind: 'wait', waitMs: 51 });
    await clock.freeze('2030-04-01T00:00:00.9505Z');
    expect(await reserve(supplier, 0, 50)).toMatchObject({ kind: 'reserved', sendAfterMs: 50 });
    // The place is taken although nothing was sent. The next free place is that of the second pull.
    expect(await reserve(supplier, 0, 50)).toMatchObject({ kind: 'wait', waitMs: 350 });
    await clock.freeze('2030-04-01T00:00:01.5Z');
    expect(await reserve(supplier, 0, 50)).toMatchObject({ kind: 'reserved', sendAfterMs: 0 });
  });

  it('no pull is reserved for as long as the supplier asked', async () => {
    const { clock, database } = open();
    const supplier = await newSupplier(open(), { pulls: 9, windowMs: 1_000 });
    await clock.freeze('2030-03-01T00:00:00Z');
    await database.transaction((tx) => recordFailure(tx, supplier, 'too many', 5_000));
    expect(await reserve(supplier)).toEqual({ kind: 'wait', waitMs: 5_000 });
  });

  it('a supplier fails after ten failures, or without success for three target ages, until a pull succeeds', async () => {
    const { clock, database } = open();
    // One pull an hour: the target age is an hour.
    const supplier = await newSupplier(open(), { pulls: 1, windowMs: 3_600_000 });
    const fail = () => database.transaction((tx) => recordFailure(tx, supplier, 'broken', undefined));
    const succeed = () => database.statement((tx) => recordSuccess(tx, supplier.id));
    const events = async () => {
      const { rows } = await database.read((reader) =>
        sql<{ type: string }>`
          select type from event where attributes ->> 'supplier_id' = ${supplier.id} and type is not null
           order by position`.execute(reader),
      );
      return rows.map(({ type }) => type);
    };
    await clock.freeze('2030-05-01T00:00:00Z');
    for (let pull = 1; pull < 10; pull += 1) expect(await fail()).toBe(false);
    expect(await succeed()).toBe(false);
    for (let pull = 1; pull < 10; pull += 1) expect(await fail()).toBe(false);
    expect(await fail()).toBe(true);
    expect(await fail()).toBe(false);
    expect(await succeed()).toBe(true);
    expect(await succeed()).toBe(false);
    expect(await fail()).toBe(false);
    await clock.freeze('2030-05-01T02:59:59.999999Z');
    expect(await fail()).toBe(false);
    await clock.freeze('2030-05-01T03:00:00Z');
    expect(await fail()).toBe(true);
    expect(await events()).toEqual(['supplier.failing', 'supplier.recovered', 'supplier.failing']);
  });

  it('no pull is reserved in an old epoch', async () => {
    expect(await reserve(await newSupplier(open(), { pulls: 9, windowMs: 1_000 }), 7)).toEqual({ kind: 'fenced' });
  });
});

/** Reserves 60 pulls at the same time, from two instances. @returns the number of pulls that were reserved */
async function rush(test: TestDatabase, pulls: number): Promise<number> {
  const supplier = await newSupplier(test, { pulls, windowMs: 3_600_000 });
  await using other = openPostgres({ url: test.url ?? '', constraints: {}, onBroken() {} });
  const attempts = Array.from({ length: 60 }, (_, index) =>
    (index % 2 ? other : test.database).transaction((tx) => reservePull(tx, supplier, 0, EVERYTHING, LEASE_MS)),
  );
  return (await Promise.all(attempts)).filter(({ kind }) => kind === 'reserved').length;
}

onPostgres('pull ledger under concurrency', (open) => {
  it('two instances together reserve exactly as many pulls as the limit allows', async () => {
    for (const pulls of [1, 7, 30]) expect(await rush(open(), pulls)).toBe(pulls);
  });
});

onPostgres('control: pull ledger without the lock on the supplier', (open) => {
  it('control: without the lock on the supplier, two instances reserve more pulls than the limit allows', async () => {
    const { database } = open();
    await replaceInFunction(database, 'reserve_pull', 'where id = p_supplier for update', 'where id = p_supplier');
    await replaceInFunction(database, 'reserve_pull', 'insert into pull', 'perform pg_sleep(0.02); insert into pull');
    expect(await rush(open(), 7)).toBeGreaterThan(7);
  });
});
