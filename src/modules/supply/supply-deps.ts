import type { Database } from '../../platform/db/database.ts';
import type { ReservationPolicy } from '../reservations/index.ts';

export interface SupplyDeps {
  readonly database: Database;
  readonly policy: ReservationPolicy;
}
