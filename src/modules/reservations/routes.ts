import type { HttpServer } from '../../platform/http/http-server.ts';
import { addFixedRoutes } from './fixed-routes.ts';
import { addPeopleRoutes } from './people-routes.ts';
import { addReservationRoutes } from './reservation-routes.ts';
import type { ReservationsDeps } from './reservations-deps.ts';
import { addSlotRoutes } from './slot-routes.ts';

export function addReservationsRoutes(app: HttpServer, deps: ReservationsDeps): void {
  addFixedRoutes(app, deps);
  addPeopleRoutes(app, deps);
  addSlotRoutes(app, deps);
  addReservationRoutes(app, deps);
}
