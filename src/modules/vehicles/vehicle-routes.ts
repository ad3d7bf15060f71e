import { askedBoundMs, sendServed } from '../../freshness/index.ts';
import { Malformed } from '../../platform/errors.ts';
import { answerWith } from '../../platform/http/answer.ts';
import type { HttpServer } from '../../platform/http/http-server.ts';
import { answerOnce } from '../../platform/http/idempotency.ts';
import { idOf, Problems } from '../../platform/http/parameters.ts';
import { textOfMoment } from '../../platform/time/moment.ts';
import { momentOf, REUSE, requireVehicle } from './states/state-at-route.ts';
import * as schemas from './vehicle-schemas.ts';
import { insertStateLog, insertVehicle } from './vehicle-store.ts';
import type { VehiclesDeps } from './vehicles-deps.ts';

/** A vehicle's history, and what adds to it. */
export function addVehicleRoutes(app: HttpServer, { database, view }: VehiclesDeps): void {
  const tags = ['Vehicles'];

  app.get(
    '/vehicles/:id/history',
    {
      schema: {
        tags,
        summary: 'All that is known of when a vehicle was in which state',
        params: schemas.IdParams,
        response: { 200: schemas.History, ...Problems },
      },
    },
    async (request, reply) => {
      const id = idOf(request.params.id, 'params/id');
      const served = await view.get(String(id), askedBoundMs(request));
      return sendServed(request, reply, served, requireVehicle(reply, served, id).history(), REUSE);
    },
  );

  app.post(
    '/vehicles',
    {
      schema: {
        tags,
        summary: 'Add a vehicle',
        body: schemas.VehicleBody,
        response: { 201: schemas.History, ...Problems },
      },
    },
    (request, reply) => {
      const { make, model, state, timestamp } = request.body;
      if (state === undefined && timestamp !== undefined) {
        throw new Malformed([{ path: '/timestamp', message: 'says since when it is in a state, and there is none' }]);
      }
      const since = timestamp === undefined ? undefined : textOfMoment(momentOf(timestamp, '/timestamp'));
      return answerOnce(database, request, reply, async (tx) => {
        const vehicle = await insertVehicle(tx, { make, model });
        const history = state === undefined ? [] : [await insertStateLog(tx, vehicle.id, state, since)];
        return answerWith(reply, 201, { vehicle, history });
      });
    },
  );

  app.post(
    '/vehicles/:id/state-logs',
    {
      schema: {
        tags,
        summary: 'Log that a vehicle is in a state since a moment',
        params: schemas.IdParams,
        body: schemas.StateLogBody,
        response: { 201: schemas.StateLogged, ...Problems },
      },
    },
    (request, reply) => {
      const vehicleId = idOf(request.params.id, 'params/id');
      const at = textOfMoment(momentOf(request.body.timestamp, '/timestamp'));
      return answerOnce(database, request, reply, async (tx) => {
        const log = await insertStateLog(tx, vehicleId, request.body.state, at);
        return answerWith(reply, 201, { vehicle_id: vehicleId, ...log });
      });
    },
  );
}
