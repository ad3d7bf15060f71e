import type { HttpServer } from '../../platform/http/http-server.ts';
import { addExperienceRoutes } from './experience-routes.ts';
import { addItemRoutes } from './item-routes.ts';
import type { SupplyReadDeps } from './supply-read-deps.ts';
import { addSyncRoutes } from './sync-routes.ts';

/** What suppliers sell, and how the sync with them stands. */
export function addSupplyReadRoutes(app: HttpServer, deps: SupplyReadDeps): void {
  addExperienceRoutes(app, deps.experiences);
  addItemRoutes(app, deps.items);
  addSyncRoutes(app, deps);
}
