import { sql } from 'kysely';
import { Type } from 'typebox';
import type { Database } from '../../db/database.ts';
import { Unavailable, unavailable } from '../../errors.ts';
import type { HttpServer } from '../http-server.ts';
import { component, nullable } from '../openapi.ts';
import type { Shutdown } from './shutdown.ts';

const ANSWER_WITHIN_MS = 1_000;

const HealthStatus = component(
  'HealthStatus',
  Type.Object(
    {
      status: Type.Unsafe<'alive'>({
        type: 'string',
        enum: ['alive'],
        description: 'The process answers.',
      }),
    },
    { description: 'The result of a health check.' },
  ),
);

/** Something that the instance works without, more slowly or with older data. */
export interface OptionalDependency {
  readonly name: 'change-feed' | 'redis' | 'orders-source';
  /** Why it is not in use; `undefined` while it is. */
  readonly trouble: string | undefined;
}

const OptionalDependencyState = component(
  'OptionalDependency',
  Type.Object(
    {
      name: Type.Unsafe<OptionalDependency['name']>({
        type: 'string',
        enum: ['change-feed', 'redis', 'orders-source'],
        description: '`redis` is listed where REDIS_URL is set, `orders-source` where ORDERS_SOURCE_URL is.',
      }),
      state: Type.Unsafe<'in-use' | 'not-in-use'>({
        type: 'string',
        enum: ['in-use', 'not-in-use'],
        description: 'Whether the instance uses it now.',
      }),
      reason: nullable(Type.String({ description: 'Why it is not in use.' })),
    },
    { description: 'A dependency that the instance works without, more slowly or with older data.' },
  ),
);

const Readiness = component(
  'Readiness',
  Type.Object(
    {
      status: Type.Unsafe<'ready'>({
        type: 'string',
        enum: ['ready'],
        description: 'The instance reaches its database and is not stopping.',
      }),
      dependencies: Type.Array(OptionalDependencyState, {
        description: 'Optional dependencies: the instance is ready without them.',
      }),
    },
    { description: 'The result of a readiness check.' },
  ),
);

interface HealthDeps {
  readonly database: Database;
  readonly shutdown: Shutdown;
  readonly dependencies: () => readonly OptionalDependency[];
}

export function addHealthRoutes(app: HttpServer, { database, shutdown, dependencies }: HealthDeps): void {
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
        response: { 200: Readiness },
      },
    },
    async () => {
      if (shutdown.isStopping && !shutdown.isReplaced) {
        throw new Unavailable('stopping', 'This instance is stopping. Send the request to another instance.');
      }
      await withinTime(database.read((reader) => sql`select 1`.execute(reader)));
      const states = dependencies().map(({ name, trouble }) => ({
        name,
        state: trouble === undefined ? ('in-use' as const) : ('not-in-use' as const),
        reason: trouble ?? null,
      }));
      return { status: 'ready' as const, dependencies: states };
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
