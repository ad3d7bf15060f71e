import { addEventRoutes, type EventsDeps } from './modules/events/index.ts';
import { addOrderRoutes, type OrdersDeps } from './modules/orders/index.ts';
import { addReservationsRoutes, type ReservationsDeps } from './modules/reservations/index.ts';
import { addSupplyRoutes, type SupplyDeps } from './modules/supply/index.ts';
import { addVehiclesRoutes, type VehiclesDeps } from './modules/vehicles/index.ts';
import { acceptDirectAnswers } from './platform/http/fast-path.ts';
import { addHealthRoutes, type Readiness } from './platform/http/health.ts';
import type { HttpServer } from './platform/http/http-server.ts';
import { createServer } from './platform/http/server.ts';
import { serveStaticFiles } from './platform/http/static-files.ts';
import type { Logger } from './platform/logger.ts';
import { type Metrics, serveMetrics } from './platform/metrics.ts';

const PAGE = new URL('../web/dist/', import.meta.url);

export interface AppDeps {
  readonly logger: Logger;
  readonly version: string;
  readonly metrics: Metrics;
  readonly readiness: Readiness;
  readonly reservations: ReservationsDeps;
  readonly orders: OrdersDeps;
  readonly vehicles: VehiclesDeps;
  readonly supply: SupplyDeps;
  readonly events: EventsDeps;
}

/** Builds the whole HTTP surface; it never listens. */
export async function buildApp(deps: AppDeps): Promise<HttpServer> {
  const app = await createServer(deps.logger, {
    title: 'Holdfast',
    version: deps.version,
    description:
      "Books time and inventory that live in somebody else's slow, rate-limited system, and sells each unit once.",
  });
  serveMetrics(app, deps.metrics);
  acceptDirectAnswers(app, deps.metrics.requests);
  addHealthRoutes(app, deps.reservations.database, deps.readiness);
  addReservationsRoutes(app, deps.reservations);
  addOrderRoutes(app, deps.orders);
  addVehiclesRoutes(app, deps.vehicles);
  addSupplyRoutes(app, deps.supply);
  addEventRoutes(app, deps.events);
  await serveStaticFiles(app, PAGE);
  app.closeRoutes();
  return app;
}
