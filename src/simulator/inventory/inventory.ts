import type { Random } from '../../platform/seeded-random.ts';
import type { Unit, UnitId } from './stock.ts';

/** The rows of an answer and the object around them, so that a fault can change the rows alone. */
export interface InventoryRows {
  readonly rows: readonly unknown[];
  wrap(rows: readonly unknown[]): unknown;
}

/** Why a read has no rows. */
interface ReadRefusal {
  readonly status: 400 | 404;
  readonly detail: string;
}

/** The inventory of one kind of supplier, in its wire format. */
export interface Inventory {
  /** The field of a booking that contains the id of the slot or item. */
  readonly idField: 'slot_id' | 'item_id';
  /** Empty for a snapshot supplier. */
  readonly productIds: readonly number[];
  read(path: string, query: URLSearchParams): InventoryRows | ReadRefusal;
  /** The slot or item that is on sale under this id. */
  find(id: UnitId): Unit | undefined;
  /** A random slot or item that is on sale. */
  pick(random: Random): Unit | undefined;
}
