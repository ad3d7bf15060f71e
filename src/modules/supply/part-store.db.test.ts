import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { addSupplier, item, suppliedIds } from '../../../test/support/supplied-slots.ts';
import { eachDatabase } from '../../../test/support/test-database.ts';
import { readClock } from '../../platform/db/database.ts';
import type { UpstreamSlot } from './adapters/adapter.ts';
import { type Swapped, swapPart } from './part-store.ts';

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
    { epoch = 0, observedAt }: { epoch?: number; observedAt?: string } = {},
  ): Promise<Swapped> {
    const { database } = open();
    const at = observedAt ?? (await database.read(readClock));
    const pulled = { supplierId, epoch, part: { kind: 'everything' }, observedAt: at, slots, absence: 'gone' } as const;
    return database.statement((tx) => swapPart(tx, pulled));
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

  it('has been made of nothing more once a good one comes in between', async () => {
    const supplier = await newSupplier();
    await swap(supplier, four());
    expect(await swap(supplier, [])).toBe('doubted');
    expect(await swap(supplier, four())).toBe('unchanged');
    expect(await swap(supplier, [])).toBe('doubted');
  });
});
