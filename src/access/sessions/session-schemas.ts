import { Type } from 'typebox';

const MAX_KEY_LENGTH = 512;

export const SessionBody = Type.Object(
  {
    key: Type.String({
      maxLength: MAX_KEY_LENGTH,
      description: 'A key, or the bootstrap operator key.',
      examples: ['hf_0f6b2a9c41d87e35a0b1_…'],
    }),
  },
  { additionalProperties: false },
);
