import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Failure, Malformed } from '../errors.ts';
import type { Id } from '../ids.ts';
import { idOf, limitOf } from './parameters.ts';
import { PROBLEM_TYPE, statusOf, toProblem } from './problem.ts';

/** An answer as it is sent: its body is final, so that a replay is equal byte for byte. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Shapes a payload by the response schema the route declares for `status`. */
export function answerWith(reply: FastifyReply, status: number, payload: unknown): Answer {
  const serialize = reply.getSerializationFunction(String(status));
  if (!serialize) throw new Error(`the route declares no response schema for ${status}`);
  return { status, body: serialize(payload as Record<string, unknown>) as string };
}

export function answerFailure(failure: Failure, requestId: string): Answer {
  return { status: statusOf(failure), body: JSON.stringify(toProblem(failure, requestId)) };
}

export function sendAnswer(reply: FastifyReply, answer: Answer): void {
  const type = answer.status >= 400 ? PROBLEM_TYPE : 'application/json; charset=utf-8';
  reply.code(answer.status).type(type).send(answer.body);
}

/** Where a listing goes on: opaque to callers, the last row's sort key to us. */
export function writeCursor(key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** Reads a cursor whose parts are as `shape` says; anything else is malformed. */
export function readCursor(text: string, shape: readonly RegExp[]): string[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (Array.isArray(parts) && parts.length === shape.length) {
      const texts = parts.map(String);
      if (texts.every((part, index) => shape[index]?.test(part))) return texts;
    }
  } catch {
    // Falls through to the one refusal.
  }
  throw new Malformed([{ path: 'query/cursor', message: 'is not a cursor this listing has given out' }]);
}

/** RFC 8288 `Link: <…>; rel="next"`: this request's address with another cursor. */
export function linkNext(request: FastifyRequest, reply: FastifyReply, cursor: string | null): void {
  if (cursor === null) return;
  const url = new URL(request.url, 'http://localhost');
  url.searchParams.set('cursor', cursor);
  reply.header('link', `<${url.pathname}${url.search}>; rel="next"`);
}

interface PageRequest extends FastifyRequest {
  readonly query: { readonly cursor?: string; readonly limit?: string };
}

/** One page of a listing by id: asks for a row more than it shows, to know whether another page follows. */
export async function pageById<Row>(
  request: FastifyRequest,
  reply: FastifyReply,
  list: (afterId: Id | 0, limit: number) => Promise<Row[]>,
  idOfRow: (row: Row) => Id,
): Promise<{ rows: Row[]; next_cursor: string | null }> {
  const { cursor, limit } = (request as PageRequest).query;
  const pageSize = limitOf(limit);
  const afterId = cursor === undefined ? 0 : idOf(readCursor(cursor, [/^\d+$/])[0] ?? '', 'query/cursor');
  const found = await list(afterId, pageSize + 1);
  const rows = found.slice(0, pageSize);
  const last = found.length > pageSize ? rows.at(-1) : undefined;
  const next_cursor = last === undefined ? null : writeCursor([idOfRow(last)]);
  linkNext(request, reply, next_cursor);
  return { rows, next_cursor };
}
