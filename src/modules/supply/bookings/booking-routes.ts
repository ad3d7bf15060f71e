import { Type } from 'typebox';
import { actorOf, clientIdOf, ownershipOf } from '../../../access/index.ts';
import type { Database } from '../../../platform/db/database.ts';
import { noSuch } from '../../../platform/errors.ts';
import { answerWith, pageById } from '../../../platform/http/answer.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import { answerOnce } from '../../../platform/http/idempotency.ts';
import { idOf } from '../../../platform/http/parameters.ts';
import { toSeconds } from '../../../platform/time/instant.ts';
import { toJsonPrice } from '../../inventory/index.ts';
import { AlreadyEnded, ForeignClient, type ReservationPolicy, readClient } from '../../reservations/index.ts';
import { bookItem, cancelBooking } from './book-item.ts';
import { ItemSoldOut } from './booking-failures.ts';
import * as schemas from './booking-schemas.ts';
import { type ItemBooking, listBookings, readBooking } from './booking-store.ts';

interface BookingRoutesDeps {
  readonly database: Database;
  readonly policy: ReservationPolicy;
}

/** Routes for bookings of items, the inventory of snapshot suppliers. */
export function addBookingRoutes(app: HttpServer, { database, policy }: BookingRoutesDeps): void {
  const tags = ['Items'];

  app.post(
    '/api/bookings',
    {
      config: { problems: [noSuch('client'), noSuch('item'), ItemSoldOut] },
      schema: {
        operationId: 'bookItem',
        tags,
        summary: 'Book an item',
        description:
          'Books units of an item for a client, without a hold. The booking is sent to the supplier at once and is ' +
          '`pending` until the supplier acknowledges it.',
        body: schemas.BookItemBody,
        response: { 201: schemas.Booking },
      },
    },
    (request, reply) => {
      const { client_id, item_id, quantity = 1 } = request.body;
      const { principal } = request;
      const clientId = clientIdOf(principal, client_id, '/client_id');
      const command = { clientId, itemId: item_id, quantity, actor: actorOf(principal) };
      return answerOnce(database, request, reply, async (tx) =>
        answerWith(reply, 201, toBooking(await bookItem(tx, command, policy))),
      );
    },
  );

  app.get(
    '/api/bookings',
    {
      config: { paged: true, problems: [noSuch('client')] },
      schema: {
        operationId: 'listBookings',
        tags,
        summary: "List a client's bookings",
        description: "Returns a client's bookings of items by id, a page at a time.",
        querystring: schemas.BookingListQuery,
        response: { 200: schemas.BookingPage },
      },
    },
    async (request, reply) => {
      const path = 'query/client_id';
      const { client_id } = request.query;
      const clientId = clientIdOf(request.principal, client_id === undefined ? undefined : idOf(client_id, path), path);
      const { rows, next_cursor } = await pageById(
        request,
        reply,
        (afterId, limit) =>
          database.read(async (reader) => {
            await readClient(reader, clientId);
            return listBookings(reader, clientId, afterId, limit);
          }),
        (booking) => booking.booking_id,
      );
      return { bookings: rows.map(toBooking), next_cursor };
    },
  );

  app.get(
    '/api/bookings/:id',
    {
      config: { problems: [noSuch('booking')] },
      schema: {
        operationId: 'getBooking',
        tags,
        summary: 'Read a booking',
        description: 'Returns a booking of an item, with what the supplier made of it.',
        params: schemas.BookingParams,
        response: { 200: schemas.Booking },
      },
    },
    async (request) => {
      const bookingId = idOf(request.params.id, 'params/id');
      return toBooking(await database.read((reader) => readBooking(reader, bookingId, ownershipOf(request.principal))));
    },
  );

  app.delete(
    '/api/bookings/:id',
    {
      config: { problems: [noSuch('booking'), noSuch('client'), ForeignClient, AlreadyEnded] },
      schema: {
        operationId: 'cancelBooking',
        tags,
        summary: 'Cancel a booking',
        description:
          'Cancels a booking here, and at the supplier as soon as it can be reached. Repeating the request has no ' +
          'further effect. A booking in conflict has already ended and answers 409.',
        params: schemas.BookingParams,
        querystring: schemas.CancelBookingQuery,
        response: { 204: Type.Null({ description: 'The booking is cancelled.' }) },
      },
    },
    async (request, reply) => {
      const bookingId = idOf(request.params.id, 'params/id');
      const { client_id } = request.query;
      const clientId = client_id === undefined ? undefined : idOf(client_id, 'query/client_id');
      const { principal } = request;
      const sender = { ownership: ownershipOf(principal), actor: actorOf(principal) };
      await database.transaction((tx) => cancelBooking(tx, { bookingId, clientId, ...sender }));
      return reply.code(204).send(null);
    },
  );
}

function toBooking({ price, reason, created_at, ...booking }: ItemBooking) {
  return {
    ...booking,
    price: price && toJsonPrice(price),
    created_at: toSeconds(created_at),
    // The supplier's own words may reveal its internals, so only operators see them.
    ...(reason !== null && { reason: 'The supplier does not have it' }),
  };
}
