import type { Database } from '../../platform/db/database.ts';
import type { OrderReads } from './order-reads.ts';
import type { OrderPages } from './pages/order-pages.ts';

/** Where orders are read from: Holdfast's own database, or a shop's. */
interface OrderSource {
  readonly pages: OrderPages;
  readonly reads: OrderReads;
  /** Whether another program writes the orders, and this one only reads them. */
  readonly isElsewhere: boolean;
}

export interface OrdersDeps {
  readonly database: Database;
  readonly source: OrderSource;
}
