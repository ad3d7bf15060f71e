import { Type } from 'typebox';
import { component } from './openapi.ts';

const InvalidField = component(
  'InvalidField',
  Type.Object(
    {
      path: Type.String({
        description: 'JSON pointer into the body, or `query/<name>`, `params/<name>`, `headers/<name>`.',
      }),
      message: Type.String({ description: 'What is wrong with that field.' }),
    },
    { description: 'A field that was refused.' },
  ),
);

/** A problem as OpenAPI describes it. */
export const ProblemSchema = Type.Object(
  {
    type: Type.String({
      description: 'Stable identifier of the failure: `urn:holdfast:problem:` and its name.',
      examples: ['urn:holdfast:problem:slot-taken'],
    }),
    title: Type.String({ description: 'Short summary, the same for every occurrence of the type.' }),
    status: Type.Integer({ description: 'The HTTP status.', examples: [409] }),
    detail: Type.String({ description: 'Sentence for a person: what went wrong and, where possible, what to do.' }),
    instance: Type.String({
      format: 'uri',
      description:
        'Identifies this occurrence: `urn:uuid:` and the `x-request-id` of the answer, which the log contains.',
    }),
    errors: Type.Optional(
      Type.Array(InvalidField, { description: 'The fields at fault. On 400, and on 422 where single fields are.' }),
    ),
  },
  {
    $id: 'Problem',
    description:
      'Why a request failed (RFC 9457, Problem Details for HTTP APIs). A problem type may add members of its own.',
  },
);
