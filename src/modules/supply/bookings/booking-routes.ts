import { Type } from 'typebox';
import { answerWith, pageById } from '../../../platform/http/answer.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import { answerOnce } from '../../../platform/http/idempotency.ts';
import { idOf, Problems } from '../../../platform/http/parameters.ts';
import { toSeconds } from '../../../platform/time/instant.ts';
import { toJsonPrice } from '../../inventory/index.ts';
import type { SupplyDeps } from '../supply-deps.ts';
import { bookItem, cancelBooking } from './book-item.ts';
import * as schemas from './booking-schemas.ts';
import { type ItemBooking, listBookings } from './booking-store.ts';

/** Bookings of items, which a supplier tells of all at once. */
export function addBookingRoutes(app: HttpServer, { database, policy }: SupplyDeps): void {
  const tags = ['Items'];

  app.post(
    '/api/bookings',
    {
      schema: {
        tags,
        summary: 'Book an item; the supplier is told at once',
        body: schemas.BookItemBody,
        response: { 201: schemas.Booking, ...Problems },
      },
    },
    (request, reply) => {
      const { client_id, item_id, quantity = 1 } = request.body;
      const command = { clientId: client_id, itemId: item_id, quantity };
      return answerOnce(database, request, reply, async (tx) =>
        answerWith(reply, 201, toBooking(await bookItem(tx, command, policy))),
      );
    },
  );

  app.get(
    '/api/bookings',
    {
      schema: {
        tags,
        summary: "List a client's bookings of items by id",
        querystring: schemas.BookingListQuery,
        response: { 200: schemas.BookingPage, ...Problems },
      },
    },
    async (request, reply) => {
      const clientId = idOf(request.query.client_id, 'query/client_id');
      const { rows, next_cursor } = await pageById(
        request,
        reply,
        (afterId, limit) => database.read((reader) => listBookings(reader, clientId, afterId, limit)),
        (booking) => booking.booking_id,
      );
      return { bookings: rows.map(toBooking), next_cursor };
    },
  );

  app.delete(
    '/api/bookings/:id',
    {
      schema: {
        tags,
        summary: 'Cancel a booking; the supplier is told at once',
        params: schemas.BookingParams,
        querystring: schemas.CancelBookingQuery,
        response: { 204: Type.Null({ description: 'It is cancelled' }), ...Problems },
      },
    },
    async (request, reply) => {
      const bookingId = idOf(request.params.id, 'params/id');
      const { client_id } = request.query;
      const clientId = client_id === undefined ? undefined : idOf(client_id, 'query/client_id');
      await database.transaction((tx) => cancelBooking(tx, { bookingId, clientId }, policy));
      reply.code(204).send(null);
    },
  );
}

function toBooking({ price, reason, created_at, ...booking }: ItemBooking) {
  return {
    ...booking,
    price: price && toJsonPrice(price),
    created_at: toSeconds(created_at),
    // The supplier's own words are for who runs this: they may tell of its insides.
    ...(reason !== null && { reason: 'The supplier does not have it' }),
  };
}
