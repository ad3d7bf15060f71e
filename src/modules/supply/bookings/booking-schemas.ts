import { Type } from 'typebox';
import { CLIENT_OF_REQUEST } from '../../../access/index.ts';
import { component, nullable } from '../../../platform/http/openapi.ts';
import { CursorParameter, IdField, IdParameter, LimitParameter } from '../../../platform/http/parameters.ts';

const ClientId = IdField("The client's id.", 1);
const RequestClientId = IdField(CLIENT_OF_REQUEST, 1);
const ItemId = IdField("The item's id, as `GET /api/items` returns it.", 920);

export const BookItemBody = Type.Object(
  {
    client_id: Type.Optional(RequestClientId),
    item_id: ItemId,
    quantity: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'Units to book. Defaults to 1.', examples: [1] }),
    ),
  },
  { additionalProperties: false },
);

const BookingPrice = component(
  'BookingPrice',
  Type.Object(
    {
      amount: Type.Number({ description: 'Exact decimal.', examples: [64] }),
      currency: Type.String({ description: 'ISO 4217 code.', examples: ['SGD'] }),
    },
    { description: 'The price of one unit at the time of booking.' },
  ),
);

export const Booking = component(
  'Booking',
  Type.Object(
    {
      booking_id: IdField('The booking id. Its reservation has the same id, under `/api/v1/reservations`.', 1),
      item_id: ItemId,
      client_id: ClientId,
      quantity: Type.Integer({ description: 'Units booked.', examples: [1] }),
      status: Type.Enum(['pending', 'confirmed', 'conflict', 'cancelled'], {
        type: 'string',
        description:
          '`pending`: not yet acknowledged by the supplier. `confirmed`: the supplier holds it. `conflict`: the ' +
          'supplier refused it or no longer has it.',
      }),
      price: nullable(BookingPrice),
      created_at: Type.String({
        format: 'date-time',
        description: 'When it was booked, UTC, to the second.',
        examples: ['2026-12-30T10:00:00Z'],
      }),
      reason: Type.Optional(
        Type.String({
          description: 'Why the booking is in conflict. Only in conflicts.',
          examples: ['The supplier does not have it'],
        }),
      ),
    },
    { description: "A client's booking of an item." },
  ),
);

export const BookingPage = component(
  'BookingPage',
  Type.Object(
    {
      bookings: Type.Array(Booking, { description: 'The bookings of this page, by id.' }),
      next_cursor: nullable(Type.String({ description: 'The `cursor` of the next page; `null` on the last page.' })),
    },
    { description: "One page of a client's bookings." },
  ),
);

export const BookingListQuery = Type.Object({
  cursor: Type.Optional(CursorParameter),
  limit: Type.Optional(LimitParameter),
  client_id: Type.Optional(IdParameter(CLIENT_OF_REQUEST, 1)),
});

export const BookingParams = Type.Object({ id: IdParameter("The booking's id.", 1) });
export const CancelBookingQuery = Type.Object({
  client_id: Type.Optional(
    IdParameter("The client's id. If given, a booking of another client is refused with 403.", 1),
  ),
});
