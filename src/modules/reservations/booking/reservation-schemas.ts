import { Type } from 'typebox';
import { ActorSchema } from '../../../access/index.ts';
import { component, nullable } from '../../../platform/http/openapi.ts';
import { IdParameter } from '../../../platform/http/parameters.ts';
import { UnitPrice } from '../../inventory/index.ts';
import {
  BoundParameter,
  ClientId,
  EndTime,
  NextCursor,
  PageQuery,
  ProviderId,
  RequestClientId,
  ReservationId,
  SlotId,
  StartTime,
  strict,
  Time,
  TimeParameter,
} from '../field-schemas.ts';

export const MAX_QUANTITY = 1_000_000;

const Quantity = (description: string, example: number) =>
  Type.Integer({ minimum: 1, maximum: MAX_QUANTITY, description, examples: [example] });

const SlotVersion = Type.Integer({
  minimum: 1,
  maximum: 2_147_483_647,
  description: "The slot's `version` that you decided by. If it has changed, the answer is 409.",
  examples: [1],
});

const Status = Type.Enum(['held', 'confirmed', 'cancelled', 'expired', 'conflict'], {
  type: 'string',
  description:
    'A `held` reservation expires unless it is confirmed. `conflict` means that the supplier does not have the units.',
  examples: ['held'],
});

const ReservedPax = component(
  'ReservedPax',
  Type.Object(
    {
      type: Type.String({ description: 'Identifies the pax type within its slot.', examples: ['ADULT'] }),
      name: Type.String({ description: 'The name to show.', examples: ['Adult'] }),
      quantity: Type.Integer({ description: 'Number of units of this type.', examples: [2] }),
      price: UnitPrice,
    },
    { description: 'Reserved units of one pax type, at the price they were held at.' },
  ),
);

export const Reservation = component(
  'Reservation',
  Type.Object(
    {
      reservation_id: ReservationId,
      slot_id: SlotId,
      provider_id: nullable(ProviderId, { description: "The slot's provider; `null` for a supplier's slot." }),
      client_id: ClientId,
      quantity: Type.Integer({ description: 'Number of units.', examples: [1] }),
      status: Status,
      start_time: StartTime,
      end_time: EndTime,
      created_at: Time('When it was made', '2099-03-01T12:00:00Z'),
      expires_at: Time('When the hold expires or would have expired', '2099-03-01T12:30:00Z'),
      confirmed_at: nullable(Time('When it was confirmed', '2099-03-01T12:10:00Z'), {
        description: 'When it was confirmed; UTC, to the second. `null` if it never was.',
      }),
      write_back: nullable(
        Type.Enum(['pending', 'accepted', 'parked'], {
          type: 'string',
          description:
            'Whether the supplier knows the confirmation or cancellation: `pending` until it has accepted it, `parked` ' +
            "when sending it has failed too often. `null` for a provider's slot, for what was never confirmed, for a " +
            'conflict, and in a past state.',
          examples: ['accepted'],
        }),
      ),
      price: nullable(UnitPrice, {
        description: 'Price of one unit when it was held; `null` when it was free. Pax types have their own prices.',
      }),
      name: Type.Optional(
        Type.String({ description: "The product's name; only with a supplier's slot.", examples: ['Tower visit'] }),
      ),
      pax: Type.Optional(Type.Array(ReservedPax, { description: 'The pax types; only with a slot that has some.' })),
    },
    { description: "A client's claim on units of a slot." },
  ),
);

export const ReservationPage = component(
  'ReservationPage',
  Type.Object({
    reservations: Type.Array(Reservation, { description: 'The reservations of this page, by id.' }),
    next_cursor: NextCursor,
  }),
);

export const HistoryEntry = component(
  'ReservationHistoryEntry',
  Type.Object(
    {
      at: Type.String({
        format: 'date-time',
        description: 'When it happened; UTC, with six decimals.',
        examples: ['2099-03-01T12:00:00.123456Z'],
      }),
      status: Status,
      slot_id: SlotId,
      quantity: Type.Integer({ description: 'Number of units from then on.', examples: [1] }),
      expires_at: Time('Expiry of the hold from then on', '2099-03-01T12:30:00Z'),
      by: ActorSchema,
    },
    { description: 'One change of a reservation, and its state from then on.' },
  ),
);

export const ReservationHistory = component(
  'ReservationHistory',
  Type.Object({ history: Type.Array(HistoryEntry, { description: 'Every change, oldest first.' }) }),
);

const RequestedPax = component(
  'RequestedPax',
  Type.Object(
    {
      type: Type.String({
        minLength: 1,
        maxLength: 200,
        description: "A pax type of the slot: its `type` in the product's `paxAvailability`.",
        examples: ['ADULT'],
      }),
      quantity: Quantity('Number of units of this type.', 2),
    },
    { ...strict, description: 'Units of one pax type to hold.' },
  ),
);

export const HoldBody = Type.Object(
  {
    client_id: RequestClientId,
    slot_id: SlotId,
    quantity: Type.Optional(Quantity('Number of units. Defaults to 1, or to the sum of `pax`.', 1)),
    pax: Type.Optional(
      Type.Array(RequestedPax, {
        minItems: 1,
        maxItems: 20,
        description:
          'Units by pax type, if the slot has types. Defaults to all units being of the primary type. A reservation has ' +
          'from `min` to `max` units of each type it names, and at least `min` of the primary type.',
      }),
    ),
    version: Type.Optional(SlotVersion),
  },
  { ...strict, examples: [{ client_id: 1, slot_id: 42, quantity: 1 }] },
);

export const ChangeBody = Type.Object({ client_id: RequestClientId }, { ...strict, examples: [{ client_id: 1 }] });

export const RescheduleBody = Type.Object(
  { client_id: RequestClientId, slot_id: SlotId, version: Type.Optional(SlotVersion) },
  { ...strict, examples: [{ client_id: 1, slot_id: 43 }] },
);

export const ReservationQuery = Type.Object({
  at: Type.Optional(
    TimeParameter(
      'A past moment: the answer is as it was then. A time without decimals stands for its whole second, so that a time ' +
        'from an answer finds what it describes. Defaults to now',
      '2026-11-27',
    ),
  ),
});

export const ReservationListQuery = Type.Object({
  ...PageQuery.properties,
  client_id: Type.Optional(
    IdParameter("A client's reservations. Required without `provider_id`, except for a client's own.", 1),
  ),
  provider_id: Type.Optional(
    IdParameter(
      "The reservations of a provider's slots. Required without `client_id`, except for a provider's own.",
      1,
    ),
  ),
  from: Type.Optional(BoundParameter('Only reservations of slots that end after this time', '2026-11-27')),
  to: Type.Optional(BoundParameter('Only reservations of slots that start before this time', '2100-01-01')),
  live: Type.Optional(
    Type.Enum(['true', 'false'], {
      type: 'string',
      description: '`true`: only confirmed reservations and unexpired holds. Defaults to `false`.',
      examples: ['true'],
    }),
  ),
});
