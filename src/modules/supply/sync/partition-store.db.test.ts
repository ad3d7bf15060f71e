import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { eachDatabase } from '../../../../test/support/database/test-database.ts';
import { addSupplier, bookSupplied, item, suppliedIds } from '../../../../test/support/supply/supplied-slots.ts';
import { readClock } from '../../../platform/db/database.ts';
import type { Partition, UpstreamSlot } from '../adapters/adapter.ts';
import { replacePartition, type Swapped } from './partition-store.ts';

const EVERYTHING: Partition = { kind: 'everything' };
const FIRST: Partition = { kind: 'product-date', product: 14, date: '2030-06-01' };
const SECOND: Partition = { kind: 'product-date', product: 14, date: '2030-06-02' };

let supplierIds = 0;

eachDatabase('an answer of a supplier', (open) => {
  async function newSupplier(): Promise<string> {
    supplierIds += 1;
    await addSupplier(open().database, `tours-${supplierIds}`);
    return `tours-${supplierIds}`;
  }

  async function swap(
    supplierId: string,
    slots: readonly UpstreamSlot[],
    { epoch = 0, observedAt, part = EVERYTHING }: { epoch?: number; observedAt?: string; part?: Partition } = {},
  ): Promise<Swapped> {
    const { database } = open();
    const at = observedAt ?? (await database.read(readClock));
    const pulled = { supplierId, epoch, part, observedAt: at, slots, absence: 'gone' } as const;
    return database.statement((tx) => replacePartition(tx, pulled));
  }

  /** Every row of a supplier's inventory, with the transaction that wrote it. */
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

  const four = (remaining = 5) => ['a', 'b', 7, '7'].map((id) => item(id, remaining));

  it('that is as the one before writes no row of the inventory (B10)', async () => {
    const supplier = await newSupplier();
    expect(await swap(supplier, four())).toBe('changed');
    const before = await rowsOf(supplier);
    expect(await swap(supplier, four())).toBe('unchanged');
    expect(await rowsOf(supplier)).toEqual(before);
    expect(await swap(supplier, [item('a', 4), ...four().slice(1)])).toBe('changed');
    const after = await rowsOf(supplier);
    expect(after.filter(({ written }, index) => written !== before[index]?.written)).toHaveLength(1);
  });

  it('keeps our ids, and tells the number 7 from the text', async () => {
    const supplier = await newSupplier();
    await swap(supplier, four());
    const ids = await suppliedIds(open().database, supplier);
    expect(new Set(ids.values()).size).toBe(4);
    await swap(supplier, four(9).reverse());
    expect(await suppliedIds(open().database, supplier)).toEqual(ids);
  });

  it('is not put over a later one, nor under an epoch that has passed (P2)', async () => {
    const supplier = await newSupplier();
    const early = await open().database.read(readClock);
    await swap(supplier, four());
    const before = await rowsOf(supplier);
    expect(await swap(supplier, four(1), { observedAt: early })).toBe('older');
    await open().database.transaction((tx) =>
      sql`update supplier set epoch = epoch + 1 where id = ${supplier}`.execute(tx),
    );
    expect(await swap(supplier, four(1))).toBe('fenced');
    expect(await rowsOf(supplier)).toEqual(before);
    expect(await swap(supplier, four(1), { epoch: 1 })).toBe('changed');
  });

  it('that takes most slots away is believed the second time, one that takes a few at once (P4)', async () => {
    const supplier = await newSupplier();
    await swap(supplier, four());
    expect(await swap(supplier, four().slice(0, 1))).toBe('doubted');
    expect((await rowsOf(supplier)).every((slot) => slot.open)).toBe(true);
    expect(await swap(supplier, [])).toBe('doubted');
    expect(await swap(supplier, [])).toBe('changed');
    expect((await rowsOf(supplier)).some((slot) => slot.open)).toBe(false);
    expect(await swap(supplier, four())).toBe('changed');
    expect(await swap(supplier, four().slice(1))).toBe('changed');
    expect((await rowsOf(supplier)).map((slot) => slot.open)).toEqual([false, true, true, true]);
  });

  it('opens what it lists, though it is as the one before, when that has been closed meanwhile', async () => {
    const supplier = await newSupplier();
    const isOpen = async () => (await rowsOf(supplier)).map((slot) => slot.open);
    await swap(supplier, [item('a', 1)], { part: FIRST });
    await swap(supplier, [item('a', 1)], { part: SECOND });
    await swap(supplier, [], { part: SECOND });
    expect(await isOpen()).toEqual([false]);
    expect(await swap(supplier, [item('a', 1)], { part: FIRST })).toBe('changed');
    expect(await isOpen()).toEqual([true]);
    expect(await swap(supplier, [item('a', 1)], { part: FIRST })).toBe('unchanged');
  });

  it.each([
    ['the day it left', [FIRST, SECOND]],
    ['the day it went to', [SECOND, FIRST]],
  ])(
    'makes a conflict of what was sold of a slot on another day, when it is pulled first by %s (P5)',
    async (_day, order) => {
      const supplier = await newSupplier();
      const { database } = open();
      await swap(supplier, [item('a', 2)], { part: FIRST });
      await swap(supplier, [], { part: SECOND });
      const slotId = (await suppliedIds(database, supplier)).get('a') ?? 0;
      const reservationId = await bookSupplied(database, slotId);
      for (const part of order) await swap(supplier, part === SECOND ? [item('a', 2)] : [], { part });
      const { rows } = await database.read((reader) =>
        sql<{ status: string }>`select status from reservation where id = ${reservationId}`.execute(reader),
      );
      expect(rows).toEqual([{ status: 'conflict' }]);
      expect((await rowsOf(supplier)).map((slot) => slot.open)).toEqual([true]);
    },
  );

  it('has been made of nothing more once a good one comes in between', async () => {
    const supplier = await newSupplier();
    await swap(supplier, four());
    expect(await swap(supplier, [])).toBe('doubted');
    expect(await swap(supplier, four())).toBe('unchanged');
    expect(await swap(supplier, [])).toBe('doubted');
  });
});
