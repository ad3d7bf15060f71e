import type { FastifyReply, FastifyRequest } from 'fastify';
import { readClock } from '../../../platform/db/database.ts';
import { Failure, Malformed } from '../../../platform/errors.ts';
import { type Answer, answerFailure, answerWith, pageById, sendAnswer } from '../../../platform/http/answer.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import { answerOnce, readIdempotencyKey } from '../../../platform/http/idempotency.ts';
import { idOf, instantOf, Problems } from '../../../platform/http/parameters.ts';
import * as schemas from '../reservation-schemas.ts';
import type { ReservationsDeps } from '../reservations-deps.ts';
import { toHistory, toReservation } from '../response-mappers.ts';
import { cancelReservation, extendReservation, rescheduleReservation } from './change-reservation.ts';
import type { AskedPax } from './hold-store.ts';
import { isBefore, type Reservation } from './reservation.ts';
import { FutureTime } from './reservation-failures.ts';
import { listReservations, type Party, readHistory, readReservation, readReservationAt } from './reservation-view.ts';

/** Reservations under /api/v1. */
export function addReservationRoutes(app: HttpServer, { database, engine, policy }: ReservationsDeps): void {
  const tags = ['Reservations'];
  const changed = { 200: schemas.Reservation, ...Problems };

  app.post(
    '/api/v1/reservations',
    {
      schema: {
        tags,
        summary: 'Hold units of a slot',
        body: schemas.ReserveBody,
        response: { 201: schemas.Reservation, ...Problems },
      },
    },
    async (request, reply) => {
      const { client_id, slot_id, pax, version } = request.body;
      const quantity = quantityOf(request.body);
      const answer = await engine.hold({
        command: { clientId: client_id, slotId: slot_id, quantity, version, pax },
        idempotencyKey: readIdempotencyKey(request),
        answer: (outcome) => answerOutcome(request, reply, 201, outcome),
      });
      sendAnswer(reply, answer);
    },
  );

  app.get(
    '/api/v1/reservations',
    {
      schema: {
        tags,
        summary: "List a client's reservations, or those of a provider's slots, by id",
        querystring: schemas.ReservationListQuery,
        response: { 200: schemas.ReservationPage, ...Problems },
      },
    },
    async (request, reply) => {
      const { from, to, live } = request.query;
      const filter = {
        party: partyOf(request.query),
        from: from === undefined ? undefined : instantOf(from, 'query/from'),
        to: to === undefined ? undefined : instantOf(to, 'query/to'),
        onlyLive: live === 'true',
      };
      const { rows, next_cursor } = await pageById(
        request,
        reply,
        (afterId, limit) => database.read((reader) => listReservations(reader, filter, afterId, limit)),
        (reservation) => reservation.reservation_id,
      );
      return { reservations: rows.map(toReservation), next_cursor };
    },
  );

  app.get(
    '/api/v1/reservations/:id',
    {
      schema: {
        tags,
        summary: 'Read a reservation, as it is or as it was',
        params: schemas.IdParams,
        querystring: schemas.ReservationQuery,
        response: changed,
      },
    },
    async (request) => {
      const reservationId = idOf(request.params.id, 'params/id');
      const at = request.query.at === undefined ? undefined : instantOf(request.query.at, 'query/at');
      const reservation = await database.read(async (reader) => {
        if (at === undefined) return readReservation(reader, reservationId);
        if (isBefore(await readClock(reader), at)) throw new FutureTime();
        return readReservationAt(reader, reservationId, at);
      });
      return toReservation(reservation);
    },
  );

  app.get(
    '/api/v1/reservations/:id/history',
    {
      schema: {
        tags,
        summary: 'List all that has happened to a reservation, oldest first',
        params: schemas.IdParams,
        response: { 200: schemas.History, ...Problems },
      },
    },
    async (request) => {
      const reservationId = idOf(request.params.id, 'params/id');
      return toHistory(await database.read((reader) => readHistory(reader, reservationId)));
    },
  );

  app.post(
    '/api/v1/reservations/:id/confirm',
    {
      schema: {
        tags,
        summary: 'Confirm a hold before it expires',
        params: schemas.IdParams,
        body: schemas.ClientBody,
        response: changed,
      },
    },
    async (request, reply) => {
      const answer = await engine.confirm({
        command: { reservationId: idOf(request.params.id, 'params/id'), clientId: request.body.client_id },
        idempotencyKey: readIdempotencyKey(request),
        answer: (outcome) => answerOutcome(request, reply, 200, outcome),
      });
      sendAnswer(reply, answer);
    },
  );

  app.post(
    '/api/v1/reservations/:id/cancel',
    {
      schema: {
        tags,
        summary: 'Cancel a hold or a confirmed reservation',
        params: schemas.IdParams,
        body: schemas.ClientBody,
        response: changed,
      },
    },
    (request, reply) => {
      const command = { reservationId: idOf(request.params.id, 'params/id'), clientId: request.body.client_id };
      return answerOnce(database, request, reply, async (tx) =>
        answerWith(reply, 200, toReservation(await cancelReservation(tx, command, policy))),
      );
    },
  );

  app.post(
    '/api/v1/reservations/:id/extend',
    {
      schema: {
        tags,
        summary: 'Give a hold more time, up to its ceiling',
        params: schemas.IdParams,
        body: schemas.ClientBody,
        response: changed,
      },
    },
    (request, reply) => {
      const command = { reservationId: idOf(request.params.id, 'params/id'), clientId: request.body.client_id };
      return answerOnce(database, request, reply, async (tx) =>
        answerWith(reply, 200, toReservation(await extendReservation(tx, command, policy))),
      );
    },
  );

  app.post(
    '/api/v1/reservations/:id/reschedule',
    {
      schema: {
        tags,
        summary: 'Move a reservation to another slot, or leave it as it is',
        params: schemas.IdParams,
        body: schemas.RescheduleBody,
        response: changed,
      },
    },
    (request, reply) => {
      const { client_id, slot_id, version } = request.body;
      const reservationId = idOf(request.params.id, 'params/id');
      const command = { reservationId, clientId: client_id, slotId: slot_id, version };
      return answerOnce(database, request, reply, async (tx) =>
        answerWith(reply, 200, toReservation(await rescheduleReservation(tx, command, policy))),
      );
    },
  );
}

/** Whose reservations are asked for: a client's or a provider's, and not both. */
function partyOf({ client_id, provider_id }: { client_id?: string; provider_id?: string }): Party {
  if (client_id !== undefined && provider_id !== undefined) {
    throw new Malformed([{ path: 'query/provider_id', message: 'must not go with client_id' }]);
  }
  if (client_id !== undefined) return { role: 'client', id: idOf(client_id, 'query/client_id') };
  if (provider_id !== undefined) return { role: 'provider', id: idOf(provider_id, 'query/provider_id') };
  throw new Malformed([{ path: 'query', message: 'must have client_id or provider_id' }]);
}

/** How many units are asked for; pax types must be named once each and add up to it. */
function quantityOf({ quantity, pax }: { quantity?: number; pax?: readonly AskedPax[] }): number {
  if (!pax) return quantity ?? 1;
  const sum = pax.reduce((total, each) => total + each.quantity, 0);
  if (new Set(pax.map(({ type }) => type)).size < pax.length) {
    throw new Malformed([{ path: '/pax', message: 'names a type twice' }]);
  }
  if (sum > 1_000_000 || (quantity !== undefined && quantity !== sum)) {
    throw new Malformed([{ path: '/pax', message: `adds up to ${sum}, which is not the quantity` }]);
  }
  return sum;
}

function answerOutcome(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  outcome: Reservation | Failure,
): Answer {
  if (outcome instanceof Failure) return answerFailure(outcome, request.id);
  return answerWith(reply, status, toReservation(outcome));
}
