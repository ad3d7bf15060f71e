import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Failure, Malformed } from '../errors.ts';
import type { Id } from '../ids.ts';
import { idOf, limitOf } from './parameters.ts';
import { PROBLEM_TYPE, statusOf, toProblem } from './problem.ts';

/** An answer as it is sent. Its body is final, so that a replay under an Idempotency-Key is equal byte for byte. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  /** The text that is stored for repetitions under an Idempotency-Key, where the body shows a secret that no table may have. */
  readonly replayBody?: string;
}

/** Serializes a payload with the response schema that the route declares for `status`. */
export function answerWith(reply: FastifyReply, status: number, payload: unknown): Answer {
  const serialize = reply.getSerializationFunction(String(status));
  if (!serialize) throw new Error(`the route declares no response schema for ${status}`);
  return { status, body: serialize(payload as Record<string, unknown>) as string };
}

/** An answer that shows a secret this once: a repetition under an Idempotency-Key has the other fields only. */
export function answerShowingOnce(reply: FastifyReply, status: number, shown: object, secret: object): Answer {
  const { body: replayBody } = answerWith(reply, status, shown);
  return { ...answerWith(reply, status, { ...shown, ...secret }), replayBody };
}

export function answerFailure(failure: Failure, requestId: string): Answer {
  return { status: statusOf(failure), body: JSON.stringify(toProblem(failure, requestId)) };
}

/** Sends an answer. A handler must return the result: a long answer is encoded first, and is sent after the handler ends. */
export function sendAnswer(reply: FastifyReply, answer: Answer): FastifyReply {
  const type = answer.status >= 400 ? PROBLEM_TYPE : 'application/json; charset=utf-8';
  return reply.code(answer.status).type(type).send(answer.body);
}

/** A cursor: the sort key of the last row, in a form that is opaque to callers. */
export function writeCursor(key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** The pattern of a part of a cursor that is an instant. */
export const TIME_IN_CURSOR = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/;

/** Reads a cursor whose parts match `shape`. @throws Malformed */
export function readCursor(text: string, shape: readonly RegExp[]): string[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (Array.isArray(parts) && parts.length === shape.length) {
      const texts = parts.map(String);
      if (texts.every((part, index) => shape[index]?.test(part))) return texts;
    }
  } catch {
    // Refused below, as any other text that is no cursor.
  }
  throw new Malformed([
    { path: 'query/cursor', message: 'is not a cursor from this list. Leave it out to start at the first page' },
  ]);
}

/** Adds `Link: <…>; rel="next"` (RFC 8288): the URL of this request with another cursor. Adds nothing for `null`. */
export function linkNext(request: FastifyRequest, reply: FastifyReply, cursor: string | null): void {
  if (cursor === null) return;
  const url = new URL(request.url, 'http://localhost');
  url.searchParams.set('cursor', cursor);
  reply.header('link', `<${url.pathname}${url.search}>; rel="next"`);
}

interface PageRequest extends FastifyRequest {
  readonly query: { readonly cursor?: string; readonly limit?: string };
}

interface KeysetList<Row> {
  /** The patterns of the parts of a key. */
  readonly shape: readonly RegExp[];
  /** The sort key of a row. */
  keyOf(row: Row): readonly (string | number)[];
  /** Reads up to `limit` rows after a key; from the start without one. */
  list(afterKey: readonly string[] | undefined, limit: number): Promise<Row[]>;
}

/** One page of a list by a sort key. It reads one row more than it returns, to know whether another page follows. */
export async function pageOf<Row>(
  request: FastifyRequest,
  reply: FastifyReply,
  { shape, keyOf, list }: KeysetList<Row>,
): Promise<{ rows: Row[]; next_cursor: string | null }> {
  const { cursor, limit } = (request as PageRequest).query;
  const pageSize = limitOf(limit);
  const found = await list(cursor === undefined ? undefined : readCursor(cursor, shape), pageSize + 1);
  const rows = found.slice(0, pageSize);
  const last = found.length > pageSize ? rows.at(-1) : undefined;
  const next_cursor = last === undefined ? null : writeCursor(keyOf(last));
  linkNext(request, reply, next_cursor);
  return { rows, next_cursor };
}

/** One page of a list by id. */
export function pageById<Row>(
  request: FastifyRequest,
  reply: FastifyReply,
  list: (afterId: Id | 0, limit: number) => Promise<Row[]>,
  idOfRow: (row: Row) => Id,
): Promise<{ rows: Row[]; next_cursor: string | null }> {
  return pageOf(request, reply, {
    shape: [/^\d+$/],
    keyOf: (row) => [idOfRow(row)],
    list: (key, limit) => list(key === undefined ? 0 : idOf(key[0] ?? '', 'query/cursor'), limit),
  });
}
