import { requestedMaxAgeMs, type Served, VIEW_PROBLEMS } from '../../../freshness/index.ts';
import type { Database } from '../../../platform/db/database.ts';
import { Failure, NotFound } from '../../../platform/errors.ts';
import { answerWith, sendAnswer } from '../../../platform/http/answer.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import { answerOnce, readIdempotencyKey } from '../../../platform/http/idempotency.ts';
import { momentOf } from '../../../platform/http/parameters.ts';
import { toProblem } from '../../../platform/http/problem.ts';
import type { Id } from '../../../platform/ids.ts';
import { BeforeFirstState } from '../vehicle-failures.ts';
import * as schemas from '../vehicle-schemas.ts';
import type { CachedVehicle } from './cached-vehicle.ts';
import { stateAt } from './timeline.ts';
import type { VehicleView } from './vehicle-view.ts';

interface Pair {
  readonly vehicle_id: Id;
  readonly timestamp: string;
}

interface StatesDeps {
  readonly database: Database;
  readonly view: VehicleView;
}

/** Adds the route for the states of many vehicles, each at its own moment. */
export function addStatesRoute(app: HttpServer, { database, view }: StatesDeps): void {
  app.post(
    '/api/v1/vehicles/states',
    {
      config: { problems: VIEW_PROBLEMS },
      schema: {
        operationId: 'getVehicleStates',
        tags: ['Vehicles'],
        summary: 'Get the states of many vehicles',
        description:
          'Looks up at most 1,000 vehicles, each at its own moment. A pair that has no state gets a problem of its own.',
        body: schemas.StatesBody,
        response: { 200: schemas.VehicleStates },
      },
    },
    async (request, reply) => {
      const { pairs } = request.body;
      // Reads the view before any transaction: the embedded database has one connection, and would wait for itself.
      const vehicles = await readVehicles(view, pairs, requestedMaxAgeMs(request));
      const states = pairs.map((pair, place) => outcomeOf(pair, place, vehicles));
      const answer = answerWith(reply, 200, { states });
      if (readIdempotencyKey(request)) return answerOnce(database, request, reply, async () => answer);
      const ageMs = Math.max(...vehicles.values().map((served) => served.ageMs));
      reply.header('age', String(Math.ceil(ageMs / 1_000)));
      return sendAnswer(reply, answer);
    },
  );
}

async function readVehicles(
  view: VehicleView,
  pairs: readonly Pair[],
  maxAgeMs: number | undefined,
): Promise<Map<Id, Served<CachedVehicle>>> {
  const ids = [...new Set(pairs.map((pair) => pair.vehicle_id))];
  const served = await Promise.all(ids.map((id) => view.get(String(id), maxAgeMs)));
  return new Map(served.map((each, place) => [ids[place] as Id, each]));
}

function outcomeOf(pair: Pair, place: number, vehicles: ReadonlyMap<Id, Served<CachedVehicle>>): object {
  try {
    return { vehicle: vehicleAt(pair, place, vehicles.get(pair.vehicle_id)?.value) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { type, title, status, detail } = toProblem(error, '');
    return { problem: { type, title, status, detail } };
  }
}

function vehicleAt({ vehicle_id, timestamp }: Pair, place: number, vehicle: CachedVehicle | undefined): object {
  const moment = momentOf(timestamp, `/pairs/${place}/timestamp`);
  if (!vehicle) throw new NotFound('vehicle', vehicle_id);
  const state = stateAt(vehicle, moment);
  if (state < 0) throw new BeforeFirstState(vehicle_id);
  return vehicle.inState(state);
}
