import { Type } from 'typebox';
import { component, nullable } from '../../../platform/http/openapi.ts';
import {
  ClientId,
  FirstName,
  LastName,
  NameFields,
  NextCursor,
  ProviderId,
  strict,
  Time,
  TimeZoneName,
} from '../field-schemas.ts';

const CreatedAt = Time('When it was created', '2026-12-01T09:00:00Z');

export const ProviderBody = Type.Object(
  { ...NameFields, time_zone: Type.Optional(TimeZoneName) },
  { ...strict, examples: [{ first_name: 'Ada', last_name: 'Berg', time_zone: 'Europe/Berlin' }] },
);

const atLeastOne = { ...strict, minProperties: 1 };

export const ProviderPatch = Type.Object(
  {
    first_name: Type.Optional(NameFields.first_name),
    last_name: Type.Optional(NameFields.last_name),
    time_zone: Type.Optional(TimeZoneName),
  },
  { ...atLeastOne, examples: [{ last_name: 'Berg', time_zone: 'Europe/Berlin' }] },
);

export const ClientPatch = Type.Object(
  { first_name: Type.Optional(NameFields.first_name), last_name: Type.Optional(NameFields.last_name) },
  { ...atLeastOne, examples: [{ last_name: 'Lind' }] },
);

export const Provider = component(
  'Provider',
  Type.Object(
    {
      provider_id: ProviderId,
      first_name: FirstName,
      last_name: LastName,
      time_zone: Type.String({
        description: "IANA time zone of the provider's times that have no offset.",
        examples: ['UTC'],
      }),
      created_at: CreatedAt,
    },
    { description: 'A person who offers time.' },
  ),
);

export const ProviderPage = component(
  'ProviderPage',
  Type.Object({
    providers: Type.Array(Provider, { description: 'The providers of this page, by id.' }),
    next_cursor: NextCursor,
  }),
);

export const ClientBody = Type.Object(NameFields, {
  ...strict,
  examples: [{ first_name: 'Grace', last_name: 'Lind' }],
});

export const Client = component(
  'Client',
  Type.Object(
    {
      client_id: ClientId,
      first_name: FirstName,
      last_name: LastName,
      created_at: CreatedAt,
      erased_at: nullable(Type.String({ format: 'date-time' }), {
        description: 'When its personal data were erased; UTC, to the second. Its name is a placeholder since then.',
        examples: [null],
      }),
    },
    { description: 'A person who reserves slots.' },
  ),
);

export const ClientPage = component(
  'ClientPage',
  Type.Object({
    clients: Type.Array(Client, { description: 'The clients of this page, by id.' }),
    next_cursor: NextCursor,
  }),
);
