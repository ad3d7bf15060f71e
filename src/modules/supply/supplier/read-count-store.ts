import { sql } from 'kysely';
import type { Tx } from '../../../platform/db/database.ts';
import { formatPartition, type Partition, type PartitionKey, parsePartition } from './partition.ts';

/** How often clients read a partition. */
export interface ReadCount {
  readonly partition: Partition;
  readonly reads: number;
}

/** Adds to the stored read counts. One statement. */
export async function addReads(tx: Tx, counts: readonly (PartitionKey & ReadCount)[]): Promise<void> {
  await sql`
    insert into partition_read as stored (supplier_id, partition, reads)
    select * from unnest(
        ${counts.map(({ supplierId }) => supplierId)}::text[],
        ${counts.map(({ partition }) => formatPartition(partition))}::text[],
        ${counts.map(({ reads }) => reads)}::bigint[]) as added (supplier_id, partition, reads)
     order by supplier_id, partition
    on conflict (supplier_id, partition) do update set reads = stored.reads + excluded.reads`.execute(tx);
}

/** Removes and returns the reads of a supplier's partitions that all instances have counted since the last call. */
export async function takeReads(tx: Tx, supplierId: string): Promise<ReadCount[]> {
  const { rows } = await sql<{ partition: string; reads: number }>`
    delete from partition_read where supplier_id = ${supplierId} returning partition, reads`.execute(tx);
  return rows.map(({ partition, reads }) => ({ partition: parsePartition(partition), reads }));
}
