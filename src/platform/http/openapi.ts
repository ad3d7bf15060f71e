import { STATUS_CODES } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import type { FastifySchema, RouteOptions } from 'fastify';
import { type TSchema, type TSchemaOptions, Type } from 'typebox';
import { type FailureType, Malformed, unavailable } from '../errors.ts';
import { RequestTooLarge, UnsupportedMediaType } from './body-failures.ts';
import { IdempotencyKeyReused, RequestStillRunning } from './idempotency-failures.ts';
import { AS_INTEGER, ERROR_MESSAGE } from './parameters.ts';
import { exampleProblem, InternalError, statusOf } from './problem.ts';

/**
 * Turns the schemas of routes into OpenAPI. The parts that operations share (problems, headers, the idempotency key) are
 * added here, so that a route declares only its own parts, in `schema` and in `config`.
 */

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Failures of this operation, beyond those that all operations share. */
    problems?: readonly FailureType[];
    /** Whether the answer comes from a view: it has an age and a validator, and may be 304. */
    cached?: boolean;
    /** Whether the answer is a page of a list that links to the next page. */
    paged?: boolean;
    /** Whether the operation works without the database, and so never answers 503 because of it. */
    standsAlone?: boolean;
    /** Whether a POST or PUT ignores `Idempotency-Key`, because its answer must not be stored. */
    ignoresIdempotencyKey?: boolean;
  }
}

/** Schema keyword: the name of a component. Every place that uses the schema refers to one definition. */
export const COMPONENT = 'x-component';

/** A schema that is published under a name in `components.schemas`. */
export function component<Schema extends TSchema>(name: string, schema: Schema): Schema {
  return { ...schema, [COMPONENT]: name };
}

/** A value that may be `null`. */
export function nullable<Schema extends TSchema>(schema: Schema, options: TSchemaOptions = {}) {
  const described = 'description' in schema ? { description: String(schema.description) } : {};
  return Type.Union([schema, Type.Null()], { ...described, ...options });
}

/** An operation, as @fastify/swagger passes it to its `transform`. */
interface Operation {
  readonly schema?: FastifySchema | undefined;
  readonly url: string;
  readonly route: RouteOptions;
}

type Json = Record<string, unknown>;

/** Adds the shared parts to the schema of an operation: the `transform` of @fastify/swagger. */
export function describeOperation({ schema = {}, url, route }: Operation): { schema: FastifySchema; url: string } {
  if (schema.hide) return { schema, url };
  const published = publish(schema) as FastifySchema & { headers?: Json; response?: Record<string, Json> };
  const headers = requestHeaders(route);
  const declared = (published.headers?.properties ?? {}) as Json;
  if (Object.keys(headers).length > 0 || published.headers) {
    published.headers = { type: 'object', properties: { ...declared, ...headers } };
  }
  published.response = responsesOf(route, published);
  nameBody(published);
  return { schema: published, url };
}

/** Names a request body after its operation, so that generated clients have a type for it: `CreateOrderRequest`. */
function nameBody(schema: FastifySchema & { operationId?: string }): void {
  const body = schema.body as Json | undefined;
  if (!body || !schema.operationId || COMPONENT in body) return;
  const { operationId } = schema;
  body[COMPONENT] = `${operationId.charAt(0).toUpperCase()}${operationId.slice(1)}Request`;
}

function methodOf(route: RouteOptions): string {
  return [route.method].flat()[0] ?? 'GET';
}

function isIdempotent(route: RouteOptions): boolean {
  return ['POST', 'PUT'].includes(methodOf(route)) && !route.config?.ignoresIdempotencyKey;
}

const IDEMPOTENCY_KEY = {
  type: 'string',
  minLength: 1,
  maxLength: 255,
  description:
    'Makes the request safe to repeat: the same key with the same request returns the stored answer for 24 hours.',
};

const CACHED_REQUEST_HEADERS = {
  'If-None-Match': {
    type: 'string',
    description: 'An `ETag` you already have. The answer is 304 while it is still current.',
  },
  'Cache-Control': {
    type: 'string',
    description: '`max-age=N` asks for an answer at most N seconds old, `no-cache` for one read from the source now.',
    examples: ['max-age=60'],
  },
};

function requestHeaders(route: RouteOptions): Json {
  return {
    ...(isIdempotent(route) ? { 'Idempotency-Key': IDEMPOTENCY_KEY } : {}),
    ...(route.config?.cached ? CACHED_REQUEST_HEADERS : {}),
  };
}

const REQUEST_ID = { 'x-request-id': { type: 'string', format: 'uuid', description: 'Names the request in the log.' } };

const CACHED_RESPONSE_HEADERS = {
  Age: { type: 'integer', description: 'Age of the answer in seconds, rounded up.' },
  ETag: { type: 'string', description: 'Validator of this answer, for `If-None-Match`.' },
  'Cache-Control': { type: 'string', description: 'How long a client may reuse the answer.' },
  'Cache-Status': {
    type: 'string',
    description:
      'Where the answer came from and how long it is still within its bound (RFC 9211). `detail` is `shared` for an ' +
      'entry of another instance, `source-failed` while the source fails, and `uncertain` while changes may be missed.',
    examples: ['Holdfast; hit; ttl=42'],
  },
};

const LINK = { Link: { type: 'string', description: 'The next page (RFC 8288, `rel="next"`), when there is one.' } };

const RETRY_AFTER = { 'Retry-After': { type: 'integer', description: 'Seconds after which a retry is worthwhile.' } };

const RATE_LIMIT = {
  RateLimit: {
    type: 'string',
    description: 'The requests that remain (`r`), and the seconds until their window ends (`t`), by policy.',
    examples: ['"default";r=0;t=42'],
  },
  'RateLimit-Policy': {
    type: 'string',
    description: 'The quota of requests (`q`) in a window of seconds (`w`), by policy.',
    examples: ['"default";q=600;w=60'],
  },
};

function responsesOf(route: RouteOptions, schema: { response?: Record<string, Json> }): Record<string, Json> {
  const { cached = false, paged = false } = route.config ?? {};
  const headers = { ...REQUEST_ID, ...(cached ? CACHED_RESPONSE_HEADERS : {}), ...(paged ? LINK : {}) };
  const successes = Object.entries(schema.response ?? {}).map(([status, response]): [string, Json] => {
    const { description = STATUS_CODES[status] ?? status, content } = response;
    return [status, { description, headers, ...(content ? { content } : bodyOf(response)) }];
  });
  const notModified: [string, Json][] = cached
    ? [['304', { type: 'null', description: 'Your copy is still current.', headers }]]
    : [];
  return Object.fromEntries([...successes, ...notModified, ...problemsOf(route)]);
}

function bodyOf(schema: Json): Json {
  return schema.type === 'null' ? { type: 'null' } : { content: { 'application/json': { schema } } };
}

/** The responses for the failures of an operation by status, shared failures included. */
function problemsOf(route: RouteOptions): [string, Json][] {
  const failures: readonly FailureType[] = [...(route.config?.problems ?? []), ...sharedFailures(route)];
  const byStatus = Map.groupBy(failures, statusOf);
  return [...byStatus].sort(([a], [b]) => a - b).map(([status, each]) => [String(status), problemResponse(each)]);
}

function sharedFailures(route: RouteOptions): FailureType[] {
  const { schema = {}, config: { standsAlone = false } = {} } = route;
  const method = methodOf(route);
  // Every operation refuses query parameters that it does not declare.
  const failures: FailureType[] = [Malformed];
  if (isIdempotent(route)) failures.push(RequestStillRunning, IdempotencyKeyReused);
  if (schema.body) failures.push(RequestTooLarge, UnsupportedMediaType);
  failures.push(InternalError);
  if (standsAlone) return failures;
  failures.push(...(method === 'GET' ? READ_UNAVAILABLE : WRITE_UNAVAILABLE));
  return failures;
}

const READ_UNAVAILABLE = ['database-unavailable', 'database-slow'].map(unavailable);
const WRITE_UNAVAILABLE = [...READ_UNAVAILABLE, ...['contention', 'storage-full'].map(unavailable)];

function problemResponse(failures: readonly FailureType[]): Json {
  const named = new Map(failures.map((each) => [each.type, each]));
  const types = [...named.keys()].map((type) => `\`${type}\``).join(', ');
  const examples = Object.fromEntries(
    [...named].map(([type, each]) => [type, { summary: each.title, value: exampleProblem(each) }]),
  );
  const isLimit = failures.some(({ kind }) => kind === 'rate-limited');
  const retries = isLimit || failures.some(({ kind }) => kind === 'unavailable');
  return {
    description: `Problem type ${types}.`,
    headers: { ...REQUEST_ID, ...(retries ? RETRY_AFTER : {}), ...(isLimit ? RATE_LIMIT : {}) },
    content: { 'application/problem+json': { schema: problemSchema(failures), examples } },
  };
}

/** The common problem; if some of these failures add members, a component named after them, with those members. */
function problemSchema(failures: readonly FailureType[]): Json {
  const common = { $ref: 'Problem#' };
  const extended = failures.filter(({ extensionSchemas }) => extensionSchemas);
  if (extended.length === 0) return common;
  const properties = Object.assign({}, ...extended.map(({ extensionSchemas }) => extensionSchemas));
  const name = `${extended.map(({ type }) => pascalCase(type)).join('Or')}Problem`;
  return { allOf: [common, { type: 'object', properties }], [COMPONENT]: name };
}

/**
 * Schemas as they are published: texts that hold an integer become integers, values that may be null have two types,
 * which generators read better than a union, and our own keywords are removed.
 */
function publish(schema: FastifySchema): FastifySchema {
  return JSON.parse(JSON.stringify(schema), (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const { [ERROR_MESSAGE]: _message, [AS_INTEGER]: maximum, ...rest } = value as Json;
    if (maximum === undefined) return withTwoTypes(rest);
    const { description, examples } = rest;
    return { type: 'integer', minimum: 1, maximum, description, ...(examples ? { examples } : {}) };
  });
}

/** `anyOf: [{type: T, …}, {type: 'null'}]` as `{type: [T, 'null'], …}`, unless T is a component or an object. */
function withTwoTypes(schema: Json): Json {
  const { anyOf, ...rest } = schema;
  if (!Array.isArray(anyOf) || anyOf.length !== 2 || !isDeepStrictEqual(anyOf[1], { type: 'null' })) return schema;
  const { type, enum: values, ...other } = anyOf[0] as Json;
  if (typeof type !== 'string' || type === 'object' || COMPONENT in other) return schema;
  return { ...other, type: [type, 'null'], ...(Array.isArray(values) ? { enum: [...values, null] } : {}), ...rest };
}

/** Moves shared definitions into `components`, and replaces them by references. */
export function hoistComponents<Document extends object>(document: Document): Document {
  const { components = {}, paths } = document as { readonly components?: object; readonly paths?: unknown };
  const shared = new Components(components);
  shared.hoistSchemas();
  const hoisted = shared.hoist(paths);
  return { ...document, paths: hoisted, components: { ...components, ...shared.sorted() } };
}

type Section = 'headers' | 'parameters' | 'responses' | 'schemas';

class Components {
  readonly #sections: Record<Section, Map<string, unknown>>;

  constructor({ schemas = {} }: { readonly schemas?: object }) {
    const none = () => new Map<string, unknown>();
    this.#sections = {
      headers: none(),
      parameters: none(),
      responses: none(),
      schemas: new Map(Object.entries(schemas)),
    };
  }

  /** Hoists what the schemas known from the start contain. */
  hoistSchemas(): void {
    const { schemas } = this.#sections;
    for (const [name, schema] of [...schemas]) schemas.set(name, this.hoist(schema));
  }

  hoist(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((each) => this.hoist(each));
    if (typeof value !== 'object' || value === null) return value;
    const { [COMPONENT]: name, ...rest } = value as Json;
    const hoisted = Object.fromEntries(Object.entries(rest).map(([key, each]) => [key, this.#hoistField(key, each)]));
    if (name !== undefined) return this.#share('schemas', String(name), hoisted);
    return hoisted.in === 'header' ? this.#share('parameters', String(hoisted.name), hoisted) : hoisted;
  }

  #hoistField(key: string, value: unknown): unknown {
    const hoisted = this.hoist(value);
    if (key === 'headers') return mapValues(hoisted as Json, (header, name) => this.#share('headers', name, header));
    if (key !== 'responses') return hoisted;
    return mapValues(hoisted as Json, (response) => {
      const name = sharedName(response);
      return name === undefined ? response : this.#share('responses', name, response);
    });
  }

  #share(section: Section, name: string, definition: unknown): { $ref: string } {
    const known = this.#sections[section].get(name);
    if (known !== undefined && !isDeepStrictEqual(known, definition)) {
      throw new Error(`OpenAPI: two different ${section} are named ${name}`);
    }
    this.#sections[section].set(name, definition);
    return { $ref: `#/components/${section}/${name}` };
  }

  sorted(): Json {
    const sections = Object.entries(this.#sections);
    return Object.fromEntries(
      sections.map(([section, named]) => [
        section,
        Object.fromEntries([...named].sort(([a], [b]) => (a < b ? -1 : 1))),
      ]),
    );
  }
}

function mapValues(object: Json, map: (value: unknown, key: string) => unknown): Json {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value, key)]));
}

/** The component name of a response that has one problem type, or those that all reads or all writes share. */
function sharedName(response: unknown): string | undefined {
  const { content } = response as { readonly content?: Record<string, { readonly examples?: Json }> };
  const examples = content?.['application/problem+json']?.examples;
  if (!examples) return undefined;
  const types = Object.keys(examples);
  if (types.length === 1) return pascalCase(types[0] ?? '');
  const isShared = (failures: readonly FailureType[]) => types.join() === failures.map(({ type }) => type).join();
  if (isShared(READ_UNAVAILABLE)) return 'ReadUnavailable';
  return isShared(WRITE_UNAVAILABLE) ? 'WriteUnavailable' : undefined;
}

function pascalCase(type: string): string {
  return type.replaceAll(/(^|-)([a-z])/g, (_match, _dash, letter: string) => letter.toUpperCase());
}
