import type { Database } from '../../platform/db/database.ts';
import type { VehicleView } from './vehicle-view.ts';

export interface VehiclesDeps {
  readonly database: Database;
  readonly view: VehicleView;
}
