import { Type } from 'typebox';
import { Malformed } from '../errors.ts';
import { type Id, parseId } from '../ids.ts';
import { type InstantText, parseTimestamp } from '../time/instant.ts';
import { saysWrittenText, WRITTEN_TEXT } from '../written-text.ts';

/** What a refused text is told, instead of its pattern. */
export const SAYS = 'x-says';

/** Marks a text that is an integer's digits, and says how great it may be. */
export const AS_INTEGER = 'x-integer';

/** An id in a path or a query: text on the wire, checked by its grammar, shown as an integer in OpenAPI. */
export const IdParameter = (description: string) =>
  Type.String({
    pattern: '^[1-9][0-9]{0,15}$',
    description,
    [AS_INTEGER]: Number.MAX_SAFE_INTEGER,
    [SAYS]: 'must be a whole number from 1 to 2^53-1',
  });

/** An id in a JSON body. */
export const IdField = (description?: string) =>
  Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, ...(description ? { description } : {}) });

/** Text a person writes, in a JSON body. */
export const WrittenText = (maxLength: number) =>
  Type.String({ minLength: 1, maxLength, pattern: WRITTEN_TEXT, [SAYS]: saysWrittenText(maxLength) });

/** A page size. */
export const LimitParameter = Type.String({
  pattern: '^([1-9][0-9]{0,2}|1000)$',
  description: 'How many at most, 1 to 1000; 100 unless told',
  [AS_INTEGER]: 1_000,
  [SAYS]: 'must be a whole number from 1 to 1000',
});

/** Where a listing goes on. */
export const CursorParameter = Type.String({ maxLength: 300, description: '`next_cursor` of the page before' });

const DEFAULT_LIMIT = 100;

/** Reads an id that its schema has let through; the grammar leaves only 2^53 and above to refuse. */
export function idOf(text: string, path: string): Id {
  const id = parseId(text);
  if (id === undefined) throw new Malformed([{ path, message: 'must be a whole number from 1 to 2^53-1' }]);
  return id;
}

export function limitOf(text: string | undefined): number {
  return text === undefined ? DEFAULT_LIMIT : Number(text);
}

/** Reads a moment of a path or a query; without an offset it is UTC. */
export function instantOf(text: string, path: string): InstantText {
  const instant = parseTimestamp(text, 'UTC');
  if (typeof instant === 'string')
    throw new Malformed([{ path, message: 'is not a time such as 2026-12-30T10:00:00Z' }]);
  return instant.toString();
}

/** Tells OpenAPI's readers what such a text is: generated clients then take a number. */
export function toInteger<T>(schema: T): T {
  return JSON.parse(JSON.stringify(schema ?? {}), (_key, value) => {
    if (value?.[SAYS] !== undefined) delete value[SAYS];
    if (value?.[AS_INTEGER] === undefined) return value;
    return { type: 'integer', minimum: 1, maximum: value[AS_INTEGER], description: value.description };
  });
}

const problem = (description: string) =>
  Type.Unsafe<never>({
    description,
    content: { 'application/problem+json': { schema: { $ref: 'Problem#' } } },
  });

/** Every error of a route, for its response schemas. */
export const Problems = {
  '4xx': problem('Refused; `type` tells why'),
  '5xx': problem('Not done for a reason that is not the request; 503 says when to ask again'),
};
