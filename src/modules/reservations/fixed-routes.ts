import { actorOf, clientIdOf, ownershipOf, providerIdOf } from '../../access/index.ts';
import { requestedMaxAgeMs, sendCached, VIEW_PROBLEMS } from '../../freshness/index.ts';
import { type Failure, failure, NotFound, noSuch, unavailable } from '../../platform/errors.ts';
import { answerWith } from '../../platform/http/answer.ts';
import type { HttpServer } from '../../platform/http/http-server.ts';
import { answerOnce } from '../../platform/http/idempotency.ts';
import { idOf } from '../../platform/http/parameters.ts';
import type { Id } from '../../platform/ids.ts';
import { SlotsOverlap, SlotTaken } from '../inventory/index.ts';
import { RangeRefused } from './availability/availability-failures.ts';
import { readSlotsWithProviders } from './availability/availability-view.ts';
import { offerAvailability } from './availability/offer-availability.ts';
import { writtenRange } from './availability/plan/written-range.ts';
import { toTimeslot } from './availability/slot-response.ts';
import { sendBatched } from './booking/batched-answer.ts';
import {
  AlreadyConfirmed,
  AlreadyEnded,
  ForeignClient,
  HoldExpired,
  PaxRefused,
  SlotClosed,
  TooManyHolds,
  TooSoon,
} from './booking/reservation-failures.ts';
import { toFixedReservation } from './booking/reservation-response.ts';
import { expireReservations } from './expiry/expire-reservations.ts';
import * as schemas from './fixed-schemas.ts';
import { insertClient } from './people/client-store.ts';
import { insertProvider } from './people/provider-store.ts';
import { parseTimeZone } from './people/time-zone.ts';
import type { ReservationsDeps } from './reservations-deps.ts';
import { TimeRefused } from './times/time-failures.ts';

/** The seven paths whose requests and answers never change. */
export function addFixedRoutes(app: HttpServer, deps: ReservationsDeps): void {
  const { database, engine, timetables, clock, slotLengthMs } = deps;
  const tags = ['Fixed paths'];

  app.post(
    '/provider/create',
    {
      schema: {
        operationId: 'registerProvider',
        tags,
        summary: 'Create a provider',
        description: 'Creates a person who offers time.',
        body: schemas.FixedProviderBody,
        response: { 201: schemas.FixedProvider },
      },
    },
    (request, reply) => {
      const provider = { ...request.body, time_zone: parseTimeZone(request.body.time_zone) };
      return answerOnce(database, request, reply, async (tx) =>
        answerWith(reply, 201, await insertProvider(tx, provider)),
      );
    },
  );

  app.post(
    '/client/create',
    {
      schema: {
        operationId: 'registerClient',
        tags,
        summary: 'Create a client',
        description: 'Creates a person who reserves timeslots.',
        body: schemas.FixedClientBody,
        response: { 201: schemas.FixedClient },
      },
    },
    (request, reply) =>
      answerOnce(database, request, reply, async (tx) => answerWith(reply, 201, await insertClient(tx, request.body))),
  );

  app.post(
    '/provider/availability',
    {
      config: { problems: [noSuch('provider'), SlotsOverlap, RangeRefused, TimeRefused] },
      schema: {
        operationId: 'offerTimeslots',
        tags,
        summary: "Offer a provider's time",
        description: 'Cuts a range into timeslots. Existing timeslots with the same times are kept.',
        body: schemas.FixedAvailabilityBody,
        response: { 201: schemas.AvailableTimeslots },
      },
    },
    (request, reply) => {
      const { provider_id, ...range } = request.body;
      const providerId = providerIdOf(request.principal, provider_id, '/provider_id');
      const actor = actorOf(request.principal);
      const offer = { ranges: [writtenRange('range', '', range)], breaks: [], slotLengthMs, capacity: 1, price: null };
      return answerOnce(database, request, reply, async (tx) => {
        const { provider, slots } = await offerAvailability(tx, providerId, offer, actor);
        return answerWith(reply, 201, { 'available timeslots': slots.map((slot) => toTimeslot(slot, provider)) });
      });
    },
  );

  app.get(
    '/client/getProviderAvailability',
    {
      config: { cached: true, problems: [noSuch('provider'), ...VIEW_PROBLEMS] },
      schema: {
        operationId: 'listAvailableTimeslots',
        tags,
        summary: "List a provider's free timeslots",
        description: 'Lists the free timeslots that start late enough to be reserved now, by start, from memory.',
        querystring: schemas.FixedAvailabilityQuery,
        response: { 200: schemas.AvailableTimeslots },
      },
    },
    async (request, reply) => {
      const { provider_id: named } = request.query;
      const path = 'query/provider_id';
      // Free time is for everyone to read: a provider may name another one.
      const providerId = named === undefined ? providerIdOf(request.principal, undefined, path) : idOf(named, path);
      const served = await timetables.get(providerId, requestedMaxAgeMs(request));
      if (!served.value) throw new NotFound('provider', providerId);
      return sendCached(request, reply, served, served.value.listing(clock.latestMs()), 'revalidate');
    },
  );

  app.post(
    '/client/reserve',
    {
      config: {
        problems: [
          ...[NoSuchTimeslot, noSuch('client'), SlotTaken, SlotClosed],
          ...[TooSoon, PaxRefused, TooManyHolds, unavailable('overloaded')],
        ],
      },
      schema: {
        operationId: 'reserveTimeslot',
        tags,
        summary: 'Hold a timeslot',
        description: 'Makes a reservation that expires unless it is confirmed in time.',
        body: schemas.FixedReserveBody,
        response: { 201: schemas.ScheduledReservation },
      },
    },
    (request, reply) => {
      const { client_id, timeslot_id } = request.body;
      const clientId = clientIdOf(request.principal, client_id, '/client_id');
      return sendBatched(request, reply, {
        run: engine.hold,
        command: { clientId, slotId: timeslot_id, quantity: 1, actor: actorOf(request.principal) },
        answer: (held) => answerWith(reply, 201, { 'Reservation scheduled': toFixedReservation(held) }),
        refuse: (refusal) => (isNoSuchSlot(refusal) ? new NoSuchTimeslot(timeslot_id) : refusal),
      });
    },
  );

  app.put(
    '/client/confirm',
    {
      config: {
        problems: [
          ...[noSuch('client'), noSuch('reservation'), ForeignClient, AlreadyConfirmed, AlreadyEnded, HoldExpired],
          unavailable('overloaded'),
        ],
      },
      schema: {
        operationId: 'confirmTimeslotReservation',
        tags,
        summary: 'Confirm a reservation',
        description: 'Confirms a reservation before it expires.',
        body: schemas.FixedConfirmBody,
        response: { 200: schemas.ConfirmedReservation },
      },
    },
    (request, reply) => {
      const { client_id, reservation_id } = request.body;
      const clientId = clientIdOf(request.principal, client_id, '/client_id');
      return sendBatched(request, reply, {
        run: engine.confirm,
        command: { clientId, reservationId: reservation_id, actor: actorOf(request.principal) },
        answer: (confirmed) => answerWith(reply, 200, { 'Reservation is confirmed': toFixedReservation(confirmed) }),
      });
    },
  );

  app.put(
    '/provider/expiredReservations',
    {
      schema: {
        operationId: 'releaseExpiredTimeslots',
        tags,
        summary: 'End expired reservations',
        description:
          'Ends the holds that have expired and lists the timeslots they freed. Timeslots are free from the instant ' +
          'of expiry, whether or not this is called.',
        response: { 200: schemas.ReleasedTimeslots },
      },
    },
    (request, reply) => {
      const { providerId } = ownershipOf(request.principal);
      return answerOnce(database, request, reply, async (tx) => {
        const released = await readSlotsWithProviders(tx, await expireReservations(tx, providerId));
        const timeslots = released.map(({ slot, provider }) => toTimeslot(slot, provider));
        return answerWith(reply, 200, { [schemas.RELEASED_KEY]: timeslots });
      });
    },
  );
}

const NO_SUCH_SLOT = noSuch('slot');

/** No slot has this id, in the words of the fixed paths. */
class NoSuchTimeslot extends failure(NO_SUCH_SLOT.kind, NO_SUCH_SLOT.type, NO_SUCH_SLOT.title) {
  constructor(timeslotId: Id) {
    super(`There is no timeslot ${timeslotId}`);
  }
}

function isNoSuchSlot({ type }: Failure): boolean {
  return type === NO_SUCH_SLOT.type;
}
