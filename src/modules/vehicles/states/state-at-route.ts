import type { FastifyReply } from 'fastify';
import { ageHeaders, askedBoundMs, type Served, sendServed, tellAge } from '../../../freshness/index.ts';
import { Malformed, NotFound } from '../../../platform/errors.ts';
import type { DirectAnswer } from '../../../platform/http/fast-path.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import { idOf, Problems } from '../../../platform/http/parameters.ts';
import { type Moment, readMoment } from '../../../platform/time/moment.ts';
import { NoStateYet } from '../vehicle-failures.ts';
import * as schemas from '../vehicle-schemas.ts';
import type { KnownVehicle } from './known-vehicle.ts';
import { stateAt } from './timeline.ts';
import type { VehicleView } from './vehicle-view.ts';

const ROUTE = '/vehicles/:id/timestamp/:timestamp';
const PREFIX = '/vehicles/';
const MIDDLE = '/timestamp/';

/**
 * Another program may change a vehicle at any time, and the next answer says `fromCache: true`: a browser or proxy
 * that kept an answer for its bound would show neither.
 */
export const REUSE = 'revalidate';

/** The state of a vehicle at a moment. */
export function addStateAtRoute(app: HttpServer, view: VehicleView): void {
  app.answerDirectly({ url: ROUTE, prefix: PREFIX, answer: (url) => answerFromMemory(view, url) });

  app.get(
    ROUTE,
    {
      schema: {
        tags: ['Vehicles'],
        summary: 'The state a vehicle was in at a moment',
        params: schemas.StateAtParams,
        response: { 200: schemas.StateAt, ...Problems },
      },
      // The schema is for readers: the grammars below are stricter than it can say.
      validatorCompiler: () => () => true,
    },
    async (request, reply) => {
      const id = idOf(request.params.id, 'params/id');
      const moment = momentOf(request.params.timestamp, 'params/timestamp');
      const served = await view.get(String(id), askedBoundMs(request));
      const vehicle = requireVehicle(reply, served, id);
      const state = stateAt(vehicle, moment);
      if (state < 0) {
        tellAge(reply, served, REUSE);
        throw new NoStateYet(id);
      }
      const body = served.origin === 'source' ? vehicle.stateFromSource(state) : vehicle.stateFromCache(state);
      return sendServed(request, reply, served, body, REUSE);
    },
  );
}

/** The same without the framework, where the vehicle is in memory and the address is written plainly. */
function answerFromMemory(view: VehicleView, url: string): DirectAnswer | undefined {
  const idEnd = url.indexOf('/', PREFIX.length);
  if (idEnd < 0 || !url.startsWith(MIDDLE, idEnd)) return undefined;
  const moment = readMoment(url, idEnd + MIDDLE.length);
  if (moment === undefined) return undefined;
  // What is not an id in its one spelling is no key of the view.
  const digits = url.slice(PREFIX.length, idEnd);
  const served = view.peek(digits);
  if (served === undefined) return undefined;
  const headers = ageHeaders(served, REUSE);
  if (served.value === undefined) return { headers, failure: new NotFound('vehicle', Number(digits)) };
  const state = stateAt(served.value, moment);
  if (state < 0) return { headers, failure: new NoStateYet(Number(digits)) };
  return { headers, body: served.value.stateFromCache(state) };
}

/** Reads a moment of a path or a body; without an offset it is UTC. */
export function momentOf(text: string, path: string): Moment {
  const moment = readMoment(text);
  if (!moment) throw new Malformed([{ path, message: 'is not a time such as 2026-12-30T10:00:00Z' }]);
  return moment;
}

export function requireVehicle(reply: FastifyReply, served: Served<KnownVehicle>, id: number): KnownVehicle {
  if (served.value) return served.value;
  tellAge(reply, served, REUSE);
  throw new NotFound('vehicle', id);
}
