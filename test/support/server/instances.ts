import { inventoryConstraints } from '../../../src/modules/inventory/index.ts';
import type { BatchLimits } from '../../../src/modules/reservations/index.ts';
import { openPostgres } from '../../../src/platform/db/postgres-driver.ts';
import type { HttpServer } from '../../../src/platform/http/http-server.ts';
import type { TestDatabase } from '../database/test-database.ts';
import { openTestApp } from './test-app.ts';

/** Batch limits that give each caller its own transaction, with almost as many at once as a pool has connections. */
export const ONE_BY_ONE: BatchLimits = { maxBatchSize: 1, maxConcurrent: 8, maxWaiting: 4_096 };

export interface Instances extends AsyncDisposable {
  readonly apps: readonly HttpServer[];
  /** The instances in turn, so that consecutive indexes use different instances. */
  at(index: number): HttpServer;
}

/** The application name of their sessions in pg_stat_activity. */
export const INSTANCE = 'instance under test';

/** Opens instances of the program on one PostgreSQL database, each with its own connections, as processes have. */
export async function openInstances(
  { url, clock }: TestDatabase,
  count: number,
  limits?: BatchLimits,
  env: Record<string, string> = {},
): Promise<Instances> {
  if (url === undefined) throw new Error('only PostgreSQL can serve several instances');
  await using stack = new AsyncDisposableStack();
  const apps: HttpServer[] = [];
  for (let index = 0; index < count; index += 1) {
    const options = { url, applicationName: INSTANCE, constraints: inventoryConstraints, onBroken() {} };
    const database = stack.use(openPostgres(options));
    const app = await openTestApp(database, env, limits ? { limits, clock } : { clock });
    stack.defer(() => app.close());
    apps.push(app);
  }
  const owned = stack.move();
  return {
    apps,
    at: (index) => pick(apps, index),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function pick(apps: readonly HttpServer[], index: number): HttpServer {
  const app = apps[index % apps.length];
  if (app === undefined) throw new Error('there is no instance');
  return app;
}
