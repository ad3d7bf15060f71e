import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { eachDatabase } from '../../../../test/support/database/test-database.ts';
import {
  addSupplier,
  bookSupplied,
  suppliedIds,
  upstreamItem,
} from '../../../../test/support/supply/supplied-slots.ts';
import { readClock } from '../../../platform/db/database.ts';
import type { UpstreamSlot } from '../adapters/adapter.ts';
import { EVERYTHING, type Partition, productDate } from '../supplier/partition.ts';
import { type ReplaceOutcome, replacePartition } from './partition-store.ts';

const FIRST = productDate(14, '2030-06-01');
const SECOND = productDate(14, '2030-06-02');

let supplierCount = 0;

eachDatabase('replacePartition', (open) => {
  async function newSupplier(): Promise<string> {
    supplierCount += 1;
    await addSupplier(open().database, `tours-${supplierCount}`);
    return `tours-${supplierCount}`;
  }

  async function replace(
    supplierId: string,
    slots: readonly UpstreamSlot[],
    {
      epoch = 0,
      observedAt,
      partition = EVERYTHING,
    }: { epoch?: number; observedAt?: string; partition?: Partition } = {},
  ): Promise<ReplaceOutcome> {
    const { database } = open();
    const at = observedAt ?? (await database.read(readClock));
    const pulled = { supplierId, epoch, partition, observedAt: at, slots, absence: 'gone' } as const;
    return database.statement((tx) => replacePartition(tx, pulled));
  }

  /** All rows of a supplier's inventory, each with the transactions that wrote it. */
  async function rowsOf(supplierId: string) {
    const { rows } = await open().database.read((reader) =>
      sql<{ id: number; open: boolean; capacity: number; version: number; written: string }>`
        select slot.id, closed_at is null as open, capacity, version,
               slot.xmin::text || ' ' || supplier_slot.xmin::text as written
          from supplier_slot join slot on slot.id = slot_id where supplier_id = ${supplierId} order by slot.id`.execute(
        reader,
      ),
    );
    return rows;
  }

  const fourItems = (remaining = 5) => ['a', 'b', 7, '7'].map((id) => upstreamItem(id, remaining));

  it('an equal answer writes no row of the inventory, and a changed slot writes only its own', async () => {
    const supplier = await newSupplier();
    expect(await replace(supplier, fourItems())).toBe('changed');
    const before = await rowsOf(supplier);
    expect(await replace(supplier, fourItems())).toBe('unchanged');
    expect(await rowsOf(supplier)).toEqual(before);
    expect(await replace(supplier, [upstreamItem('a', 4), ...fourItems().slice(1)])).toBe('changed');
    const after = await rowsOf(supplier);
    expect(after.filter(({ written }, index) => written !== before[index]?.written)).toHaveLength(1);
  });

  it('slots keep our ids, and the ids 7 and "7" stay apart', async () => {
    const supplier = await newSupplier();
    await replace(supplier, fourItems());
    const ids = await suppliedIds(open().database, supplier);
    expect(new Set(ids.values()).size).toBe(4);
    await replace(supplier, fourItems(9).reverse());
    expect(await suppliedIds(open().database, supplier)).toEqual(ids);
  });

  it('an answer that is older than the stored one, or was pulled in an old epoch, is not stored', async () => {
    const supplier = await newSupplier();
    const earlier = await open().database.read(readClock);
    await replace(supplier, fourItems());
    const before = await rowsOf(supplier);
    expect(await replace(supplier, fourItems(1), { observedAt: earlier })).toBe('older');
    await open().database.transaction((tx) =>
      sql`update supplier set epoch = epoch + 1 where id = ${supplier}`.execute(tx),
    );
    expect(await replace(supplier, fourItems(1))).toBe('fenced');
    expect(await rowsOf(supplier)).toEqual(before);
    expect(await replace(supplier, fourItems(1), { epoch: 1 })).toBe('changed');
  });

  it('an answer that removes most slots must be confirmed by a second one, and one that removes few need not', async () => {
    const supplier = await newSupplier();
    await replace(supplier, fourItems());
    expect(await replace(supplier, fourItems().slice(0, 1))).toBe('unconfirmed');
    expect((await rowsOf(supplier)).every((slot) => slot.open)).toBe(true);
    expect(await replace(supplier, [])).toBe('unconfirmed');
    expect(await replace(supplier, [])).toBe('changed');
    expect((await rowsOf(supplier)).some((slot) => slot.open)).toBe(false);
    expect(await replace(supplier, fourItems())).toBe('changed');
    expect(await replace(supplier, fourItems().slice(1))).toBe('changed');
    expect((await rowsOf(supplier)).map((slot) => slot.open)).toEqual([false, true, true, true]);
  });

  it('an equal answer opens its slots again if they were closed in the meantime', async () => {
    const supplier = await newSupplier();
    const isOpen = async () => (await rowsOf(supplier)).map((slot) => slot.open);
    await replace(supplier, [upstreamItem('a', 1)], { partition: FIRST });
    await replace(supplier, [upstreamItem('a', 1)], { partition: SECOND });
    await replace(supplier, [], { partition: SECOND });
    expect(await isOpen()).toEqual([false]);
    expect(await replace(supplier, [upstreamItem('a', 1)], { partition: FIRST })).toBe('changed');
    expect(await isOpen()).toEqual([true]);
    expect(await replace(supplier, [upstreamItem('a', 1)], { partition: FIRST })).toBe('unchanged');
  });

  it.each([
    ['its old date', [FIRST, SECOND]],
    ['its new date', [SECOND, FIRST]],
  ])(
    'a reservation of a slot that moved to another date becomes one conflict when %s is pulled first',
    async (_date, order) => {
      const supplier = await newSupplier();
      const { database } = open();
      await replace(supplier, [upstreamItem('a', 2)], { partition: FIRST });
      await replace(supplier, [], { partition: SECOND });
      const slotId = (await suppliedIds(database, supplier)).get('a') ?? 0;
      const reservationId = await bookSupplied(database, slotId);
      for (const partition of order) {
        await replace(supplier, partition === SECOND ? [upstreamItem('a', 2)] : [], { partition });
      }
      const { rows } = await database.read((reader) =>
        sql<{ status: string }>`select status from reservation where id = ${reservationId}`.execute(reader),
      );
      expect(rows).toEqual([{ status: 'conflict' }]);
      expect((await rowsOf(supplier)).map((slot) => slot.open)).toEqual([true]);
    },
  );

  it('an accepted answer between two suspicious ones makes the second unconfirmed again', async () => {
    const supplier = await newSupplier();
    await replace(supplier, fourItems());
    expect(await replace(supplier, [])).toBe('unconfirmed');
    expect(await replace(supplier, fourItems())).toBe('unchanged');
    expect(await replace(supplier, [])).toBe('unconfirmed');
  });
});
