import type { Database } from '../../platform/db/database.ts';
import type { VehicleView } from './states/vehicle-view.ts';

export interface VehiclesDeps {
  readonly database: Database;
  readonly view: VehicleView;
}
