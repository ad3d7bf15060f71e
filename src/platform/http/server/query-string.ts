import type { FastifyRequest } from 'fastify';
import type { FieldError } from '../../errors.ts';
import { Malformed } from '../../errors.ts';
import { nearestWord } from '../../nearest-word.ts';
import { shownText } from '../../shown-text.ts';
import type { HttpServer } from '../http-server.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether the route ignores query parameters: a page, whose address other sites may extend. */
    ignoresQuery?: boolean;
  }
}

type Query = Record<string, string | string[]>;

const NO_QUERY: Query = Object.freeze(Object.create(null));
/** The faults of queries that cannot be read. */
const faults = new WeakMap<Query, FieldError>();

/**
 * Parses the query of a URL (`application/x-www-form-urlencoded`). A name that is sent twice has a list of values. The
 * parser of the router cannot refuse a request, so what cannot be decoded is remembered for `refuseUnknownParameters`.
 */
export function parseQuery(text: string): Query {
  if (text === '') return NO_QUERY;
  const query: Query = Object.create(null);
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const end = pair.indexOf('=');
    const name = decode(end < 0 ? pair : pair.slice(0, end));
    const value = end < 0 ? '' : decode(pair.slice(end + 1));
    if (name === undefined || value === undefined) {
      const message = 'must be percent-encoded UTF-8 without U+0000';
      faults.set(query, { path: name === undefined ? 'query' : pathOf(name), message });
      return query;
    }
    const earlier = query[name];
    query[name] = earlier === undefined ? value : [earlier, value].flat();
  }
  return query;
}

const NOT_PLAIN = /[%+]|[^!-~]/;
/** Node reads each byte of a URL as one character, so a byte beyond ASCII is text that was not percent-encoded. */
const NOT_ENCODED = /[^!-~]/;

/** Returns `undefined` for bytes that are not UTF-8, for `%` without two digits, and for U+0000, which no text can hold. */
function decode(text: string): string | undefined {
  if (!NOT_PLAIN.test(text)) return text;
  if (NOT_ENCODED.test(text)) return undefined;
  try {
    const decoded = decodeURIComponent(text.replaceAll('+', ' '));
    return decoded.includes('\0') ? undefined : decoded;
  } catch {
    return undefined;
  }
}

/**
 * Refuses queries that cannot be read, and parameters that the route does not declare in its schema: ignoring a misspelt
 * filter would answer another question than the one that was asked.
 *
 * It runs after the hooks that refuse methods and callers, and before the body is read.
 */
export function refuseUnknownParameters(app: HttpServer): void {
  app.addHook('preParsing', (request, _reply, _payload, done) => {
    const query = request.query as Query;
    if (query === NO_QUERY || request.is404 || request.routeOptions.config.ignoresQuery) return done();
    const errors = errorsOf(request, query);
    done(errors.length === 0 ? null : new Malformed(errors));
  });
}

const MAX_ERRORS = 20;

function errorsOf(request: FastifyRequest, query: Query): FieldError[] {
  const fault = faults.get(query);
  if (fault) return [fault];
  const declared = declaredNames(request);
  return Object.keys(query)
    .filter((name) => !declared.includes(name))
    .slice(0, MAX_ERRORS)
    .map((name) => ({ path: pathOf(name), message: unknownParameterMessage(name, declared) }));
}

function declaredNames({ routeOptions }: FastifyRequest): string[] {
  const querystring = routeOptions.schema?.querystring as { readonly properties?: object } | undefined;
  return Object.keys(querystring?.properties ?? {});
}

function unknownParameterMessage(name: string, declared: readonly string[]): string {
  if (declared.length === 0) return 'is not a parameter of this operation, which has none in its query';
  const nearest = name.length > MAX_NAME_LENGTH ? undefined : nearestWord(name.toLowerCase(), declared);
  if (nearest !== undefined) return `is not a parameter of this operation. Did you mean "${nearest}"?`;
  return `is not a parameter of this operation. Its parameters are ${declared.join(', ')}`;
}

const MAX_NAME_LENGTH = 60;

function pathOf(name: string): string {
  return `query/${shownText(name)}`;
}
