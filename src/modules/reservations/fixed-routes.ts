import { requestedMaxAgeMs, sendCached } from '../../freshness/index.ts';
import { Failure, NotFound } from '../../platform/errors.ts';
import { answerFailure, answerWith, sendAnswer } from '../../platform/http/answer.ts';
import type { HttpServer } from '../../platform/http/http-server.ts';
import { answerOnce, readIdempotencyKey } from '../../platform/http/idempotency.ts';
import { idOf, Problems } from '../../platform/http/parameters.ts';
import { offerAvailability } from './availability/offer-availability.ts';
import { expireReservations } from './booking/expire-reservations.ts';
import { insertClient } from './people/client-store.ts';
import { insertProvider } from './people/provider-store.ts';
import { zoneOf } from './people/time-zone.ts';
import * as schemas from './reservation-schemas.ts';
import type { ReservationsDeps } from './reservations-deps.ts';
import { toFixedReservation, toTimeslot } from './response-mappers.ts';

/** The seven paths whose requests and answers are fixed to the letter. */
export function addFixedRoutes(app: HttpServer, deps: ReservationsDeps): void {
  const { database, engine, timetables, clock, policy, slotLengthMs } = deps;
  const tags = ['Reservations'];

  app.post(
    '/provider/create',
    {
      schema: {
        tags,
        summary: 'Create a provider',
        body: schemas.CreateProviderBody,
        response: { 201: schemas.FixedProvider, ...Problems },
      },
    },
    (request, reply) => {
      const provider = { ...request.body, time_zone: zoneOf(request.body.time_zone) };
      return answerOnce(database, request, reply, async (tx) =>
        answerWith(reply, 201, await insertProvider(tx, provider)),
      );
    },
  );

  app.post(
    '/client/create',
    {
      schema: {
        tags,
        summary: 'Create a client',
        body: schemas.CreateClientBody,
        response: { 201: schemas.FixedClient, ...Problems },
      },
    },
    (request, reply) =>
      answerOnce(database, request, reply, async (tx) => answerWith(reply, 201, await insertClient(tx, request.body))),
  );

  app.post(
    '/provider/availability',
    {
      schema: {
        tags,
        summary: "Offer a stretch of a provider's time, cut into timeslots",
        body: schemas.FixedAvailabilityBody,
        response: { 201: schemas.FixedAvailability, ...Problems },
      },
    },
    (request, reply) => {
      const { provider_id, ...range } = request.body;
      const offer = { ranges: [range], breaks: [], slotLengthMs, capacity: 1, price: null };
      return answerOnce(database, request, reply, async (tx) => {
        const { provider, slots } = await offerAvailability(tx, provider_id, offer);
        return answerWith(reply, 201, { 'available timeslots': slots.map((slot) => toTimeslot(slot, provider)) });
      });
    },
  );

  app.get(
    '/client/getProviderAvailability',
    {
      schema: {
        tags,
        summary: "List a provider's free timeslots that may be reserved now",
        querystring: schemas.ProviderIdQuery,
        response: { 200: schemas.FixedAvailability, ...Problems },
      },
    },
    async (request, reply) => {
      const providerId = idOf(request.query.provider_id, 'query/provider_id');
      const served = await timetables.get(providerId, requestedMaxAgeMs(request));
      if (!served.value) throw new NotFound('provider', providerId);
      const body = served.value.listing(clock.latestMs(), policy.minNoticeMs);
      sendCached(request, reply, served, body, 'revalidate');
    },
  );

  app.post(
    '/client/reserve',
    {
      schema: {
        tags,
        summary: 'Hold a timeslot',
        body: schemas.FixedReserveBody,
        response: { 201: schemas.FixedReserved, ...Problems },
      },
    },
    async (request, reply) => {
      const answer = await engine.hold({
        command: { clientId: request.body.client_id, slotId: request.body.timeslot_id, quantity: 1 },
        idempotencyKey: readIdempotencyKey(request),
        answer: (outcome) =>
          outcome instanceof Failure
            ? answerFailure(outcome, request.id)
            : answerWith(reply, 201, { 'Reservation scheduled': toFixedReservation(outcome) }),
      });
      sendAnswer(reply, answer);
    },
  );

  app.put(
    '/client/confirm',
    {
      schema: {
        tags,
        summary: 'Confirm a hold before it expires',
        body: schemas.FixedConfirmBody,
        response: { 200: schemas.FixedConfirmed, ...Problems },
      },
    },
    async (request, reply) => {
      const answer = await engine.confirm({
        command: { clientId: request.body.client_id, reservationId: request.body.reservation_id },
        idempotencyKey: readIdempotencyKey(request),
        answer: (outcome) =>
          outcome instanceof Failure
            ? answerFailure(outcome, request.id)
            : answerWith(reply, 200, { 'Reservation is confirmed': toFixedReservation(outcome) }),
      });
      sendAnswer(reply, answer);
    },
  );

  app.put(
    '/provider/expiredReservations',
    {
      schema: {
        tags,
        summary: 'End the holds that have run out, and list the timeslots they freed',
        response: { 200: schemas.FixedExpired, ...Problems },
      },
    },
    (request, reply) =>
      answerOnce(database, request, reply, async (tx) => {
        const released = await expireReservations(tx);
        return answerWith(reply, 200, {
          [schemas.EXPIRED_KEY]: released.map(({ slot, provider }) => toTimeslot(slot, provider)),
        });
      }),
  );
}
