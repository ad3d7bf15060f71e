import { inventoryConstraints } from '../../src/modules/inventory/index.ts';
import { type BatchLimits, DEFAULT_BATCH_LIMITS } from '../../src/modules/reservations/index.ts';
import { openPostgres } from '../../src/platform/db/postgres-driver.ts';
import type { HttpServer } from '../../src/platform/http/server.ts';
import { openTestApp } from './test-app.ts';
import type { TestDatabase } from './test-database.ts';

/** Each caller in a transaction of its own, and as many of them at once as a pool has connections. */
export const ONE_BY_ONE: BatchLimits = { ...DEFAULT_BATCH_LIMITS, maxBatchSize: 1, maxConcurrent: 8 };

export interface Instances extends AsyncDisposable {
  readonly apps: readonly HttpServer[];
  /** The instances in turn, so that neighbours go to different ones. */
  at(index: number): HttpServer;
}

/** Several instances of the program on one PostgreSQL database, each with its own connections as a process has. */
export async function openInstances(
  { url }: TestDatabase,
  count: number,
  limits: BatchLimits = DEFAULT_BATCH_LIMITS,
): Promise<Instances> {
  if (url === undefined) throw new Error('only PostgreSQL can be shared by several instances');
  await using stack = new AsyncDisposableStack();
  const apps: HttpServer[] = [];
  for (let index = 0; index < count; index += 1) {
    const database = stack.use(openPostgres({ url, constraints: inventoryConstraints, onIdleError() {} }));
    const app = await openTestApp(database, {}, limits);
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
