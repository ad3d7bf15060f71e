import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Database, Tx } from '../../../platform/db/database.ts';
import { NotFound, noSuch } from '../../../platform/errors.ts';
import { answerWith, sendAnswer } from '../../../platform/http/answer.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import { answerOnce } from '../../../platform/http/idempotency.ts';
import { hasOpenPull } from '../pulls/pull-ledger-store.ts';
import type { Supplier } from '../supplier/supplier.ts';
import { readPaused, setPaused } from '../supplier/supplier-store.ts';
import { unparkWriteBacks } from '../write-back/write-back-store.ts';
import { PullStillOpen } from './sync-failures.ts';
import * as schemas from './sync-schemas.ts';
import { overallState, readSyncStatus, toSyncState } from './sync-status.ts';

/** How long a pause waits for the pulls that started before it; longer than an adapter takes for one. */
const OPEN_PULLS_END_WITHIN_MS = 12_000;
const POLL_MS = 50;

interface SyncRoutesDeps {
  readonly database: Database;
  readonly suppliers: readonly Supplier[];
}

interface SupplierRequest extends FastifyRequest {
  readonly query: { readonly supplier?: string };
}

/** Routes that pause and resume the sync of suppliers and show its status. */
export function addSyncRoutes(app: HttpServer, { database, suppliers }: SyncRoutesDeps): void {
  const tags = ['Sync'];
  const allIds = suppliers.map(({ id }) => id);

  /** The suppliers that a request names. Empty for a supplier that is not configured. */
  function idsOf({ query: { supplier } }: SupplierRequest): readonly string[] {
    return supplier === undefined ? allIds : allIds.filter((id) => id === supplier);
  }

  function setSync(
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
      const isPaused = await readPaused(tx, allIds);
      const states = allIds.map((id) => ({ id, status: toSyncState(isPaused.get(id)) }));
      return answerWith(reply, 200, { status: overallState(states.map(({ status }) => status)), suppliers: states });
    };
    return answerOnce(database, request, reply, work, settle);
  }

  app.post(
    '/api/v1/sync/pause',
    {
      config: { problems: [noSuch('supplier'), PullStillOpen] },
      schema: {
        operationId: 'pauseSync',
        tags,
        summary: 'Pause sync',
        description:
          'Stops pulls on all instances until `resume`, also across restarts. No pull starts after the answer. ' +
          'Bookings and cancellations are still sent.',
        querystring: schemas.SupplierQuery,
        response: { 200: schemas.SyncStates },
      },
    },
    (request, reply) => setSync(request, reply, true, () => untilPullsEnd(database, idsOf(request))),
  );

  app.post(
    '/api/v1/sync/resume',
    {
      config: { problems: [noSuch('supplier')] },
      schema: {
        operationId: 'resumeSync',
        tags,
        summary: 'Resume sync and retry parked write-backs',
        description:
          'Allows pulls again. Bookings and cancellations that were parked after too many failures are sent again.',
        querystring: schemas.SupplierQuery,
        response: { 200: schemas.SyncStates },
      },
    },
    (request, reply) => setSync(request, reply, false),
  );

  app.get(
    '/api/v1/sync/status',
    {
      schema: {
        operationId: 'getSyncStatus',
        tags,
        summary: 'Get the status of the sync',
        description:
          'Returns for each supplier how much of its inventory is within its target age, how much of each pull limit ' +
          'is used, when the next pull is allowed and what went wrong last.',
        response: { 200: schemas.SyncStatus },
      },
    },
    async (_request, reply) => {
      reply.header('cache-control', 'no-store');
      return sendAnswer(
        reply,
        answerWith(reply, 200, await database.read((reader) => readSyncStatus(reader, suppliers))),
      );
    },
  );

  // A connectivity check that older programs call; it is not part of the described API.
  app.get('/test', { schema: { hide: true, response: { 200: schemas.Greeting } } }, async () => ({ hello: 'world' }));
}

/** Waits until no pull is open. A pull is reserved before it is sent, and after a pause none is reserved. */
async function untilPullsEnd(database: Database, supplierIds: readonly string[]): Promise<void> {
  const endsAt = performance.now() + OPEN_PULLS_END_WITHIN_MS;
  while (await database.read((reader) => hasOpenPull(reader, supplierIds))) {
    if (performance.now() >= endsAt) throw new PullStillOpen();
    await delay(POLL_MS);
  }
}
