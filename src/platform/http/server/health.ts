import { sql } from 'kysely';
import { Type } from 'typebox';
import type { Database } from '../../db/database.ts';
import { Unavailable, unavailable } from '../../errors.ts';
import type { HttpServer } from '../http-server.ts';
import { component } from '../openapi.ts';
import type { Shutdown } from './shutdown.ts';

const ANSWER_WITHIN_MS = 1_000;

const HealthStatus = component(
  'HealthStatus',
  Type.Object(
    {
      status: Type.Unsafe<'alive' | 'ready'>({
        type: 'string',
        enum: ['alive', 'ready'],
        description: '`alive`: the process answers. `ready`: it also reaches its database and is not stopping.',
      }),
    },
    { description: 'The result of a health check.' },
  ),
);

export function addHealthRoutes(app: HttpServer, database: Database, shutdown: Shutdown): void {
  const tags = ['Operations'];

  app.get(
    '/healthz',
    {
      config: { standsAlone: true },
      schema: {
        operationId: 'getHealth',
        tags,
        summary: 'Check that the process is alive',
        description: 'Answers without the database. Restart a process that does not answer.',
        response: { 200: HealthStatus },
      },
    },
    async () => ({ status: 'alive' as const }),
  );

  app.get(
    '/readyz',
    {
      config: { problems: [unavailable('stopping')] },
      schema: {
        operationId: 'getReadiness',
        tags,
        summary: 'Check that the instance is ready for requests',
        description:
          'Answers 503 while the instance is stopping, or when the database does not answer within a second.',
        response: { 200: HealthStatus },
      },
    },
    async () => {
      if (shutdown.isStopping) {
        throw new Unavailable('stopping', 'This instance is stopping. Send the request to another instance.');
      }
      await withinTime(database.read((reader) => sql`select 1`.execute(reader)));
      return { status: 'ready' as const };
    },
  );
}

async function withinTime(work: Promise<unknown>): Promise<void> {
  const { promise: timeout, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () =>
      reject(new Unavailable('database-slow', 'The database did not answer within a second. Try again in a second.')),
    ANSWER_WITHIN_MS,
  );
  try {
    await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
    // When the time is up first, the query's own failure comes later and has no one to report to.
    work.catch(() => {});
  }
}
