import { Type } from 'typebox';
import {
  CursorParameter,
  ERROR_MESSAGE,
  IdField,
  IdParameter,
  LimitParameter,
  VisibleText,
} from '../../platform/http/parameters.ts';

const Name = VisibleText(200);
const TimeZone = Type.String({
  maxLength: 64,
  description: 'An IANA time zone, such as Europe/Berlin; UTC unless told',
});
const Time = Type.String({ description: 'UTC, to the second', examples: ['2026-12-30T10:00:00Z'] });
const WrittenTime = Type.String({
  maxLength: 40,
  description: "With an offset or `Z`; without, in the provider's time zone",
  examples: ['2026-12-30T10:00:00Z', '2026-12-30 10:00'],
});
const NextCursor = Type.Union([Type.String(), Type.Null()], { description: '`null` on the last page' });
const strict = { additionalProperties: false };

export const PageQuery = Type.Object({ cursor: Type.Optional(CursorParameter), limit: Type.Optional(LimitParameter) });

// The seven fixed paths.

const Timeslot = Type.Object({
  timeslot_id: IdField(),
  provider_id: IdField(),
  first_name: Type.String(),
  last_name: Type.String(),
  start_time: Time,
  end_time: Time,
  is_available: Type.Boolean(),
});

const FixedReservation = Type.Object({
  reservation_id: IdField(),
  timeslot_id: IdField(),
  provider_id: Type.Union([IdField(), Type.Null()]),
  client_id: IdField(),
  start_time: Time,
  end_time: Time,
  created_at: Time,
  is_confirmed: Type.Boolean(),
});

export const CreateProviderBody = Type.Object({
  first_name: Name,
  last_name: Name,
  time_zone: Type.Optional(TimeZone),
});
export const CreateClientBody = Type.Object({ first_name: Name, last_name: Name });
export const FixedProvider = Type.Object({
  provider_id: IdField(),
  first_name: Type.String(),
  last_name: Type.String(),
});
export const FixedClient = Type.Object({ client_id: IdField(), first_name: Type.String(), last_name: Type.String() });
export const FixedAvailabilityBody = Type.Object({
  provider_id: IdField(),
  start_time: WrittenTime,
  end_time: WrittenTime,
});
export const FixedAvailability = Type.Object({ 'available timeslots': Type.Array(Timeslot) });
export const ProviderIdQuery = Type.Object({ provider_id: IdParameter('Whose timeslots') });
export const FixedReserveBody = Type.Object({ client_id: IdField(), timeslot_id: IdField() });
export const FixedReserved = Type.Object({ 'Reservation scheduled': FixedReservation });
export const FixedConfirmBody = Type.Object({ client_id: IdField(), reservation_id: IdField() });
export const FixedConfirmed = Type.Object({ 'Reservation is confirmed': FixedReservation });
export const EXPIRED_KEY = 'Expired reservations deleted and corresponding timeslots released';
export const FixedExpired = Type.Object({ [EXPIRED_KEY]: Type.Array(Timeslot) });

// /api/v1

export const IdParams = Type.Object({ id: IdParameter('Its id') });

export const Provider = Type.Object({
  provider_id: IdField(),
  first_name: Type.String(),
  last_name: Type.String(),
  time_zone: Type.String(),
  created_at: Time,
});
export const StrictProviderBody = Type.Object(CreateProviderBody.properties, strict);
export const ProviderPage = Type.Object({ providers: Type.Array(Provider), next_cursor: NextCursor });

export const Client = Type.Object({
  client_id: IdField(),
  first_name: Type.String(),
  last_name: Type.String(),
  created_at: Time,
});
export const StrictClientBody = Type.Object(CreateClientBody.properties, strict);
export const ClientPage = Type.Object({ clients: Type.Array(Client), next_cursor: NextCursor });

const Price = Type.Object(
  {
    amount: Type.Number({
      exclusiveMinimum: 0,
      exclusiveMaximum: 100_000_000_000,
      description: 'What one unit costs; an exact decimal with 4 decimals at most',
    }),
    currency: Type.String({
      pattern: '^[A-Z]{3}$',
      description: 'ISO 4217',
      examples: ['USD'],
      [ERROR_MESSAGE]: 'must be three capital letters',
    }),
  },
  strict,
);

export const Slot = Type.Object({
  slot_id: IdField(),
  provider_id: Type.Union([IdField(), Type.Null()]),
  start_time: Time,
  end_time: Time,
  capacity: Type.Integer(),
  remaining: Type.Integer(),
  is_available: Type.Boolean(),
  version: Type.Integer({ description: 'Moves whenever what can be reserved changes' }),
  price: Type.Union([Price, Type.Null()], { description: '`null` when it is free' }),
});
export const SlotPage = Type.Object({ slots: Type.Array(Slot), next_cursor: NextCursor });
export const SlotQuery = Type.Object({
  ...PageQuery.properties,
  provider_id: Type.Optional(IdParameter('Only slots of this provider')),
  from: Type.Optional(Type.String({ maxLength: 40, description: 'Only slots that start at or after this time' })),
  to: Type.Optional(Type.String({ maxLength: 40, description: 'Only slots that start before this time' })),
  available: Type.Optional(
    Type.Enum(['true', 'false'], { description: '`true`: only slots with a unit free that have not begun' }),
  ),
});

const WrittenRange = Type.Object({ start_time: WrittenTime, end_time: WrittenTime }, strict);
export const OfferBody = Type.Object(
  {
    ranges: Type.Array(WrittenRange, { minItems: 1, maxItems: 50 }),
    breaks: Type.Optional(
      Type.Array(WrittenRange, { maxItems: 50, description: 'No slot that touches a break is offered' }),
    ),
    slot_minutes: Type.Optional(Type.Integer({ minimum: 5, maximum: 480, description: 'SLOT_LENGTH unless told' })),
    capacity: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000, description: '1 unless told' })),
    price: Type.Optional(Price),
    repeat_weekly_until: Type.Optional(
      Type.String({ maxLength: 10, description: "Repeat weekly up to this day in the provider's zone" }),
    ),
  },
  strict,
);
export const Offered = Type.Object({ slots: Type.Array(Slot) });
export const BlockQuery = Type.Object({
  start: WrittenTime,
  end: WrittenTime,
  reservations: Type.Optional(
    Type.Enum(['keep', 'cancel'], { description: 'What becomes of live reservations there; `keep` unless told' }),
  ),
});

const StatusSchema = Type.Enum(['held', 'confirmed', 'cancelled', 'expired', 'conflict']);
export const Reservation = Type.Object({
  reservation_id: IdField(),
  slot_id: IdField(),
  provider_id: Type.Union([IdField(), Type.Null()]),
  client_id: IdField(),
  quantity: Type.Integer(),
  status: StatusSchema,
  start_time: Time,
  end_time: Time,
  created_at: Time,
  expires_at: Time,
  confirmed_at: Type.Union([Time, Type.Null()]),
  price: Type.Union([Price, Type.Null()], {
    description: 'Of one unit when it was held; `null` when that was free. Pax types have their own',
  }),
  name: Type.Optional(Type.String({ description: "What is reserved; only of a supplier's slot" })),
  pax: Type.Optional(
    Type.Array(
      Type.Object({
        type: Type.String(),
        name: Type.String(),
        quantity: Type.Integer(),
        price: Type.Object({ amount: Type.Number(), currency: Type.String() }),
      }),
    ),
  ),
});
export const ReservationPage = Type.Object({ reservations: Type.Array(Reservation), next_cursor: NextCursor });
export const Blocked = Type.Object({
  slots: Type.Array(Slot),
  kept: Type.Array(Reservation),
  cancelled: Type.Array(Reservation),
});
const SlotVersion = Type.Integer({
  minimum: 1,
  maximum: 2_147_483_647,
  description: "The slot's `version` you decided by: 409 when it has moved on",
});
const Quantity = Type.Integer({ minimum: 1, maximum: 1_000_000 });
export const ReserveBody = Type.Object(
  {
    client_id: IdField(),
    slot_id: IdField(),
    quantity: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        description: '1 unless told; the sum of `pax` where that is given',
      }),
    ),
    pax: Type.Optional(
      Type.Array(Type.Object({ type: Type.String({ minLength: 1, maxLength: 200 }), quantity: Quantity }, strict), {
        minItems: 1,
        maxItems: 20,
        description: 'Of which types, where the slot has pax types; each type once. All of the primary one unless told',
      }),
    ),
    version: Type.Optional(SlotVersion),
  },
  strict,
);
export const ClientBody = Type.Object({ client_id: IdField() }, strict);
export const RescheduleBody = Type.Object(
  { client_id: IdField(), slot_id: IdField(), version: Type.Optional(SlotVersion) },
  strict,
);
export const ReservationQuery = Type.Object({
  at: Type.Optional(Type.String({ maxLength: 40, description: 'As it was at this past time; now unless told' })),
});
export const ReservationListQuery = Type.Object({
  ...PageQuery.properties,
  client_id: Type.Optional(IdParameter('The reservations of this client; either this or `provider_id`')),
  provider_id: Type.Optional(IdParameter("The reservations of this provider's slots; either this or `client_id`")),
  from: Type.Optional(Type.String({ maxLength: 40, description: 'Only of slots that end after this time' })),
  to: Type.Optional(Type.String({ maxLength: 40, description: 'Only of slots that start before this time' })),
  live: Type.Optional(
    Type.Enum(['true', 'false'], { description: '`true`: only confirmed ones, and holds that have not run out' }),
  ),
});
export const History = Type.Object({
  history: Type.Array(
    Type.Object({
      at: Type.String({ description: 'UTC, to the microsecond' }),
      status: StatusSchema,
      slot_id: IdField(),
      quantity: Type.Integer(),
      expires_at: Time,
    }),
  ),
});
