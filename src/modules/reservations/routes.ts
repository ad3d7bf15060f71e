import type { HttpServer } from '../../platform/http/http-server.ts';
import { addSlotRoutes } from './availability/slot-routes.ts';
import { addReservationRoutes } from './booking/reservation-routes.ts';
import { addFixedRoutes } from './fixed-routes.ts';
import { addPeopleRoutes } from './people/people-routes.ts';
import type { ReservationsDeps } from './reservations-deps.ts';

export function addReservationsRoutes(app: HttpServer, deps: ReservationsDeps): void {
  addFixedRoutes(app, deps);
  addPeopleRoutes(app, deps);
  addSlotRoutes(app, deps);
  addReservationRoutes(app, deps);
}
