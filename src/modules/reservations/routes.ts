import type { HttpServer } from '../../platform/http/http-server.ts';
import { addOfferRoutes } from './availability/offer-routes.ts';
import { addSlotRoutes } from './availability/slot-routes.ts';
import { addChangeRoutes } from './booking/change-routes.ts';
import { addReservationRoutes } from './booking/reservation-routes.ts';
import { addFixedRoutes } from './fixed-routes.ts';
import { addClientRoutes } from './people/client-routes.ts';
import { addProviderRoutes } from './people/provider-routes.ts';
import type { ReservationsDeps } from './reservations-deps.ts';

export function addReservationsRoutes(app: HttpServer, deps: ReservationsDeps): void {
  addFixedRoutes(app, deps);
  addProviderRoutes(app, deps.database);
  addClientRoutes(app, deps.database);
  addOfferRoutes(app, deps);
  addSlotRoutes(app, deps);
  addReservationRoutes(app, deps);
  addChangeRoutes(app, deps);
}
