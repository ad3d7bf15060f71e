import { fileURLToPath } from 'node:url';
import type { Config } from '../config/config.ts';
import { inventoryConstraints } from '../modules/inventory/index.ts';
import { orderConstraints } from '../modules/orders/index.ts';
import { checkJobsSchema, checkServer } from '../platform/db/check-server.ts';
import type { Database } from '../platform/db/database.ts';
import { migrate, readMigrations } from '../platform/db/migrate.ts';
import type { JobsStore } from '../platform/jobs/jobs.ts';
import type { Logger } from '../platform/logger.ts';

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));

const constraints = { ...inventoryConstraints, ...orderConstraints };

/** An open database, and how background jobs reach it. */
export interface OpenedDatabase extends AsyncDisposable {
  readonly database: Database;
  readonly jobsStore: JobsStore;
}

/**
 * Opens the database that the configuration names: PostgreSQL, or PGlite inside this process. Only its own driver is
 * loaded.
 *
 * @throws StartError, DataDirectoryError, Failure
 */
export async function openDatabase(config: Config, logger: Logger): Promise<OpenedDatabase> {
  if (config.database.kind === 'postgres') {
    const url = config.database.url.reveal();
    const onBroken = (error: Error) => logger.warn({ err: error }, 'a database connection broke');
    const { openPostgres } = await import('../platform/db/postgres-driver.ts');
    await using stack = new AsyncDisposableStack();
    const database = stack.use(openPostgres({ url, constraints, onBroken }));
    await checkServer(database);
    stack.move();
    return toOpened(database, { kind: 'postgres', url });
  }
  const { openPglite } = await import('../platform/db/pglite-driver.ts');
  const database = await openPglite({ dataDir: config.database.dataDir, constraints });
  return toOpened(database, { kind: 'pglite', database });
}

function toOpened(database: Database, jobsStore: JobsStore): OpenedDatabase {
  return { database, jobsStore, [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() };
}

/**
 * Brings the schema up to date. Background jobs create their own tables; this checks that they can.
 *
 * @returns the names of the migrations applied now
 * @throws MigrationError, StartError, Failure
 */
export async function migrateDatabase(database: Database): Promise<string[]> {
  const applied = await migrate(database, await readMigrations(MIGRATIONS));
  if (database.kind === 'postgres') await checkJobsSchema(database);
  return applied;
}
