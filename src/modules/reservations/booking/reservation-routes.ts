import { actorOf, clientIdOf, Forbidden, ownershipOf, type Principal } from '../../../access/index.ts';
import { type Database, readClock } from '../../../platform/db/database.ts';
import { Malformed, noSuch, unavailable } from '../../../platform/errors.ts';
import { answerWith, pageById } from '../../../platform/http/answer.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import { idOf, namedMoments } from '../../../platform/http/parameters.ts';
import type { Id } from '../../../platform/ids.ts';
import { SlotTaken } from '../../inventory/index.ts';
import { ReservationParams } from '../field-schemas.ts';
import { readBounds } from '../times/read-time.ts';
import { TimeRefused } from '../times/time-failures.ts';
import { sendBatched } from './batched-answer.ts';
import type { HoldEngine } from './hold-engine.ts';
import type { RequestedPax } from './hold-store.ts';
import { isBefore } from './reservation.ts';
import {
  BeforeFirstState,
  FutureTime,
  NoSuchPax,
  PaxRefused,
  SlotClosed,
  SlotVersionChanged,
  TooManyHolds,
  TooSoon,
} from './reservation-failures.ts';
import { toHistoryResponse, toReservationResponse } from './reservation-response.ts';
import {
  HoldBody,
  MAX_QUANTITY,
  Reservation,
  ReservationHistory,
  ReservationListQuery,
  ReservationPage,
  ReservationQuery,
} from './reservation-schemas.ts';
import {
  listReservations,
  type Party,
  readHistory,
  readReservation,
  readReservationAt,
  readTimeZone,
} from './reservation-view.ts';

interface ReservationRoutesDeps {
  readonly database: Database;
  readonly engine: HoldEngine;
}

/** Reservations under /api/v1: hold, list, read, and look back. */
export function addReservationRoutes(app: HttpServer, { database, engine }: ReservationRoutesDeps): void {
  const tags = ['Reservations'];

  app.post(
    '/api/v1/reservations',
    {
      config: {
        problems: [
          ...[noSuch('slot'), noSuch('client'), SlotTaken, SlotClosed, SlotVersionChanged],
          ...[TooSoon, NoSuchPax, PaxRefused, TooManyHolds, unavailable('overloaded')],
        ],
      },
      schema: {
        operationId: 'createReservation',
        tags,
        summary: 'Hold units of a slot',
        description: 'Makes a reservation with the status `held`. It expires unless it is confirmed in time.',
        body: HoldBody,
        response: { 201: Reservation },
      },
    },
    (request, reply) => {
      const { client_id, slot_id, pax, version } = request.body;
      const clientId = clientIdOf(request.principal, client_id, '/client_id');
      const quantity = quantityOf(request.body);
      return sendBatched(request, reply, {
        run: engine.hold,
        command: { clientId, slotId: slot_id, quantity, version, pax, actor: actorOf(request.principal) },
        answer: (reservation) => answerWith(reply, 201, toReservationResponse(reservation)),
      });
    },
  );

  app.get(
    '/api/v1/reservations',
    {
      config: { paged: true, problems: [noSuch('client'), noSuch('provider'), TimeRefused] },
      schema: {
        operationId: 'listReservations',
        tags,
        summary: 'List reservations',
        description: "Lists a client's reservations, or those of a provider's slots, by id, a page at a time.",
        querystring: ReservationListQuery,
        response: { 200: ReservationPage },
      },
    },
    async (request, reply) => {
      const party = partyOf(request.principal, request.query);
      const onlyLive = request.query.live === 'true';
      // A malformed time is reported before an unknown party.
      readBounds(request.query, 'UTC');
      const { rows, next_cursor } = await pageById(
        request,
        reply,
        (afterId, limit) =>
          database.read(async (reader) => {
            const bounds = readBounds(request.query, await readTimeZone(reader, party));
            return listReservations(reader, { party, ...bounds, onlyLive }, afterId, limit);
          }),
        (reservation) => reservation.reservation_id,
      );
      return { reservations: rows.map(toReservationResponse), next_cursor };
    },
  );

  app.get(
    '/api/v1/reservations/:id',
    {
      config: { problems: [noSuch('reservation'), BeforeFirstState, FutureTime] },
      schema: {
        operationId: 'getReservation',
        tags,
        summary: 'Get a reservation',
        description: 'Returns a reservation as it is, or as it was at a past moment.',
        params: ReservationParams,
        querystring: ReservationQuery,
        response: { 200: Reservation },
      },
    },
    async (request) => {
      const reservationId = idOf(request.params.id, 'params/id');
      const { at: named } = request.query;
      const moments = named === undefined ? undefined : namedMoments(named, 'query/at');
      const ownership = ownershipOf(request.principal);
      const reservation = await database.read(async (reader) => {
        if (moments === undefined) return readReservation(reader, reservationId, ownership);
        const now = await readClock(reader);
        if (isBefore(now, moments.first)) throw new FutureTime();
        const at = isBefore(now, moments.last) ? now : moments.last;
        return readReservationAt(reader, reservationId, at, ownership);
      });
      return toReservationResponse(reservation);
    },
  );

  app.get(
    '/api/v1/reservations/:id/history',
    {
      config: { problems: [noSuch('reservation')] },
      schema: {
        operationId: 'getReservationHistory',
        tags,
        summary: "Get a reservation's history",
        description: 'Returns every change of a reservation, oldest first.',
        params: ReservationParams,
        response: { 200: ReservationHistory },
      },
    },
    async (request) => {
      const reservationId = idOf(request.params.id, 'params/id');
      const ownership = ownershipOf(request.principal);
      return toHistoryResponse(await database.read((reader) => readHistory(reader, reservationId, ownership)));
    },
  );
}

/**
 * The owner of a requested list: a client or a provider, and not both. For a client and for a provider it is itself.
 *
 * @throws Forbidden, Malformed
 */
function partyOf(principal: Principal, query: PartyQuery): Party {
  const { client_id, provider_id } = query;
  const { role, subject } = principal;
  if (role === 'client' || role === 'provider') {
    const own = role === 'client' ? client_id : provider_id;
    const other = role === 'client' ? provider_id : client_id;
    if (other !== undefined || (own !== undefined && idOf(own, `query/${role}_id`) !== subject)) {
      throw new Forbidden(`These credentials list the reservations of ${role} ${subject} only. Leave out other ids`);
    }
    return { role, id: subject as Id };
  }
  if (client_id !== undefined && provider_id !== undefined) {
    throw new Malformed([{ path: 'query/provider_id', message: 'must not be given together with client_id' }]);
  }
  if (client_id !== undefined) return { role: 'client', id: idOf(client_id, 'query/client_id') };
  if (provider_id !== undefined) return { role: 'provider', id: idOf(provider_id, 'query/provider_id') };
  throw new Malformed([{ path: 'query', message: 'must have client_id or provider_id' }]);
}

interface PartyQuery {
  readonly client_id?: string;
  readonly provider_id?: string;
}

/** The number of requested units. Pax types must be distinct and add up to it. */
function quantityOf({ quantity, pax }: { quantity?: number; pax?: readonly RequestedPax[] }): number {
  if (!pax) return quantity ?? 1;
  const sum = pax.reduce((total, each) => total + each.quantity, 0);
  if (new Set(pax.map(({ type }) => type)).size < pax.length) {
    throw new Malformed([{ path: '/pax', message: 'must name each type once' }]);
  }
  if (sum > MAX_QUANTITY || (quantity !== undefined && quantity !== sum)) {
    throw new Malformed([{ path: '/pax', message: `must add up to the quantity, and adds up to ${sum}` }]);
  }
  return sum;
}
