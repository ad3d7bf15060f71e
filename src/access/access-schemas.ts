import { Type } from 'typebox';
import { component, nullable } from '../platform/http/openapi.ts';
import { ROLES, type Role } from './principal.ts';

/** Schemas of single fields that several routes share. */

export const RoleField = Type.Unsafe<Role>({
  type: 'string',
  enum: [...ROLES],
  description: 'What the principal may do.',
  examples: ['client'],
});

export const KeyId = Type.String({ description: "The key's id.", examples: ['0f6b2a9c41d87e35a0b1'] });

/** The subject in an answer. */
export const Subject = Type.Unsafe<number | string | null>({
  type: ['integer', 'string', 'null'],
  description: 'The id of the provider or client that it stands for, the name of the reseller, or `null`.',
  examples: [1],
});

export const EndTime = nullable(
  Type.String({
    format: 'date-time',
    description: 'When it ends; `null` if it does not.',
    examples: ['2099-12-31T00:00:00Z'],
  }),
);

/** The principal that changed something. */
export const ActorSchema = nullable(
  component(
    'Actor',
    Type.Object(
      { role: RoleField, subject: Subject, key_id: nullable(KeyId) },
      { description: 'The principal that made a change.' },
    ),
  ),
  { description: 'The principal that made the change; `null` for an expiry or a refusal, and with `AUTH=off`.' },
);
