import type { HttpServer } from '../../platform/http/http-server.ts';
import { addStateAtRoute } from './states/state-at-route.ts';
import { addStatesRoute } from './states/states-route.ts';
import { addVehicleRoutes } from './vehicle-routes.ts';
import type { VehiclesDeps } from './vehicles-deps.ts';

export function addVehiclesRoutes(app: HttpServer, deps: VehiclesDeps): void {
  addStateAtRoute(app, deps.view);
  addVehicleRoutes(app, deps);
  addStatesRoute(app, deps);
}
