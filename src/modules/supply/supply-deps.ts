import type { Database } from '../../platform/db/database.ts';
import type { Logger } from '../../platform/logger.ts';
import type { ReservationPolicy } from '../reservations/index.ts';
import { ReadCounts } from './catalogue/read-counts.ts';
import { Experiences } from './experiences/experience-view.ts';
import { Items, type ItemsDeps } from './items/item-view.ts';
import type { Supplier } from './supplier/supplier.ts';

export interface SupplyDeps {
  readonly database: Database;
  readonly policy: ReservationPolicy;
  readonly suppliers: readonly Supplier[];
  readonly experiences: Experiences;
  readonly items: Items;
  readonly reads: ReadCounts;
}

interface SupplyOptions extends Omit<ItemsDeps, 'reads'> {
  readonly policy: ReservationPolicy;
  readonly logger: Logger;
}

/** Creates the views of suppliers' inventory. Disposing `reads` stores the last read counts. */
export function createSupply(suppliers: readonly Supplier[], options: SupplyOptions): SupplyDeps {
  const { freshness, database, policy, clock, logger } = options;
  const reads = new ReadCounts(database, logger);
  const experiences = new Experiences(freshness, database, suppliers, { clock, reads });
  const items = new Items(suppliers, { ...options, reads });
  return { database, policy, suppliers, experiences, items, reads };
}
