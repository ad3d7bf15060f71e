import type { HttpServer } from '../../platform/http/http-server.ts';
import { addBookingRoutes } from './bookings/booking-routes.ts';
import { addExperienceRoutes } from './catalogue/experience-routes.ts';
import { addItemRoutes } from './catalogue/item-routes.ts';
import type { SupplyDeps } from './supply-deps.ts';
import { addSyncRoutes } from './sync/sync-routes.ts';

/** Routes of suppliers' inventory, of bookings at suppliers, and of the sync. */
export function addSupplyRoutes(app: HttpServer, deps: SupplyDeps): void {
  addExperienceRoutes(app, deps.experiences);
  addItemRoutes(app, deps.items);
  addBookingRoutes(app, deps);
  addSyncRoutes(app, deps);
}
