import { Type } from 'typebox';
import { CursorParameter, IdField, IdParameter, LimitParameter } from '../../../platform/http/parameters.ts';

export const BookItemBody = Type.Object(
  {
    client_id: IdField(),
    item_id: IdField(),
    quantity: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000, description: '1 unless told' })),
  },
  { additionalProperties: false },
);

export const Booking = Type.Object({
  booking_id: IdField('Also the id of its reservation, under /api/v1/reservations'),
  item_id: IdField(),
  client_id: IdField(),
  quantity: Type.Integer(),
  status: Type.Enum(['pending', 'confirmed', 'conflict', 'cancelled'], {
    description: '`confirmed` when the supplier holds it; `conflict` when the supplier does not have it',
  }),
  price: Type.Union([Type.Object({ amount: Type.Number(), currency: Type.String() }), Type.Null()], {
    description: 'What one cost when it was booked',
  }),
  created_at: Type.String({ description: 'UTC, to the second', examples: ['2026-12-30T10:00:00Z'] }),
  reason: Type.Optional(Type.String({ description: 'Why it is in conflict' })),
});

export const BookingPage = Type.Object({
  bookings: Type.Array(Booking),
  next_cursor: Type.Union([Type.String(), Type.Null()], { description: '`null` on the last page' }),
});

export const BookingListQuery = Type.Object({
  cursor: Type.Optional(CursorParameter),
  limit: Type.Optional(LimitParameter),
  client_id: IdParameter('Whose bookings'),
});

export const BookingParams = Type.Object({ id: IdParameter('Its id') });
export const CancelBookingQuery = Type.Object({
  client_id: Type.Optional(IdParameter('Whose booking it should be: 403 when it is not')),
});
