import {
  formatAgeHeaders,
  requestedMaxAgeMs,
  sendCached,
  setAgeHeaders,
  VIEW_PROBLEMS,
} from '../../../freshness/index.ts';
import { NotFound, noSuch } from '../../../platform/errors.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import { idOf, momentOf } from '../../../platform/http/parameters.ts';
import { decodePercent } from '../../../platform/http/percent-encoding.ts';
import type { FastAnswer } from '../../../platform/http/server/fast-path.ts';
import { readMoment } from '../../../platform/time/moment.ts';
import { BeforeFirstState } from '../vehicle-failures.ts';
import * as schemas from '../vehicle-schemas.ts';
import { stateAt } from './timeline.ts';
import { REUSE, requireVehicle, type VehicleView } from './vehicle-view.ts';

const ROUTE = '/vehicles/:id/timestamp/:timestamp';
const PREFIX = '/vehicles/';
const MIDDLE = '/timestamp/';

/** Adds the route for the state of a vehicle at a moment. */
export function addStateAtRoute(app: HttpServer, view: VehicleView): void {
  app.addFastRoute({ url: ROUTE, prefix: PREFIX, answer: (url) => answerFromMemory(view, url) });

  app.get(
    ROUTE,
    {
      config: { cached: true, problems: [noSuch('vehicle'), BeforeFirstState, ...VIEW_PROBLEMS] },
      schema: {
        operationId: 'getVehicleStateAt',
        tags: ['Vehicles'],
        summary: "Get a vehicle's state at a moment",
        description:
          "Returns the state of the latest log at or before the moment; a log's own instant counts as in that state.",
        params: schemas.StateAtParams,
        response: { 200: schemas.VehicleStateAnswer },
      },
      // The schema is documentation: the parsers below are stricter than it can express.
      validatorCompiler: () => () => true,
    },
    async (request, reply) => {
      const id = idOf(request.params.id, 'params/id');
      const moment = momentOf(request.params.timestamp, 'params/timestamp');
      const served = await view.get(String(id), requestedMaxAgeMs(request));
      const vehicle = requireVehicle(reply, served, id);
      const state = stateAt(vehicle, moment);
      if (state < 0) {
        setAgeHeaders(reply, served, REUSE);
        throw new BeforeFirstState(id);
      }
      const body = served.origin === 'source' ? vehicle.stateFromSource(state) : vehicle.stateFromCache(state);
      return sendCached(request, reply, served, body, REUSE);
    },
  );
}

/** The fast path: gives the route's answer without the framework, for a vehicle in memory and a URL in its plain form. */
function answerFromMemory(view: VehicleView, url: string): FastAnswer | undefined {
  const idEnd = url.indexOf('/', PREFIX.length);
  if (idEnd < 0 || !url.startsWith(MIDDLE, idEnd)) return undefined;
  const start = idEnd + MIDDLE.length;
  const moment = url.includes('%', start) ? readMoment(decodePercent(url, start)) : readMoment(url, start);
  if (moment === undefined) return undefined;
  // Keys of the view are ids in canonical form. Any other text is not found, and the framework's route answers it.
  const digits = url.slice(PREFIX.length, idEnd);
  const served = view.peek(digits);
  if (served === undefined) return undefined;
  const { value } = served;
  const headers = formatAgeHeaders(served, REUSE);
  if (value === undefined) return { headers, failure: new NotFound('vehicle', Number(digits)) };
  const state = stateAt(value, moment);
  if (state < 0) return { headers, failure: new BeforeFirstState(Number(digits)) };
  return { headers, packed: value.packedFromCache(state) };
}
