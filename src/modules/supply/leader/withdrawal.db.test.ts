import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { eachDatabase } from '../../../../test/support/database/test-database.ts';
import {
  addSupplier,
  bookSupplied,
  suppliedIds,
  upstreamItem,
} from '../../../../test/support/supply/supplied-slots.ts';
import { readWriteBacks } from '../../../../test/support/supply/write-back-fixture.ts';
import { readClock } from '../../../platform/db/database.ts';
import { createLogger } from '../../../platform/logger.ts';
import type { UpstreamSlot } from '../adapters/adapter.ts';
import { replacePartition } from '../pulls/partition-store.ts';
import { EVERYTHING, type Partition, productDate } from '../supplier/partition.ts';
import { acquireLease, releaseLease } from './leader-lease-store.ts';
import { withdrawRemoved } from './withdraw-removed-suppliers.ts';
import { offerProducts, withdrawSupplier } from './withdrawal-store.ts';

let supplierCount = 0;

eachDatabase('withdrawal', (open) => {
  async function newSupplier(): Promise<string> {
    supplierCount += 1;
    await addSupplier(open().database, `tours-${supplierCount}`);
    return `tours-${supplierCount}`;
  }

  const dateOf = (productId: number) => productDate(productId, '2030-06-01');

  async function replace(supplierId: string, partition: Partition, slots: readonly UpstreamSlot[], epoch = 0) {
    const { database } = open();
    const observedAt = await database.read(readClock);
    return database.statement((tx) =>
      replacePartition(tx, { supplierId, epoch, partition, observedAt, slots, absence: 'gone' }),
    );
  }

  async function unitsOnSale(supplierId: string): Promise<string[]> {
    const { rows } = await open().database.read((reader) =>
      sql<{ unit: string }>`
        select upstream_id #>> '{}' as unit from supplier_slot join slot on slot.id = slot_id
         where supplier_id = ${supplierId} and closed_at is null order by unit`.execute(reader),
    );
    return rows.map(({ unit }) => unit);
  }

  /** Books a unit of a supplier's slot `a`. The write-back stays waiting. */
  async function bookOne(supplierId: string): Promise<void> {
    const { database } = open();
    await bookSupplied(database, (await suppliedIds(database, supplierId)).get('a') ?? 0);
  }

  const acquire = (supplierId: string, instance = randomUUID()) =>
    open().database.statement((tx) => acquireLease(tx, supplierId, instance, 5_000));

  /** Makes the lease look as if it had ended eleven minutes ago. */
  async function endLeaseEarlier(supplierId: string): Promise<void> {
    await open().database.statement((tx) =>
      sql`update supplier set lease_until = holdfast_clock() - interval '11 minutes' where id = ${supplierId}`.execute(
        tx,
      ),
    );
  }

  const entryOf = async (supplierId: string) =>
    (await readWriteBacks(open().database)).find(({ supplier_id }) => supplier_id === supplierId);

  /** Runs the job of an instance that is configured for all suppliers of this file except these. */
  const withdrawAllExcept = (...removed: string[]) => {
    const configured = Array.from({ length: supplierCount }, (_, index) => ({ id: `tours-${index + 1}` }));
    const kept = configured.filter(({ id }) => !removed.includes(id));
    return withdrawRemoved(open().database, kept, createLogger('silent'));
  };

  it('a product that is no longer configured goes off sale, and is restored when it is configured again', async () => {
    const id = await newSupplier();
    await replace(id, dateOf(14), [upstreamItem('a', 2), upstreamItem('b', 2), upstreamItem('gone', 2)]);
    await replace(id, dateOf(14), [upstreamItem('a', 2), upstreamItem('b', 2)]);
    await replace(id, dateOf(15), [upstreamItem('c', 2)]);
    const offer = (products: number[], epoch = 0) =>
      open().database.transaction((tx) => offerProducts(tx, { id, products }, epoch));

    expect(await offer([14, 15])).toEqual({ withdrawn: 0, restored: 0 });
    expect(await offer([15], 1), 'in another epoch').toEqual({ withdrawn: 0, restored: 0 });
    expect(await offer([15])).toEqual({ withdrawn: 2, restored: 0 });
    expect(await unitsOnSale(id)).toEqual(['c']);
    expect(await offer([14])).toEqual({ withdrawn: 1, restored: 2 });
    expect(await unitsOnSale(id), 'a slot that the supplier removed stays closed').toEqual(['a', 'b']);
    expect(await replace(id, dateOf(14), [upstreamItem('a', 2), upstreamItem('b', 2)])).toBe('unchanged');
  });

  it('a removed supplier goes off sale and its write-backs are parked, until it is configured again', async () => {
    const id = await newSupplier();
    await replace(id, EVERYTHING, [upstreamItem('a', 2), upstreamItem('b', 2)]);
    await bookOne(id);
    const epoch = await acquire(id);
    await withdrawAllExcept(id);
    expect(await unitsOnSale(id), 'while an instance syncs it').toEqual(['a', 'b']);

    await endLeaseEarlier(id);
    await withdrawAllExcept();
    expect(await unitsOnSale(id), 'while it is configured').toEqual(['a', 'b']);
    await withdrawAllExcept(id);
    expect(await unitsOnSale(id)).toEqual([]);
    expect(await entryOf(id)).toMatchObject({ state: 'parked', reason: 'its supplier is no longer configured' });
    expect(await replace(id, EVERYTHING, [upstreamItem('a', 1)], epoch), 'an instance that was frozen').toBe('fenced');

    const nextEpoch = (await acquire(id)) ?? 0;
    const change = await open().database.transaction((tx) => offerProducts(tx, { id, products: [] }, nextEpoch));
    expect(change).toEqual({ withdrawn: 0, restored: 2 });
    expect(await entryOf(id)).toMatchObject({ state: 'waiting', reason: null });
  });

  it('slots that have begun, write-backs parked for another reason and suppliers under a lease are left alone', async () => {
    const id = await newSupplier();
    const begun = { ...upstreamItem('begun', 2), startsAt: '2020-06-01T10:00:00.000Z' };
    await replace(id, EVERYTHING, [begun, upstreamItem('a', 2)]);
    await bookOne(id);
    const park = (reason: string) =>
      open().database.statement((tx) =>
        sql`update write_back set state = 'parked', reason = ${reason} where supplier_id = ${id}`.execute(tx),
      );
    await park('rejected: answered 422');
    await acquire(id);
    expect(await open().database.transaction((tx) => withdrawSupplier(tx, id))).toEqual({ slots: 0, writeBacks: 0 });
    await endLeaseEarlier(id);
    expect(await open().database.transaction((tx) => withdrawSupplier(tx, id))).toEqual({ slots: 1, writeBacks: 0 });
    expect(await unitsOnSale(id)).toEqual(['begun']);
    const epoch = (await acquire(id)) ?? 0;
    await open().database.transaction((tx) => offerProducts(tx, { id, products: [] }, epoch));
    expect(await entryOf(id)).toMatchObject({ state: 'parked', reason: 'rejected: answered 422' });
    expect(await unitsOnSale(id)).toEqual(['a', 'begun']);
  });

  it('slots that were off sale for more than a day stay closed until the next pull', async () => {
    const id = await newSupplier();
    await replace(id, EVERYTHING, [upstreamItem('a', 2)]);
    await withdrawAllExcept(id);
    await open().database.transaction(async (tx) => {
      const earlier = sql`interval '25 hours'`;
      await sql`update supplier_partition set withdrawn_at = withdrawn_at - ${earlier} where supplier_id = ${id}`.execute(
        tx,
      );
      await sql`
        update slot set closed_at = closed_at - ${earlier}
         where id in (select slot_id from supplier_slot where supplier_id = ${id})`.execute(tx);
    });
    const epoch = (await acquire(id)) ?? 0;
    const change = open().database.transaction((tx) => offerProducts(tx, { id, products: [] }, epoch));
    expect(await change).toEqual({ withdrawn: 0, restored: 0 });
    expect(await unitsOnSale(id)).toEqual([]);
    expect(await replace(id, EVERYTHING, [upstreamItem('a', 2)], epoch)).toBe('changed');
    expect(await unitsOnSale(id)).toEqual(['a']);
  });

  it('the ten minutes until a supplier is withdrawn also count from an orderly stop', async () => {
    const id = await newSupplier();
    await replace(id, EVERYTHING, [upstreamItem('a', 2)]);
    const instance = randomUUID();
    await acquire(id, instance);
    await open().database.statement((tx) => releaseLease(tx, id, instance));
    await withdrawAllExcept(id);
    expect(await unitsOnSale(id)).toEqual(['a']);
    expect(await acquire(id), 'another instance takes over at once').toBeDefined();
  });

  it('a supplier is withdrawn once, even if it has unsent write-backs', async () => {
    const id = await newSupplier();
    await replace(id, EVERYTHING, [upstreamItem('a', 2)]);
    await bookOne(id);
    const epochs = async () =>
      (
        await open().database.read((reader) =>
          sql<{ epoch: number }>`select epoch from supplier where id = ${id}`.execute(reader),
        )
      ).rows[0]?.epoch;
    await withdrawAllExcept(id);
    const once = await epochs();
    await withdrawAllExcept(id);
    expect(await epochs()).toBe(once);
  });
});
