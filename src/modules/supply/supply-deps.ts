import type { Freshness } from '../../freshness/index.ts';
import type { ChangeFeed } from '../../platform/db/change-feed.ts';
import type { Database } from '../../platform/db/database.ts';
import type { DatabaseClock } from '../../platform/db/database-clock.ts';
import type { Logger } from '../../platform/logger.ts';
import type { ReservationPolicy } from '../reservations/index.ts';
import { Experiences } from './catalogue/experience-view.ts';
import { Items } from './catalogue/item-view.ts';
import { ReadCounts } from './catalogue/read-counts.ts';
import type { Supplier } from './supplier/supplier.ts';

export interface SupplyDeps {
  readonly database: Database;
  readonly policy: ReservationPolicy;
  readonly suppliers: readonly Supplier[];
  readonly experiences: Experiences;
  readonly items: Items;
  readonly reads: ReadCounts;
}

interface Ground {
  readonly policy: ReservationPolicy;
  readonly freshness: Freshness;
  readonly database: Database;
  readonly feed: ChangeFeed;
  readonly clock: DatabaseClock;
  readonly logger: Logger;
  readonly firstAnswerWithinMs?: number | undefined;
}

/** Everything the routes of suppliers stand on; disposing of `reads` writes the last counts down. */
export function createSupply(suppliers: readonly Supplier[], ground: Ground): SupplyDeps {
  const { freshness, database, policy, clock, logger } = ground;
  const reads = new ReadCounts(database, logger);
  const experiences = new Experiences(freshness, database, suppliers, { clock, reads });
  return { database, policy, suppliers, experiences, items: new Items(suppliers, { ...ground, reads }), reads };
}
