import type { Id } from '../../../platform/ids.ts';
import type { Partition } from '../adapters/adapter.ts';

/** All that a snapshot supplier sells. */
export const EVERYTHING = 'everything';

/** A part as the database names it: `everything`, or `14/2026-12-30`. */
export function partitionName(part: Partition): string {
  return part.kind === 'everything' ? EVERYTHING : productDate(part.product, part.date);
}

/** @param date `YYYY-MM-DD` */
export function productDate(product: Id, date: string): string {
  return `${product}/${date}`;
}

/** The product and the date of such a name; nothing for `everything`. */
export function readProductDate(name: string): { readonly productId: Id; readonly date: string } | undefined {
  const [, productId, date] = /^(\d+)\/(\d{4}-\d\d-\d\d)$/.exec(name) ?? [];
  return date === undefined ? undefined : { productId: Number(productId), date };
}
