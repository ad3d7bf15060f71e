import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { Failure, type FailureKind, type FailureType, type FieldError, Malformed } from '../errors.ts';
import { ERROR_MESSAGE } from './parameters.ts';

/** RFC 9457, "Problem Details for HTTP APIs". */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly errors?: readonly FieldError[];
}

export const ProblemSchema = Type.Object(
  {
    type: Type.String({
      description: 'Stable identifier of the failure: `urn:holdfast:problem:` and its name.',
      examples: ['urn:holdfast:problem:slot-taken'],
    }),
    title: Type.String({ description: 'Short summary, the same for every occurrence of the type.' }),
    status: Type.Integer({ description: 'The HTTP status.', examples: [409] }),
    detail: Type.String({ description: 'What went wrong this time, for a person to read.' }),
    instance: Type.String({
      format: 'uri',
      description: 'This occurrence: the `x-request-id` of the answer, as the log names it.',
    }),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          path: Type.String({
            description: 'JSON pointer into the body, or `query/<name>`, `params/<name>`, `headers/<name>`.',
          }),
          message: Type.String({ description: 'What is wrong there.' }),
        }),
        { description: 'The fields that are wrong; on 400 only.' },
      ),
    ),
  },
  {
    $id: 'Problem',
    description:
      'Why a request failed (RFC 9457, Problem Details for HTTP APIs). A problem type may add members of its own.',
  },
);

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
  internal: 500,
  unavailable: 503,
};

const TITLES: Readonly<Record<number, string>> = {
  400: 'Malformed request',
  404: 'Not found',
  405: 'Method not allowed',
  408: 'Request took too long',
  413: 'Request too large',
  415: 'Unsupported media type',
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

/** What the framework refuses with a status, before any code of ours runs. */
function frameworkFailure(status: number): Pick<FailureType, 'type' | 'title'> {
  const title = TITLES[status] ?? 'Request refused';
  return { type: title.toLowerCase().replaceAll(' ', '-'), title };
}

/** The failure types of statuses that no class of ours stands for. */
export const RequestTooLarge: FailureType = { kind: 'too-large', ...frameworkFailure(413) };
export const UnsupportedMediaType: FailureType = { kind: 'unsupported-media-type', ...frameworkFailure(415) };
export const InternalError: FailureType = { kind: 'internal', ...frameworkFailure(500) };

/** A problem as the documentation shows it. */
export function exampleProblem(failure: FailureType): Problem {
  const { title, extensionSchemas = {} } = failure;
  const extensions = Object.entries(extensionSchemas).map(([name, { examples }]) => [name, examples[0]]);
  const standard = { type: urnOf(failure), title, status: statusOf(failure), detail: title };
  return { ...standard, instance: EXAMPLE_INSTANCE, ...Object.fromEntries(extensions) };
}

const EXAMPLE_INSTANCE = 'urn:uuid:98085d27-1363-4f6d-b900-1729d325a120';

/** A problem with no failure class behind it. */
export function plainProblem(status: number, detail: string, requestId: string): Problem {
  const failure = frameworkFailure(status);
  const errors = status === 400 ? { errors: [{ path: '', message: detail }] } : {};
  return { type: urnOf(failure), title: failure.title, status, detail, instance: instanceOf(requestId), ...errors };
}

function instanceOf(requestId: string): string {
  return `urn:uuid:${requestId}`;
}

/** The one error handler. A 500 shows an id to look for in the log, and nothing else. */
export function handleError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = error instanceof Failure ? error : fromFramework(error as FastifyError);
  if (known instanceof Failure) {
    if (known.kind === 'unavailable') request.log.warn({ reqId: request.id, err: known.cause ?? known }, known.message);
    return sendFailure(reply, known, request.id);
  }
  const status = known ?? 500;
  if (status >= 500) request.log.error({ reqId: request.id, err: error }, 'request failed');
  const detail = status >= 500 ? 'Something went wrong here. The log tells more under this instance' : messageOf(error);
  return sendProblem(reply, plainProblem(status, detail, request.id));
}

function sendFailure(reply: FastifyReply, failure: Failure, requestId: string): FastifyReply {
  if (failure.retryAfterS !== undefined) reply.header('retry-after', String(failure.retryAfterS));
  return sendProblem(reply, toProblem(failure, requestId));
}

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply.code(problem.status).type(PROBLEM_TYPE).send(JSON.stringify(problem));
}

/** A status for what Fastify itself refuses, a `Malformed` for what a schema refuses, else nothing. */
function fromFramework(error: FastifyError): Malformed | number | undefined {
  if (error.validation) return new Malformed(flawsOf(error.validation, error.validationContext ?? 'body'));
  if (error.code === 'FST_ERR_CTP_INVALID_JSON_BODY' || error instanceof SyntaxError) {
    return new Malformed([{ path: '', message: 'is not JSON' }]);
  }
  // A path parameter of ours is an id or a moment: one this long is neither.
  if (error.code === 'FST_ERR_MAX_PARAM_LENGTH') return new Malformed([{ path: 'params', message: 'is too long' }]);
  const status = error.statusCode;
  return status !== undefined && status >= 400 && status < 500 ? status : undefined;
}

/** Ajv's, run with `verbose`, which adds the schema that refused. */
type Refusal = NonNullable<FastifyError['validation']>[number] & { parentSchema?: Record<string, unknown> };

const MOST_FLAWS = 20;

/** The first flaw of each place: a text that breaks three rules of one field is told once. */
function flawsOf(refusals: readonly Refusal[], context: string): FieldError[] {
  const byPath = new Map<string, FieldError>();
  for (const refusal of refusals) {
    const flaw = toFlaw(refusal, context);
    if (!byPath.has(flaw.path) && byPath.size < MOST_FLAWS) byPath.set(flaw.path, flaw);
  }
  return [...byPath.values()];
}

function toFlaw(refusal: Refusal, context: string): FieldError {
  const { keyword, params, instancePath, parentSchema } = refusal;
  const field = params.missingProperty ?? params.additionalProperty;
  const pointer = `${instancePath}${field === undefined ? '' : `/${String(field)}`}`;
  const path = context === 'body' ? pointer : `${context.replace('querystring', 'query')}${pointer}`;
  if (keyword === 'required') return { path, message: 'is missing' };
  if (keyword === 'additionalProperties') return { path, message: 'is not a known field' };
  const says = keyword === 'type' ? undefined : parentSchema?.[ERROR_MESSAGE];
  return { path, message: typeof says === 'string' ? says : (refusal.message ?? 'is not valid') };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'The request was refused';
}
