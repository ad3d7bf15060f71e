import type { Database } from '../../platform/db/database.ts';
import type { OrderPages } from './pages/order-pages.ts';

export interface OrdersDeps {
  readonly database: Database;
  readonly pages: OrderPages;
}
