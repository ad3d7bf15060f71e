import { requestedMaxAgeMs, sendCached, VIEW_PROBLEMS } from '../../freshness/index.ts';
import { Malformed, noSuch } from '../../platform/errors.ts';
import { answerWith, pageById } from '../../platform/http/answer.ts';
import type { HttpServer } from '../../platform/http/http-server.ts';
import { answerOnce } from '../../platform/http/idempotency.ts';
import { idOf, momentOf } from '../../platform/http/parameters.ts';
import { textOfMoment } from '../../platform/time/moment.ts';
import { listCurrentVehicles, readCurrentVehicle } from './current-vehicle-view.ts';
import { REUSE, requireVehicle } from './states/vehicle-view.ts';
import * as schemas from './vehicle-schemas.ts';
import { insertStateLog, insertVehicle } from './vehicle-store.ts';
import type { VehiclesDeps } from './vehicles-deps.ts';

/** Adds the routes for vehicles, for their histories and for the requests that extend them. */
export function addVehicleRoutes(app: HttpServer, { database, view }: VehiclesDeps): void {
  const tags = ['Vehicles'];

  app.get(
    '/vehicles',
    {
      config: { paged: true },
      schema: {
        operationId: 'listVehicles',
        tags,
        summary: 'List vehicles',
        description: 'Returns vehicles by ascending id, each in its present state, read from the database.',
        querystring: schemas.VehicleListQuery,
        response: { 200: schemas.VehicleList },
      },
    },
    async (request, reply) => {
      const { rows, next_cursor } = await pageById(
        request,
        reply,
        (afterId, limit) => database.read((reader) => listCurrentVehicles(reader, afterId, limit)),
        (vehicle) => vehicle.id,
      );
      return { vehicles: rows, next_cursor };
    },
  );

  app.get(
    '/vehicles/:id',
    {
      config: { problems: [noSuch('vehicle')] },
      schema: {
        operationId: 'getVehicle',
        tags,
        summary: 'Get a vehicle',
        description:
          'Returns a vehicle in its present state, read from the database. A log that is dated later than now does not ' +
          'count yet.',
        params: schemas.VehicleParams,
        response: { 200: schemas.CurrentVehicle },
      },
    },
    (request) => {
      const id = idOf(request.params.id, 'params/id');
      return database.read((reader) => readCurrentVehicle(reader, id));
    },
  );

  app.get(
    '/vehicles/:id/history',
    {
      config: { cached: true, problems: [noSuch('vehicle'), ...VIEW_PROBLEMS] },
      schema: {
        operationId: 'getVehicleHistory',
        tags,
        summary: "Get a vehicle's state history",
        description: 'Returns every state log of a vehicle, oldest first, from memory.',
        params: schemas.VehicleParams,
        response: { 200: schemas.VehicleHistory },
      },
    },
    async (request, reply) => {
      const id = idOf(request.params.id, 'params/id');
      const served = await view.get(String(id), requestedMaxAgeMs(request));
      return sendCached(request, reply, served, requireVehicle(reply, served, id).history(), REUSE);
    },
  );

  app.post(
    '/vehicles',
    {
      schema: {
        operationId: 'createVehicle',
        tags,
        summary: 'Create a vehicle',
        description: 'Creates a vehicle and, with `state`, its first state log.',
        body: schemas.VehicleBody,
        response: { 201: schemas.VehicleHistory },
      },
    },
    (request, reply) => {
      const { make, model, state, timestamp } = request.body;
      if (state === undefined && timestamp !== undefined) {
        throw new Malformed([{ path: '/timestamp', message: 'is only allowed together with state' }]);
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
      config: { problems: [noSuch('vehicle')] },
      schema: {
        operationId: 'createStateLog',
        tags,
        summary: 'Log a change of state',
        description: 'Stores that a vehicle is in a state from a moment on. Logs may arrive late and in any order.',
        params: schemas.VehicleParams,
        body: schemas.StateLogBody,
        response: { 201: schemas.LoggedState },
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
