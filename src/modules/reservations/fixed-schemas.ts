import { Type } from 'typebox';
import { PROVIDER_OF_REQUEST } from '../../access/index.ts';
import { component, nullable } from '../../platform/http/openapi.ts';
import { IdParameter } from '../../platform/http/parameters.ts';
import {
  ClientId,
  EndTime,
  FirstName,
  LastName,
  NameFields,
  ProviderId,
  RequestClientId,
  RequestProviderId,
  ReservationId,
  SlotId,
  StartTime,
  Time,
  TimeZoneName,
  WrittenTime,
} from './field-schemas.ts';

/**
 * Schemas of the seven fixed paths. They call a slot a timeslot. Unlike the bodies under /api/v1, theirs may have
 * unknown fields, which are ignored.
 */

const TimeslotId = { ...SlotId, description: "The timeslot's id." };

const Timeslot = component(
  'Timeslot',
  Type.Object(
    {
      timeslot_id: TimeslotId,
      provider_id: ProviderId,
      first_name: FirstName,
      last_name: LastName,
      start_time: StartTime,
      end_time: EndTime,
      is_available: Type.Boolean({ description: 'Whether it can be reserved.', examples: [true] }),
    },
    { description: "A provider's slot, with the provider's name." },
  ),
);

const FixedReservation = component(
  'FixedReservation',
  Type.Object(
    {
      reservation_id: ReservationId,
      timeslot_id: TimeslotId,
      provider_id: nullable(ProviderId, { description: "The timeslot's provider; `null` for a supplier's slot." }),
      client_id: ClientId,
      start_time: StartTime,
      end_time: EndTime,
      created_at: Time('When it was made', '2099-03-01T12:00:00Z'),
      is_confirmed: Type.Boolean({ description: 'Whether it is confirmed.', examples: [false] }),
    },
    { description: "A client's claim on a timeslot." },
  ),
);

export const FixedProviderBody = Type.Object(
  { ...NameFields, time_zone: Type.Optional(TimeZoneName) },
  { examples: [{ first_name: 'Ada', last_name: 'Berg' }] },
);

export const FixedProvider = component(
  'FixedProvider',
  Type.Object(
    { provider_id: ProviderId, first_name: FirstName, last_name: LastName },
    { description: 'The new provider.' },
  ),
);

export const FixedClientBody = Type.Object(NameFields, { examples: [{ first_name: 'Grace', last_name: 'Lind' }] });

export const FixedClient = component(
  'FixedClient',
  Type.Object({ client_id: ClientId, first_name: FirstName, last_name: LastName }, { description: 'The new client.' }),
);

export const FixedAvailabilityBody = Type.Object(
  {
    provider_id: RequestProviderId,
    start_time: WrittenTime('The start', '2099-03-17 10:00'),
    end_time: WrittenTime('The end', '2099-03-17 11:30'),
  },
  { examples: [{ provider_id: 1, start_time: '2099-03-17 10:00', end_time: '2099-03-17 11:30' }] },
);

export const FixedAvailabilityQuery = Type.Object({
  provider_id: Type.Optional(IdParameter(`The provider whose timeslots to list. ${PROVIDER_OF_REQUEST}`, 1)),
});

export const AvailableTimeslots = component(
  'AvailableTimeslots',
  Type.Object({ 'available timeslots': Type.Array(Timeslot, { description: 'The timeslots, by start.' }) }),
);

export const FixedReserveBody = Type.Object(
  { client_id: RequestClientId, timeslot_id: TimeslotId },
  { examples: [{ client_id: 1, timeslot_id: 40 }] },
);

export const ScheduledReservation = component(
  'ScheduledReservation',
  Type.Object({ 'Reservation scheduled': FixedReservation }),
);

export const FixedConfirmBody = Type.Object(
  { client_id: RequestClientId, reservation_id: ReservationId },
  { examples: [{ client_id: 1, reservation_id: 1 }] },
);

export const ConfirmedReservation = component(
  'ConfirmedReservation',
  Type.Object({ 'Reservation is confirmed': FixedReservation }),
);

export const RELEASED_KEY = 'Expired reservations deleted and corresponding timeslots released';

export const ReleasedTimeslots = component(
  'ReleasedTimeslots',
  Type.Object({ [RELEASED_KEY]: Type.Array(Timeslot, { description: 'The timeslots that became free, by start.' }) }),
);
