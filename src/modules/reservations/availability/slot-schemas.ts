import { Type } from 'typebox';
import { component, nullable } from '../../../platform/http/openapi.ts';
import { IdParameter } from '../../../platform/http/parameters.ts';
import { PriceField, UnitPrice } from '../../inventory/index.ts';
import { Reservation } from '../booking/reservation-schemas.ts';
import {
  BoundParameter,
  EndTime,
  NextCursor,
  PageQuery,
  ProviderId,
  SlotId,
  StartTime,
  strict,
  WrittenTime,
} from '../field-schemas.ts';

export const Slot = component(
  'Slot',
  Type.Object(
    {
      slot_id: SlotId,
      provider_id: nullable(ProviderId, { description: "The slot's provider; `null` for a supplier's slot." }),
      start_time: StartTime,
      end_time: EndTime,
      capacity: Type.Integer({ description: 'Number of units.', examples: [3] }),
      remaining: Type.Integer({ description: 'Number of free units; 0 when the slot is closed.', examples: [2] }),
      is_available: Type.Boolean({ description: 'Whether a unit is free.', examples: [true] }),
      version: Type.Integer({ description: 'Increases whenever what can be reserved changes.', examples: [1] }),
      price: nullable(UnitPrice, { description: 'Price of one unit; `null` when units are free.' }),
    },
    { description: 'A sellable span of time, half-open: it ends just before `end_time`.' },
  ),
);

export const SlotPage = component(
  'SlotPage',
  Type.Object({
    slots: Type.Array(Slot, { description: 'The slots of this page, by start.' }),
    next_cursor: NextCursor,
  }),
);

export const SlotQuery = Type.Object({
  ...PageQuery.properties,
  provider_id: Type.Optional(IdParameter('Only slots of this provider.', 1)),
  from: Type.Optional(BoundParameter('Only slots that start at or after this time', '2026-11-27')),
  to: Type.Optional(BoundParameter('Only slots that start before this time', '2100-01-01')),
  available: Type.Optional(
    Type.Enum(['true', 'false'], {
      type: 'string',
      description: '`true`: only slots that have a free unit and have not begun. Defaults to `false`.',
      examples: ['true'],
    }),
  ),
});

const TimeRange = component(
  'TimeRange',
  Type.Object(
    {
      start_time: WrittenTime('The start', '2099-03-16 09:00'),
      end_time: WrittenTime('The end', '2099-03-16 12:00'),
    },
    { ...strict, description: 'A range of time; its end is not part of it.' },
  ),
);

export const OfferBody = Type.Object(
  {
    ranges: Type.Array(TimeRange, {
      minItems: 1,
      maxItems: 50,
      description: 'The time to offer. Each range is a whole number of slots, and at most 31 days long.',
    }),
    breaks: Type.Optional(
      Type.Array(TimeRange, {
        maxItems: 50,
        description: 'A slot that touches a break is not offered.',
      }),
    ),
    slot_minutes: Type.Optional(
      Type.Integer({
        minimum: 5,
        maximum: 480,
        description: 'Length of a slot in minutes. Defaults to `SLOT_LENGTH` of the server.',
        examples: [30],
      }),
    ),
    capacity: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        description: 'Number of units of each slot. Defaults to 1.',
        examples: [3],
      }),
    ),
    price: Type.Optional(PriceField),
    repeat_weekly_until: Type.Optional(
      Type.String({
        maxLength: 10,
        description:
          'Repeats each range weekly at the same wall-clock time, as long as it starts on this day or before, in the ' +
          "provider's time zone. Breaks repeat with the ranges.",
        examples: ['2099-03-30'],
      }),
    ),
  },
  {
    ...strict,
    examples: [
      {
        ranges: [{ start_time: '2099-03-16 09:00', end_time: '2099-03-16 12:00' }],
        breaks: [{ start_time: '2099-03-16 10:30', end_time: '2099-03-16 11:00' }],
        slot_minutes: 30,
        capacity: 3,
        price: { amount: 25.5, currency: 'EUR' },
        repeat_weekly_until: '2099-03-30',
      },
    ],
  },
);

const WallClock = (description: string, example: string) =>
  Type.String({ description: `${description}; wall-clock time in the provider's zone.`, examples: [example] });

const SkippedOccurrence = component(
  'SkippedOccurrence',
  Type.Object(
    {
      path: Type.String({ description: 'JSON pointer to the range in the request.', examples: ['/ranges/0'] }),
      start_time: WallClock('When it would start', '2099-03-29T02:00'),
      end_time: WallClock('When it would end', '2099-03-29T03:00'),
      reason: Type.Enum(['skipped-time', 'repeated-time', 'not-whole-slots'], {
        type: 'string',
        description:
          '`skipped-time`: a clock change skips its start or end. `repeated-time`: its start or end occurs twice. ' +
          '`not-whole-slots`: a clock change within it makes it longer or shorter than a whole number of slots.',
        examples: ['skipped-time'],
      }),
    },
    { description: 'An occurrence of a repeated range that was not offered.' },
  ),
);

export const OfferedSlots = component(
  'OfferedSlots',
  Type.Object({
    slots: Type.Array(Slot, { description: 'All slots of the offer by start, new and kept.' }),
    skipped: Type.Array(SkippedOccurrence, {
      description: 'Occurrences of a weekly repetition that a clock change makes impossible, by start.',
    }),
  }),
);

export const WithdrawQuery = Type.Object({
  start: WrittenTime('The start of the time to withdraw', '2099-03-16 09:00'),
  end: WrittenTime('The end of the time to withdraw', '2099-03-16 12:00'),
  reservations: Type.Optional(
    Type.Enum(['keep', 'cancel'], {
      type: 'string',
      description: 'Whether live reservations there are kept or cancelled. Defaults to `keep`.',
      examples: ['keep'],
    }),
  ),
});

export const WithdrawnTime = component(
  'WithdrawnTime',
  Type.Object({
    slots: Type.Array(Slot, { description: 'The withdrawn slots, by start.' }),
    kept: Type.Array(Reservation, { description: 'Live reservations that stay, by id.' }),
    cancelled: Type.Array(Reservation, { description: 'Reservations that were cancelled, by id.' }),
  }),
);
