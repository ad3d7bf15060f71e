import type { Id } from '../../../platform/ids.ts';

/** The part of a supplier's inventory that one pull reads: one product on one date, or everything. */
export type Partition = Everything | ProductDate;

interface Everything {
  readonly kind: 'everything';
}

export interface ProductDate {
  readonly kind: 'product-date';
  readonly productId: Id;
  /** `YYYY-MM-DD`, in the supplier's time zone. */
  readonly date: string;
}

/** The only partition of a snapshot supplier. */
export const EVERYTHING: Everything = { kind: 'everything' };

export function productDate(productId: Id, date: string): ProductDate {
  return { kind: 'product-date', productId, date };
}

/**
 * The name under which the database stores a partition: `everything`, or the product and the date, `14/2026-12-30`.
 * The SQL functions `partition_name` and `partition_product` know the same format.
 */
export function formatPartition(partition: Partition): string {
  return partition.kind === 'everything' ? partition.kind : `${partition.productId}/${partition.date}`;
}

/** Parses a stored name. */
export function parsePartition(name: string): Partition {
  if (name === EVERYTHING.kind) return EVERYTHING;
  const [, productId, date] = /^(\d+)\/(\d{4}-\d\d-\d\d)$/.exec(name) ?? [];
  if (date === undefined) throw new RangeError(`${JSON.stringify(name)} is not the name of a partition`);
  return productDate(Number(productId), date);
}

/** A partition and the supplier it belongs to: the key of a view. */
export interface PartitionKey {
  readonly supplierId: string;
  readonly partition: Partition;
}

/** The key as the change feed spells it: the supplier's id, a slash and the partition's name. */
export function formatPartitionKey({ supplierId, partition }: PartitionKey): string {
  return `${supplierId}/${formatPartition(partition)}`;
}
