import { sql } from 'kysely';
import { Type } from 'typebox';
import type { Database } from '../db/database.ts';
import { Unavailable } from '../errors.ts';
import type { HttpServer } from './http-server.ts';
import { Problems } from './parameters.ts';

const Status = Type.Object({ status: Type.String() });
const ANSWER_WITHIN_MS = 1_000;

/** Alive: the process answers. Ready: it can do its work, and is not about to stop. */
export interface Readiness {
  stopping: boolean;
}

export function addHealthRoutes(app: HttpServer, database: Database, readiness: Readiness): void {
  const tags = ['Operations'];
  app.get(
    '/healthz',
    { schema: { tags, summary: 'Whether the process answers', response: { 200: Status } } },
    async () => ({ status: 'alive' }),
  );
  app.get(
    '/readyz',
    { schema: { tags, summary: 'Whether it can do its work', response: { 200: Status, ...Problems } } },
    async () => {
      if (readiness.stopping) throw new Unavailable('stopping', 'This instance is stopping');
      await withinTime(database.read((reader) => sql`select 1`.execute(reader)));
      return { status: 'ready' };
    },
  );
}

async function withinTime(work: Promise<unknown>): Promise<void> {
  const { promise: timeout, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Unavailable('database-slow', 'The database does not answer')),
    ANSWER_WITHIN_MS,
  );
  try {
    await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
    work.catch(() => {});
  }
}
