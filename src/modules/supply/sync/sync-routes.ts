import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Database, Tx } from '../../../platform/db/database.ts';
import { NotFound } from '../../../platform/errors.ts';
import { answerWith, sendAnswer } from '../../../platform/http/answer.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import { answerOnce } from '../../../platform/http/idempotency.ts';
import { Problems } from '../../../platform/http/parameters.ts';
import type { Supplier } from '../supplier/supplier.ts';
import { hasOpenPull, readPaused, setPaused } from '../supplier/supplier-store.ts';
import { pullStillOpen } from '../supply-failures.ts';
import * as schemas from '../supply-schemas.ts';
import { unparkWriteBacks } from '../write-back/write-back-store.ts';
import { overall, readSyncStatus, stateOf } from './sync-status.ts';

/** How long a pause waits for pulls that began before it: longer than an adapter takes over one. */
const PULLS_END_WITHIN_MS = 12_000;
const LOOK_EVERY_MS = 50;

interface SyncDeps {
  readonly database: Database;
  readonly suppliers: readonly Supplier[];
}

interface SupplierRequest extends FastifyRequest {
  readonly query: { readonly supplier?: string };
}

/** The sync of suppliers: to stop it, to let it go on, and to see how far it is. */
export function addSyncRoutes(app: HttpServer, { database, suppliers }: SyncDeps): void {
  const tags = ['Sync'];
  const allIds = suppliers.map(({ id }) => id);

  /** None for a supplier that is not configured. */
  function idsOf({ query: { supplier } }: SupplierRequest): readonly string[] {
    return supplier === undefined ? allIds : allIds.filter((id) => id === supplier);
  }

  function answerPaused(
    request: SupplierRequest,
    reply: FastifyReply,
    paused: boolean,
    settle?: () => Promise<void>,
  ): Promise<void> {
    const ids = idsOf(request);
    const { supplier } = request.query;
    const work = async (tx: Tx) => {
      if (supplier !== undefined && ids.length === 0) throw new NotFound('supplier', supplier);
      await setPaused(tx, ids, paused);
      if (!paused) await unparkWriteBacks(tx, ids);
      const known = await readPaused(tx, allIds);
      const states = allIds.map((id) => ({ id, status: stateOf(known.get(id)) }));
      return answerWith(reply, 200, { status: overall(states.map(({ status }) => status)), suppliers: states });
    };
    return answerOnce(database, request, reply, work, settle);
  }

  app.post(
    '/api/v1/sync/pause',
    {
      schema: {
        tags,
        summary: 'Stop pulling, on all instances and until it is resumed; no pull starts after the answer',
        querystring: schemas.SupplierQuery,
        response: { 200: schemas.SyncPaused, ...Problems },
      },
    },
    (request, reply) => answerPaused(request, reply, true, () => pullsEnded(database, idsOf(request))),
  );

  app.post(
    '/api/v1/sync/resume',
    {
      schema: {
        tags,
        summary: 'Go on pulling, and try again to tell suppliers what they could not be told',
        querystring: schemas.SupplierQuery,
        response: { 200: schemas.SyncPaused, ...Problems },
      },
    },
    (request, reply) => answerPaused(request, reply, false),
  );

  app.get(
    '/api/v1/sync/status',
    {
      schema: {
        tags,
        summary: 'How far the sync of each supplier is, and when it may go on',
        response: { 200: schemas.SyncStatus, ...Problems },
      },
    },
    async (_request, reply) => {
      reply.header('cache-control', 'no-store');
      sendAnswer(reply, answerWith(reply, 200, await database.read((reader) => readSyncStatus(reader, suppliers))));
    },
  );

  app.get(
    '/test',
    { schema: { tags, summary: 'Say hello', response: { 200: schemas.Hello, ...Problems } } },
    async () => ({ hello: 'world' }),
  );
}

/** A pull is reserved before it is sent, so one that is open may be about to start. None is reserved any more. */
async function pullsEnded(database: Database, supplierIds: readonly string[]): Promise<void> {
  const endsAt = performance.now() + PULLS_END_WITHIN_MS;
  while (await database.read((reader) => hasOpenPull(reader, supplierIds))) {
    if (performance.now() >= endsAt) throw pullStillOpen();
    await delay(LOOK_EVERY_MS);
  }
}
