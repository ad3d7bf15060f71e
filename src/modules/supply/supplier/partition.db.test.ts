import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { eachDatabase } from '../../../../test/support/database/test-database.ts';
import { EVERYTHING, formatPartition, formatPartitionKey, parsePartition, productDate } from './partition.ts';

const TOUR = productDate(14, '2026-12-30');

eachDatabase('partition names', (open) => {
  it('a partition that is formatted and parsed is the same partition', () => {
    for (const partition of [EVERYTHING, TOUR]) expect(parsePartition(formatPartition(partition))).toEqual(partition);
  });

  it.each(['', 'all', '14', '14/', '14/2026-12-3', '/2026-12-30', 'x/2026-12-30', '14/2026-12-30/2'])(
    'the text %j is refused as the name of a partition',
    (name) => {
      expect(() => parsePartition(name)).toThrow(RangeError);
    },
  );

  it('the SQL functions form and read the same names as partition.ts', async () => {
    const key = { supplierId: 'city-tours', partition: TOUR };
    const { rows } = await open().database.read((reader) =>
      sql<{ name: string; product: number; none: number | null; key: string }>`
        select partition_name(${TOUR.productId}, ${TOUR.date}) as name,
               partition_product(${formatPartition(TOUR)}) as product,
               partition_product(${formatPartition(EVERYTHING)}) as none,
               partition_key(${key.supplierId}, ${formatPartition(TOUR)}) as key`.execute(reader),
    );
    expect(rows).toEqual([
      { name: formatPartition(TOUR), product: TOUR.productId, none: null, key: formatPartitionKey(key) },
    ]);
  });
});
