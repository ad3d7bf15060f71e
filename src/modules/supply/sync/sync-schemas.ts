import { Type } from 'typebox';
import { IdField, IdParameter } from '../../platform/http/parameters.ts';

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);
const Opaque = Type.Union([Type.String(), Type.Number()], { description: "The supplier's own, as it came" });
const Amount = Type.Number({ description: 'An exact decimal' });
const Currency = Type.String({ description: 'ISO 4217' });
const CalendarDate = Type.String({ format: 'date', examples: ['2026-12-30'] });
const ClockTime = Type.String({ description: 'As clocks show it where the supplier is', examples: ['10:30'] });
const Instant = Type.String({ description: 'UTC', examples: ['2026-12-30T10:00:00Z'] });
const Remaining = Type.Integer({ description: 'What can be had now' });

export const ExperienceParams = Type.Object({ id: IdParameter("The supplier's product id") });
/** The schema is for readers: the route's own grammar also knows how long months are. */
export const DateQuery = Type.Object({ date: Type.String({ description: '`YYYY-MM-DD`', examples: ['2026-12-30'] }) });

const Price = Type.Object({ finalPrice: Amount, originalPrice: Amount, currencyCode: Currency });
const PaxAvailability = Type.Object({
  type: Type.String(),
  name: Type.String(),
  description: Type.String(),
  isPrimary: Type.Boolean(),
  min: Type.Integer({ description: 'How many of it one reservation must have' }),
  max: Type.Integer({ description: 'How many of it one reservation may have' }),
  remaining: Remaining,
  price: Type.Object({ finalPrice: Amount, originalPrice: Amount, discount: Amount, currencyCode: Currency }),
});
const ExperienceSlot = Type.Object({
  id: IdField('Ours: what is reserved by'),
  startDate: CalendarDate,
  startTime: ClockTime,
  endTime: ClockTime,
  providerSlotId: Opaque,
  variantId: nullable(Opaque),
  remaining: Remaining,
  currencyCode: Currency,
  price: Price,
  paxAvailability: Type.Array(PaxAvailability, { description: "In the supplier's order" }),
});
export const ExperienceSlots = Type.Object({
  id: IdField("The supplier's product id"),
  slots: Type.Array(ExperienceSlot, { description: 'By start' }),
});
export const ExperienceDates = Type.Object({
  dates: Type.Array(Type.Object({ date: CalendarDate, price: Price }), {
    description: 'Ascending; only days on which something can be had, with the lowest primary price of what can',
  }),
});
export const ExperienceList = Type.Object({
  experiences: Type.Array(
    Type.Object({
      id: IdField("The supplier's product id"),
      supplier: Type.String(),
      time_zone: Type.String({ description: 'Where its days begin and its times are local' }),
    }),
  ),
});

const Item = Type.Object({
  item_id: IdField('Ours: what is booked by'),
  name: nullable(Type.String()),
  starts_at: Instant,
  ends_at: Instant,
  remaining: Remaining,
  price: Type.Object({ amount: Amount, currency: Currency }),
});
export const ItemList = Type.Object({
  items: Type.Array(Item, { description: 'By start; only what can be had' }),
  observed_at: nullable(Instant),
  next_pull_at: nullable(Instant),
});
export const FetchStatus = Type.Object({ lastFetchedTime: nullable(Instant), nextFetchTime: nullable(Instant) });

const State = Type.Enum(['running', 'paused']);
export const SupplierQuery = Type.Object({
  supplier: Type.Optional(Type.String({ maxLength: 200, description: 'One supplier; all unless told' })),
});
export const SyncPaused = Type.Object({
  status: State,
  suppliers: Type.Array(Type.Object({ id: Type.String(), status: State })),
});
const SupplierStatus = Type.Object({
  id: Type.String(),
  status: State,
  pull_limits: Type.Array(Type.String(), { examples: [['30/1m']] }),
  pulls_in_window: Type.Integer({ description: 'Under the limit that is nearest to being used up' }),
  pulls_in_windows: Type.Array(Type.Integer(), { description: 'Under each of `pull_limits`' }),
  next_pull_at: nullable(Instant),
  backlog: Type.Integer({ description: 'Parts that are older than asked, or not known at all' }),
  done: Type.Integer({ description: 'Parts that are as young as asked' }),
  total: Type.Integer(),
  last_pull_at: nullable(Instant),
  last_error: nullable(Type.String()),
  last_error_at: nullable(Instant),
  oldest_observed_at: nullable(Instant),
  write_backs: Type.Object({
    waiting: Type.Integer({ description: 'Bookings and cancellations the supplier is yet to be told of' }),
    parked: Type.Integer({ description: 'Those that failed too often; `resume` tries them again' }),
    reason: nullable(Type.String({ description: 'Why one is parked, else why one has to wait' })),
  }),
});
const Removed = Type.Object({
  id: Type.String(),
  untold: Type.Integer({ description: 'Bookings and cancellations that it was never told of' }),
});
export const SyncStatus = Type.Object({
  status: State,
  now: Instant,
  suppliers: Type.Array(SupplierStatus),
  removed: Type.Array(Removed, { description: 'Suppliers that are not configured any more, and have to be told' }),
});
export const Hello = Type.Object({ hello: Type.String() });
