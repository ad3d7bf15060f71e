import type { Random } from '../../platform/seeded-random.ts';
import type { Unit, UnitId } from './stock.ts';

/** What a read finds: rows and what they are wrapped in, so that a fault can twist the rows alone. */
export interface Found {
  readonly rows: readonly unknown[];
  wrap(rows: readonly unknown[]): unknown;
}

/** Why a read finds nothing. */
interface NotFound {
  readonly status: 400 | 404;
  readonly detail: string;
}

/** What one kind of supplier has on sale, and how it tells it. */
export interface Supply {
  /** The field of a booking that names what is booked. */
  readonly idField: 'slot_id' | 'item_id';
  /** By supplier product; empty where the supplier knows no products. */
  readonly productIds: readonly number[];
  read(path: string, query: URLSearchParams): Found | NotFound;
  /** What is on sale now under this id, unless it has vanished. */
  find(id: UnitId): Unit | undefined;
  /** Something on sale, for somebody who wants anything. */
  pick(random: Random): Unit | undefined;
}
