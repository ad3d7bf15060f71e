import { fileURLToPath } from 'node:url';
import type { Config } from '../config/config.ts';
import type { PostgresConfig } from '../config/database.ts';
import { inventoryConstraints } from '../modules/inventory/index.ts';
import { orderConstraints } from '../modules/orders/index.ts';
import { checkJobsSchema, checkServer, requireSameDatabase } from '../platform/db/check-server.ts';
import type { Database } from '../platform/db/database.ts';
import { migrate, readMigrations, readSchemaState, type SchemaState } from '../platform/db/migrate.ts';
import type { PgliteOptions } from '../platform/db/pglite-driver.ts';
import type { JobsStore } from '../platform/jobs/jobs.ts';
import type { Logger } from '../platform/logger.ts';
import { traceStatements } from '../platform/tracing/trace-statements.ts';
import type { Tracing } from '../platform/tracing/tracing.ts';

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));

const constraints = { ...inventoryConstraints, ...orderConstraints };

/** An open database, and how background jobs reach it. */
export interface OpenedDatabase extends AsyncDisposable {
  readonly database: Database;
  readonly jobsStore: JobsStore;
  /**
   * Brings the schema up to date. Background jobs create their own tables; this checks that they can.
   *
   * @returns the names of the migrations applied now
   * @throws MigrationError, StartError, Failure
   */
  readonly migrate: () => Promise<string[]>;
}

/**
 * Opens the database that the configuration names: PostgreSQL, or PGlite inside this process. Only its own driver is
 * loaded.
 *
 * @throws StartError, DataDirectoryError, Failure
 */
export async function openDatabase(config: Config, logger: Logger, tracing?: Tracing): Promise<OpenedDatabase> {
  const onStatement = tracing && traceStatements(tracing);
  return config.database.kind === 'postgres'
    ? openServer(config.database, logger, onStatement)
    : openEmbedded(config.database.dataDir, onStatement);
}

type OnStatement = PgliteOptions['onStatement'];

async function openServer(config: PostgresConfig, logger: Logger, onStatement: OnStatement): Promise<OpenedDatabase> {
  const url = config.url.reveal();
  const directUrl = config.directUrl?.reveal();
  const onBroken = (error: Error) => logger.warn({ err: error }, 'a database connection broke');
  const { openPostgres } = await import('../platform/db/postgres-driver.ts');
  const { requireSession } = await import('../platform/db/check-pooler.ts');
  await using stack = new AsyncDisposableStack();
  const database = stack.use(
    openPostgres({ url, directUrl, constraints, maxConnections: config.connections, onBroken, onStatement }),
  );
  await checkServer(database);
  if (directUrl === undefined) {
    await requireSession(url, 'DATABASE_URL');
    stack.move();
    return toOpened(database, { kind: 'postgres', url }, () => migrateDatabase(database));
  }
  await requireSession(directUrl, 'DATABASE_DIRECT_URL');
  stack.move();
  return toOpened(database, { kind: 'postgres', url: directUrl }, async () => {
    await using direct = openPostgres({ url: directUrl, constraints, maxConnections: 1, onBroken });
    await requireSameDatabase(database, direct);
    return await migrateDatabase(direct);
  });
}

async function openEmbedded(dataDir: string | null, onStatement: OnStatement): Promise<OpenedDatabase> {
  const { openPglite } = await import('../platform/db/pglite-driver.ts');
  const database = await openPglite({ dataDir, constraints, onStatement });
  return toOpened(database, { kind: 'pglite', database }, () => migrateDatabase(database));
}

function toOpened(database: Database, jobsStore: JobsStore, applyMigrations: () => Promise<string[]>): OpenedDatabase {
  return {
    database,
    jobsStore,
    migrate: applyMigrations,
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

/** Brings the schema up to date, as `OpenedDatabase.migrate` does. */
export async function migrateDatabase(database: Database): Promise<string[]> {
  const applied = await migrate(database, await readMigrations(MIGRATIONS));
  if (database.kind === 'postgres') await checkJobsSchema(database);
  return applied;
}

/** How the schema differs from what this program needs. It changes nothing. @throws MigrationError, Failure */
export async function readSchemaDifference(database: Database): Promise<SchemaState> {
  return readSchemaState(database, await readMigrations(MIGRATIONS));
}
