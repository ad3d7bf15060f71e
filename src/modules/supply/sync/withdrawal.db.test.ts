import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { eachDatabase } from '../../../../test/support/database/test-database.ts';
import { addSupplier, bookSupplied, item, suppliedIds } from '../../../../test/support/supply/supplied-slots.ts';
import { readWriteBacks } from '../../../../test/support/supply/write-back-fixture.ts';
import { readClock } from '../../../platform/db/database.ts';
import { createLogger } from '../../../platform/logger.ts';
import type { Partition, UpstreamSlot } from '../adapters/adapter.ts';
import { acquireLease, releaseLease } from './leader-lease-store.ts';
import { replacePartition } from './partition-store.ts';
import { withdrawRemoved } from './withdraw-removed-suppliers.ts';
import { askForProducts, withdrawSupplier } from './withdrawal-store.ts';

let supplierIds = 0;

eachDatabase('what a supplier is no longer configured for', (open) => {
  async function newSupplier(): Promise<string> {
    supplierIds += 1;
    await addSupplier(open().database, `tours-${supplierIds}`);
    return `tours-${supplierIds}`;
  }

  const everything: Partition = { kind: 'everything' };
  const dateOf = (product: number): Partition => ({ kind: 'product-date', product, date: '2030-06-01' });

  async function tell(supplierId: string, part: Partition, slots: readonly UpstreamSlot[], epoch = 0) {
    const { database } = open();
    const observedAt = await database.read(readClock);
    return database.statement((tx) =>
      replacePartition(tx, { supplierId, epoch, part, observedAt, slots, absence: 'gone' }),
    );
  }

  async function forSale(supplierId: string): Promise<string[]> {
    const { rows } = await open().database.read((reader) =>
      sql<{ unit: string }>`
        select upstream_id #>> '{}' as unit from supplier_slot join slot on slot.id = slot_id
         where supplier_id = ${supplierId} and closed_at is null order by unit`.execute(reader),
    );
    return rows.map(({ unit }) => unit);
  }

  /** One of a supplier's slots is booked, and the supplier is yet to be told. */
  async function bookOne(supplierId: string): Promise<void> {
    const { database } = open();
    await bookSupplied(database, (await suppliedIds(database, supplierId)).get('a') ?? 0);
  }

  const lead = (supplierId: string, instance = randomUUID()) =>
    open().database.statement((tx) => acquireLease(tx, supplierId, instance, 5_000));

  /** As if the lead had ended eleven minutes ago. */
  async function unlead(supplierId: string): Promise<void> {
    await open().database.statement((tx) =>
      sql`update supplier set leader_until = holdfast_clock() - interval '11 minutes' where id = ${supplierId}`.execute(
        tx,
      ),
    );
  }

  const entryOf = async (supplierId: string) =>
    (await readWriteBacks(open().database)).find(({ supplier_id }) => supplier_id === supplierId);

  /** As an instance does that is configured for all suppliers of this file but these. */
  const withdrawBut = (...removed: string[]) => {
    const configured = Array.from({ length: supplierIds }, (_, index) => ({ id: `tours-${index + 1}` }));
    const left = configured.filter(({ id }) => !removed.includes(id));
    return withdrawRemoved(open().database, left, createLogger('silent'));
  };

  it('goes off sale by product, and comes back as it was', async () => {
    const id = await newSupplier();
    await tell(id, dateOf(14), [item('a', 2), item('b', 2), item('gone', 2)]);
    await tell(id, dateOf(14), [item('a', 2), item('b', 2)]);
    await tell(id, dateOf(15), [item('c', 2)]);
    const ask = (products: number[], epoch = 0) =>
      open().database.transaction((tx) => askForProducts(tx, { id, products }, epoch));

    expect(await ask([14, 15])).toEqual({ withdrawn: 0, restored: 0 });
    expect(await ask([15], 1), 'under an epoch that is not the present one').toEqual({ withdrawn: 0, restored: 0 });
    expect(await ask([15])).toEqual({ withdrawn: 2, restored: 0 });
    expect(await forSale(id)).toEqual(['c']);
    expect(await ask([14])).toEqual({ withdrawn: 1, restored: 2 });
    expect(await forSale(id), 'what the supplier itself let go of stays closed').toEqual(['a', 'b']);
    expect(await tell(id, dateOf(14), [item('a', 2), item('b', 2)])).toBe('unchanged');
  });

  it('goes off sale with its supplier, which is told of its bookings when it is configured again', async () => {
    const id = await newSupplier();
    await tell(id, everything, [item('a', 2), item('b', 2)]);
    await bookOne(id);
    const epoch = await lead(id);
    await withdrawBut(id);
    expect(await forSale(id), 'as long as an instance syncs it').toEqual(['a', 'b']);

    await unlead(id);
    await withdrawBut();
    expect(await forSale(id), 'as long as it is configured').toEqual(['a', 'b']);
    await withdrawBut(id);
    expect(await forSale(id)).toEqual([]);
    expect(await entryOf(id)).toMatchObject({ state: 'parked', reason: 'its supplier is not configured any more' });
    expect(await tell(id, everything, [item('a', 1)], epoch), 'a leader that was frozen').toBe('fenced');

    const again = (await lead(id)) ?? 0;
    const asked = await open().database.transaction((tx) => askForProducts(tx, { id, products: [] }, again));
    expect(asked).toEqual({ withdrawn: 0, restored: 2 });
    expect(await entryOf(id)).toMatchObject({ state: 'waiting', reason: null });
  });

  it('leaves alone what has begun, what is parked for another reason, and what is still led', async () => {
    const id = await newSupplier();
    const begun = { ...item('begun', 2), startsAt: '2020-06-01T10:00:00.000Z' };
    await tell(id, everything, [begun, item('a', 2)]);
    await bookOne(id);
    const park = (reason: string) =>
      open().database.statement((tx) =>
        sql`update write_back set state = 'parked', reason = ${reason} where supplier_id = ${id}`.execute(tx),
      );
    await park('rejected: answered 422');
    await lead(id);
    expect(await open().database.transaction((tx) => withdrawSupplier(tx, id))).toEqual({ slots: 0, writeBacks: 0 });
    await unlead(id);
    expect(await open().database.transaction((tx) => withdrawSupplier(tx, id))).toEqual({ slots: 1, writeBacks: 0 });
    expect(await forSale(id)).toEqual(['begun']);
    const epoch = (await lead(id)) ?? 0;
    await open().database.transaction((tx) => askForProducts(tx, { id, products: [] }, epoch));
    expect(await entryOf(id)).toMatchObject({ state: 'parked', reason: 'rejected: answered 422' });
    expect(await forSale(id)).toEqual(['a', 'begun']);
  });

  it('waits for its next pull when it was off sale for more than a day', async () => {
    const id = await newSupplier();
    await tell(id, everything, [item('a', 2)]);
    await withdrawBut(id);
    await open().database.transaction(async (tx) => {
      const earlier = sql`interval '25 hours'`;
      await sql`update supply_part set withdrawn_at = withdrawn_at - ${earlier} where supplier_id = ${id}`.execute(tx);
      await sql`
        update slot set closed_at = closed_at - ${earlier}
         where id in (select slot_id from supplier_slot where supplier_id = ${id})`.execute(tx);
    });
    const epoch = (await lead(id)) ?? 0;
    const ask = open().database.transaction((tx) => askForProducts(tx, { id, products: [] }, epoch));
    expect(await ask).toEqual({ withdrawn: 0, restored: 0 });
    expect(await forSale(id)).toEqual([]);
    expect(await tell(id, everything, [item('a', 2)], epoch)).toBe('changed');
    expect(await forSale(id)).toEqual(['a']);
  });

  it('counts the ten minutes from an orderly stop, too', async () => {
    const id = await newSupplier();
    await tell(id, everything, [item('a', 2)]);
    const instance = randomUUID();
    await lead(id, instance);
    await open().database.statement((tx) => releaseLease(tx, id, instance));
    await withdrawBut(id);
    expect(await forSale(id)).toEqual(['a']);
    expect(await lead(id), 'another takes over at once').toBeDefined();
  });

  it('is withdrawn once, whatever it was not told', async () => {
    const id = await newSupplier();
    await tell(id, everything, [item('a', 2)]);
    await bookOne(id);
    const epochs = async () =>
      (
        await open().database.read((reader) =>
          sql<{ epoch: number }>`select epoch from supplier where id = ${id}`.execute(reader),
        )
      ).rows[0]?.epoch;
    await withdrawBut(id);
    const once = await epochs();
    await withdrawBut(id);
    expect(await epochs()).toBe(once);
  });
});
