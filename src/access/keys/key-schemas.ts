import { Type } from 'typebox';
import { component, nullable } from '../../platform/http/openapi.ts';
import { CursorParameter, ERROR_MESSAGE, LimitParameter, VisibleText } from '../../platform/http/parameters.ts';
import { EndTime, KeyId, RoleField, Subject } from '../access-schemas.ts';

const MAX_NAME_LENGTH = 200;
const MAX_OVERLAP_S = 30 * 86_400;

const SubjectInput = Type.Union(
  [
    Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
    VisibleText(MAX_NAME_LENGTH, { description: 'The name of a reseller.' }),
  ],
  {
    description: 'The id of the provider or client, or the name of the reseller. Other roles have none.',
    examples: [1],
  },
);

export const KeyBody = Type.Object(
  {
    name: VisibleText(MAX_NAME_LENGTH, { description: 'What the key is for.', examples: ['Checkout of the shop'] }),
    role: RoleField,
    subject: Type.Optional(nullable(SubjectInput)),
    expires_at: Type.Optional(
      nullable(
        Type.String({
          maxLength: 64,
          description: 'When the key ends. Without it, it does not.',
          examples: ['2099-12-31T00:00:00Z'],
        }),
      ),
    ),
  },
  { additionalProperties: false, examples: [{ name: 'Checkout of the shop', role: 'service' }] },
);

const Created = Type.String({
  format: 'date-time',
  description: 'When it was created.',
  examples: ['2026-12-01T09:00:00Z'],
});
const Name = Type.String({ description: 'What the key is for.', examples: ['Checkout of the shop'] });
const PastTime = (description: string) =>
  nullable(Type.String({ format: 'date-time', description, examples: ['2026-12-01T09:00:00Z'] }));

const KEY_FIELDS = {
  name: Name,
  role: RoleField,
  subject: Subject,
  created_at: Created,
  expires_at: EndTime,
};

export const NewKey = component(
  'NewKey',
  Type.Object(
    {
      key_id: KeyId,
      key: Type.Optional(
        Type.String({
          description:
            'The key itself. It is shown this once; a repetition under the same Idempotency-Key leaves it out.',
          examples: ['hf_0f6b2a9c41d87e35a0b1_…'],
        }),
      ),
      ...KEY_FIELDS,
    },
    { description: 'A key that was just made.' },
  ),
);

export const Key = component(
  'Key',
  Type.Object(
    {
      key_id: KeyId,
      ...KEY_FIELDS,
      last_used_at: PastTime('Its last use, to the minute; `null` before the first.'),
      revoked_at: PastTime('When it was revoked; `null` if it was not.'),
    },
    { description: 'A key, without its secret.' },
  ),
);

export const KeyList = component(
  'KeyList',
  Type.Object({
    keys: Type.Array(Key, { description: 'The keys of this page, oldest first. Ended ones are among them.' }),
    next_cursor: nullable(Type.String({ description: 'The cursor of the next page; `null` on the last.' })),
  }),
);

export const KeyListQuery = Type.Object({
  cursor: Type.Optional(CursorParameter),
  limit: Type.Optional(LimitParameter),
});

export const KeyParams = Type.Object({
  key_id: Type.String({ maxLength: 64, description: "The key's id.", examples: ['0f6b2a9c41d87e35a0b1'] }),
});

export const RotateBody = Type.Object(
  {
    overlap_seconds: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: MAX_OVERLAP_S,
        description: 'How long the old key still works, in seconds. Defaults to 86400 (24 hours).',
        examples: [3_600],
        [ERROR_MESSAGE]: `must be a whole number from 0 to ${MAX_OVERLAP_S}`,
      }),
    ),
  },
  { additionalProperties: false, examples: [{ overlap_seconds: 3_600 }] },
);
