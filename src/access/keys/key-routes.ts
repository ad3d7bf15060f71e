import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { Database, Tx } from '../../platform/db/database.ts';
import { noSuch } from '../../platform/errors.ts';
import { answerShowingOnce, pageOf, TIME_IN_CURSOR } from '../../platform/http/answer.ts';
import type { HttpServer } from '../../platform/http/http-server.ts';
import { answerOnce } from '../../platform/http/idempotency.ts';
import { instantOf } from '../../platform/http/parameters.ts';
import { actorOf } from '../principal.ts';
import { KeyEnded, KeyRefused } from './key-failures.ts';
import { readKeyRequest } from './key-request.ts';
import { toKeyResponse, toNewKeyResponse } from './key-response.ts';
import { KeyBody, KeyList, KeyListQuery, KeyParams, NewKey, RotateBody } from './key-schemas.ts';
import { type CreatedKey, insertKey, type Key, type KeyPlace, listKeys, revokeKey, rotateKey } from './key-store.ts';

const DEFAULT_OVERLAP_S = 86_400;

/** Keys under /api/v1: create, list, revoke and rotate. */
export function addKeyRoutes(app: HttpServer, database: Database): void {
  const tags = ['Access'];

  app.post(
    '/api/v1/keys',
    {
      config: { problems: [noSuch('provider'), noSuch('client'), KeyRefused] },
      schema: {
        operationId: 'createKey',
        tags,
        summary: 'Create a key',
        description: 'Creates a key. Its text is in this answer and nowhere else: the server stores only its hash.',
        body: KeyBody,
        response: { 201: NewKey },
      },
    },
    (request, reply) => {
      const keyRequest = readKeyRequest(request.body);
      return answerWithKey(database, request, reply, (tx) => insertKey(tx, keyRequest));
    },
  );

  app.get(
    '/api/v1/keys',
    {
      config: { paged: true },
      schema: {
        operationId: 'listKeys',
        tags,
        summary: 'List keys',
        description: 'Lists all keys without their secrets, oldest first, a page at a time.',
        querystring: KeyListQuery,
        response: { 200: KeyList },
      },
    },
    async (request, reply) => {
      const { rows, next_cursor } = await pageOf<Key>(request, reply, {
        shape: [TIME_IN_CURSOR, ID_IN_CURSOR],
        keyOf: ({ created_at, key_id }) => [created_at, key_id],
        list: (place, limit) => database.read((reader) => listKeys(reader, placeOf(place), limit)),
      });
      return { keys: rows.map(toKeyResponse), next_cursor };
    },
  );

  app.delete(
    '/api/v1/keys/:key_id',
    {
      config: { problems: [noSuch('key')] },
      schema: {
        operationId: 'revokeKey',
        tags,
        summary: 'Revoke a key',
        description: 'Ends a key on every instance within a second. A revoked key can be revoked again.',
        params: KeyParams,
        response: { 204: Type.Null({ description: 'The key is revoked.' }) },
      },
    },
    async (request, reply) => {
      await database.transaction((tx) => revokeKey(tx, request.params.key_id));
      logKey(request, 'key revoked', { key_id: request.params.key_id });
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/api/v1/keys/:key_id/rotate',
    {
      config: { problems: [noSuch('key'), KeyEnded] },
      schema: {
        operationId: 'rotateKey',
        tags,
        summary: 'Rotate a key',
        description: 'Creates a key that replaces another one, which ends after an overlap in which both work.',
        params: KeyParams,
        body: RotateBody,
        response: { 201: NewKey },
      },
    },
    (request, reply) => {
      const { key_id } = request.params;
      const { overlap_seconds = DEFAULT_OVERLAP_S } = request.body;
      return answerWithKey(database, request, reply, (tx) => rotateKey(tx, key_id, overlap_seconds), key_id);
    },
  );
}

const ID_IN_CURSOR = /^[0-9a-f]{20}$/;

function placeOf(key: readonly string[] | undefined): KeyPlace | undefined {
  const [createdAt, keyId] = key ?? [];
  return createdAt === undefined || keyId === undefined
    ? undefined
    : { createdAt: instantOf(createdAt, 'query/cursor'), keyId };
}

/**
 * Makes a key and answers with it, once under an Idempotency-Key, and logs it when it is committed.
 *
 * @param replaces the key that a rotation replaces
 */
async function answerWithKey(
  database: Database,
  request: FastifyRequest,
  reply: FastifyReply,
  make: (tx: Tx) => Promise<CreatedKey>,
  replaces?: string,
): Promise<void> {
  const made: Key[] = [];
  await answerOnce(database, request, reply, async (tx) => {
    const { key, ...created } = await make(tx);
    made.push(created);
    return answerShowingOnce(reply, 201, toNewKeyResponse(created), { key });
  });
  const key = made.at(-1);
  if (key === undefined) return;
  const { key_id, role, subject } = key;
  logKey(request, replaces === undefined ? 'key created' : 'key rotated', { key_id, role, subject, replaces });
}

/** Logs what was done to a key, and who did it. */
function logKey(
  { id, principal, log }: FastifyRequest,
  what: string,
  key: Partial<Key> & { replaces?: string | undefined },
): void {
  log.info({ reqId: id, actor: actorOf(principal), ...key }, what);
}
