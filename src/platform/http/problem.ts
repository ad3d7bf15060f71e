import type { IncomingMessage } from 'node:http';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { Failure, type FailureKind, type FailureType, type FieldError, Malformed } from '../errors.ts';
import { nearestWord } from '../nearest-word.ts';
import { shownText } from '../shown-text.ts';
import { RequestTooLarge, UnsupportedMediaType } from './body-failures.ts';
import { ERROR_MESSAGE } from './parameters.ts';

/** A problem as it is sent (RFC 9457, "Problem Details for HTTP APIs"). */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly errors?: readonly FieldError[];
}

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

const STATUS: Readonly<Record<FailureKind, number>> = {
  malformed: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  gone: 410,
  'too-large': 413,
  'unsupported-media-type': 415,
  unprocessable: 422,
  'rate-limited': 429,
  internal: 500,
  unavailable: 503,
};

const TITLES: Readonly<Record<number, string>> = {
  400: 'Malformed request',
  404: 'Not found',
  405: 'Method not allowed',
  408: 'Request took too long',
  417: 'Expectation failed',
  431: 'Headers too large',
  500: 'Internal error',
  503: 'Temporarily unavailable',
};

export function statusOf({ kind }: Pick<FailureType, 'kind'>): number {
  return STATUS[kind];
}

export function toProblem(failure: Failure, requestId: string): Problem {
  return {
    type: urnOf(failure),
    title: failure.title,
    status: statusOf(failure),
    detail: failure.message,
    instance: instanceOf(requestId),
    ...(failure.errors.length > 0 ? { errors: failure.errors } : {}),
    ...failure.extensions,
  };
}

function urnOf({ type }: Pick<FailureType, 'type'>): string {
  return `urn:holdfast:problem:${type}`;
}

/** The type and title of a status that the framework chooses, before any code of ours runs. */
function frameworkFailure(status: number): Pick<FailureType, 'type' | 'title'> {
  const title = TITLES[status] ?? 'Request refused';
  return { type: title.toLowerCase().replaceAll(' ', '-'), title };
}

/** The failure type of a status that has no failure class. */
export const InternalError: FailureType = { kind: 'internal', ...frameworkFailure(500) };

/** A problem as the documentation shows it. */
export function exampleProblem(failure: FailureType): Problem {
  const { title, extensionSchemas = {} } = failure;
  const extensions = Object.entries(extensionSchemas).map(([name, { examples }]) => [name, examples[0]]);
  const standard = { type: urnOf(failure), title, status: statusOf(failure), detail: title };
  return { ...standard, instance: EXAMPLE_INSTANCE, ...Object.fromEntries(extensions) };
}

const EXAMPLE_INSTANCE = 'urn:uuid:98085d27-1363-4f6d-b900-1729d325a120';

/** A problem for a status that has no failure class. */
export function plainProblem(status: number, detail: string, requestId: string): Problem {
  const failure = frameworkFailure(status);
  const errors = status === 400 ? { errors: [{ path: '', message: detail }] } : {};
  return { type: urnOf(failure), title: failure.title, status, detail, instance: instanceOf(requestId), ...errors };
}

function instanceOf(requestId: string): string {
  return `urn:uuid:${requestId}`;
}

/** The error handler of the server. A 500 shows an id to look for in the log, and nothing else. */
export function handleError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const failure = error instanceof Failure ? error : fromFramework(error as FastifyError);
  if (failure instanceof Failure) {
    if (failure.kind === 'unavailable') {
      request.log.warn({ reqId: request.id, err: failure.cause ?? failure }, failure.message);
    }
    if (failure.kind !== 'too-large' || request.raw.complete) return sendFailure(reply, failure, request.id);
    void discardBody(request.raw).then(() => sendFailure(reply, failure, request.id));
    return reply;
  }
  const status = failure ?? 500;
  if (status >= 500) request.log.error({ reqId: request.id, err: error }, 'request failed');
  const detail = status >= 500 ? 'The server failed. Its log has the cause under this instance.' : messageOf(error);
  return sendProblem(reply, plainProblem(status, detail, request.id));
}

/** Time for which the rest of a refused body is read, in milliseconds. */
const DISCARD_FOR_MS = 1_000;

/**
 * Reads and discards the rest of a body. Its connection ends with the answer, and a client that is still sending then
 * would lose the answer with it.
 */
async function discardBody(body: IncomingMessage): Promise<void> {
  const { promise: isOver, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, DISCARD_FOR_MS);
  body.once('close', resolve).once('end', resolve).resume();
  await isOver;
  clearTimeout(timer);
}

function sendFailure(reply: FastifyReply, failure: Failure, requestId: string): FastifyReply {
  if (failure.retryAfterS !== undefined) reply.header('retry-after', String(failure.retryAfterS));
  return sendProblem(reply.headers(failure.headers), toProblem(failure, requestId));
}

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply.code(problem.status).type(PROBLEM_TYPE).send(JSON.stringify(problem));
}

/** The failure of a request that a schema or Fastify refuses, the status of other refusals, `undefined` for others. */
function fromFramework(error: FastifyError): Failure | number | undefined {
  if (error.validation) return new Malformed(fieldErrorsOf(error.validation, error.validationContext ?? 'body'));
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new RequestTooLarge();
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return new UnsupportedMediaType();
  // Path parameters are ids and times, which are never this long.
  if (error.code === 'FST_ERR_MAX_PARAM_LENGTH') return new Malformed([{ path: 'params', message: 'is too long' }]);
  // The framework's message quotes the URL.
  if (error.code === 'FST_ERR_BAD_URL') return new Malformed([{ path: 'params', message: 'cannot be decoded' }]);
  const status = error.statusCode;
  return status !== undefined && status >= 400 && status < 500 ? status : undefined;
}

/** One error of Ajv, which runs with `verbose` and therefore adds the schema that was violated. */
type ValidationError = NonNullable<FastifyError['validation']>[number] & { parentSchema?: Record<string, unknown> };

const MAX_FIELD_ERRORS = 20;

/** The first error of each path: a text that breaks three rules of one field is reported once. */
function fieldErrorsOf(errors: readonly ValidationError[], context: string): FieldError[] {
  const byPath = new Map<string, FieldError>();
  for (const error of errors) {
    const fieldError = toFieldError(error, context);
    if (!byPath.has(fieldError.path) && byPath.size < MAX_FIELD_ERRORS) byPath.set(fieldError.path, fieldError);
  }
  return [...byPath.values()];
}

function toFieldError(error: ValidationError, context: string): FieldError {
  const { keyword, params, instancePath, parentSchema } = error;
  const field = params.missingProperty ?? params.additionalProperty;
  const pointer = `${instancePath}${field === undefined ? '' : `/${shownText(String(field))}`}`;
  const path = context === 'body' ? pointer : `${context.replace('querystring', 'query')}${pointer}`;
  if (keyword === 'required') return { path, message: 'is missing' };
  if (keyword === 'additionalProperties') return { path, message: unknownFieldMessage(String(field), parentSchema) };
  if (keyword === 'type' && context === 'body' && pointer === '') return { path, message: NO_OBJECT };
  const ownMessage = keyword === 'type' ? undefined : parentSchema?.[ERROR_MESSAGE];
  return { path, message: typeof ownMessage === 'string' ? ownMessage : (error.message ?? 'is not valid') };
}

const NO_OBJECT = 'a JSON object is needed as the body';

function unknownFieldMessage(name: string, { properties = {} }: Record<string, unknown> = {}): string {
  const nearest = name.length > MAX_GUESSED_LENGTH ? undefined : nearestWord(name, Object.keys(properties as object));
  return `is not a known field${nearest === undefined ? '' : `. Did you mean "${nearest}"?`}`;
}

const MAX_GUESSED_LENGTH = 60;

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'The request was refused';
}
