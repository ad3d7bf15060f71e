import type { HttpServer } from '../../platform/http/http-server.ts';
import { addBookingRoutes } from './bookings/booking-routes.ts';
import { addExperienceRoutes } from './experiences/experience-routes.ts';
import { addItemRoutes } from './items/item-routes.ts';
import { addSyncRoutes } from './status/sync-routes.ts';
import type { SupplyDeps } from './supply-deps.ts';

/** Routes of suppliers' inventory, of bookings at suppliers, and of the sync. */
export function addSupplyRoutes(app: HttpServer, deps: SupplyDeps): void {
  addExperienceRoutes(app, deps.experiences);
  addItemRoutes(app, deps.items);
  addBookingRoutes(app, deps);
  addSyncRoutes(app, deps);
}
