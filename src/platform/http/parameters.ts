import { type TStringOptions, Type } from 'typebox';
import { Malformed } from '../errors.ts';
import { type Id, parseId } from '../ids.ts';
import type { InstantText } from '../time/instant.ts';
import { type Moment, readMoment } from '../time/moment.ts';
import { parseTimestamp } from '../time/timestamp.ts';
import { VISIBLE_TEXT, visibleTextMessage } from '../visible-text.ts';

/** Schema keyword: the message for a refused text, in place of one about its pattern. */
export const ERROR_MESSAGE = 'x-error-message';

/** Schema keyword: marks a text that holds the digits of an integer, and gives the maximum. */
export const AS_INTEGER = 'x-integer';

/** Schema of an id in a path or a query: text on the wire, checked by its grammar, published as an integer. */
export const IdParameter = (description: string, example = 1) =>
  Type.String({
    pattern: '^[1-9][0-9]{0,15}$',
    description,
    examples: [example],
    [AS_INTEGER]: Number.MAX_SAFE_INTEGER,
    [ERROR_MESSAGE]: 'must be a whole number from 1 to 2^53-1',
  });

/** Schema of an id in a JSON body. */
export const IdField = (description = '', example = 1) =>
  Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description, examples: [example] });

/** Schema of text that a person writes, in a JSON body. */
export const VisibleText = (maxLength: number, options: TStringOptions = {}) =>
  Type.String({
    minLength: 1,
    maxLength,
    pattern: VISIBLE_TEXT,
    [ERROR_MESSAGE]: visibleTextMessage(maxLength),
    ...options,
  });

/** Schema of the size of a page. */
export const LimitParameter = Type.String({
  pattern: '^([1-9][0-9]{0,2}|1000)$',
  description: 'Maximum number of entries, 1 to 1000. Defaults to 100.',
  examples: [10],
  [AS_INTEGER]: 1_000,
  [ERROR_MESSAGE]: 'must be a whole number from 1 to 1000',
});

/** Schema of the cursor of a page. */
export const CursorParameter = Type.String({
  maxLength: 300,
  description: 'The `next_cursor` of the previous page. Leave it out for the first page.',
});

const DEFAULT_LIMIT = 100;

/** Parses an id that matched its schema. The schema lets through only 2^53 and above. @throws Malformed */
export function idOf(text: string, path: string): Id {
  const id = parseId(text);
  if (id === undefined) throw new Malformed([{ path, message: 'must be a whole number from 1 to 2^53-1' }]);
  return id;
}

/** The number of entries of a page; 100 without a limit. */
export function limitOf(text: string | undefined): number {
  return text === undefined ? DEFAULT_LIMIT : Number(text);
}

const NOT_A_TIME = 'must be a time such as 2026-12-30T10:00:00Z';

/** Parses a time in a path or a query. Without an offset it is UTC. @throws Malformed */
export function instantOf(text: string, path: string): InstantText {
  const instant = parseTimestamp(text, 'UTC');
  if (typeof instant === 'string') throw new Malformed([{ path, message: NOT_A_TIME }]);
  return instant.toString();
}

/**
 * Parses a time that names a moment in a history. Answers cut times to whole seconds, so a time without decimals stands
 * for its whole second, and one with decimals for the unit of its last one.
 *
 * @returns the first and the last microsecond that the text names
 * @throws Malformed
 */
export function namedMoments(text: string, path: string): { first: InstantText; last: InstantText } {
  const first = instantOf(text, path);
  const decimals = /\.(\d{1,6})/.exec(text)?.[1]?.length ?? 0;
  const last = Temporal.Instant.from(first).add({ microseconds: 10 ** (6 - decimals) - 1 });
  return { first, last: last.toString() };
}

/** Parses a time as a `Moment`, exact to the microsecond. Without an offset it is UTC. @throws Malformed */
export function momentOf(text: string, path: string): Moment {
  const moment = readMoment(text);
  if (!moment) throw new Malformed([{ path, message: NOT_A_TIME }]);
  return moment;
}
