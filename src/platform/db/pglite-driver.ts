import { PGlite, type PGliteOptions } from '@electric-sql/pglite';
import { Kysely, type LogEvent } from 'kysely';
import { fromPostgres } from '../time/instant.ts';
import { assembleDatabase, CLOCK_MS, type Database, type Driver, type Tables } from './database.ts';
import type { ConstraintFailures } from './database-failure.ts';
import { DataDirectoryError, lockDirectory } from './directory-lock.ts';
import { watchFreeSpace } from './free-space.ts';
import { createPgliteDialect, Turnstile } from './pglite-dialect.ts';
import { sessionStatement } from './session/session-settings.ts';

export interface PgliteOptions {
  /** `null` keeps everything in memory. */
  readonly dataDir: string | null;
  readonly constraints: ConstraintFailures;
  /** Initial content of the database, as `PGlite.dumpDataDir` makes it. */
  readonly loadDataDir?: Blob;
  /** Called after each statement. */
  readonly onStatement?: ((event: LogEvent) => void) | undefined;
}

/**
 * PGlite's own parameters, with smaller buffers. Its default is 128 MB, which it fills with zeros at each start: that took
 * 0.4 s and 120 MiB of resident memory. The system's file cache holds what does not fit.
 */
const START_PARAMS = [...PGlite.defaultStartParams, '-c', 'shared_buffers=16MB'];

const INT8 = 20;
const TIMESTAMPTZ = 1184;
/** The types that node-postgres has by default. */
const DEFAULT_TYPES = { parsers: { [INT8]: Number, [TIMESTAMPTZ]: (text: string) => new Date(text) } };

export interface EmbeddedDatabase extends Database {
  /**
   * Runs SQL of a library that expects the default types of a driver. Several statements are possible only without
   * values.
   */
  execute(text: string, values?: readonly unknown[]): Promise<{ rows: unknown[] }>;
}

/**
 * Opens PostgreSQL inside this process, and locks its directory against other processes. PGlite does not call fsync, so
 * data survive a killed process, but not a machine that loses power.
 *
 * @throws DataDirectoryError, Unavailable when the disk is nearly full
 */
export async function openPglite(options: PgliteOptions): Promise<EmbeddedDatabase> {
  await using opened = new AsyncDisposableStack();
  if (options.dataDir !== null) opened.use(lockDirectory(options.dataDir));
  const space = options.dataDir === null ? undefined : watchFreeSpace(options.dataDir);
  space?.check();
  const pglite = await create(options);
  opened.defer(() => pglite.close());
  await pglite.exec(sessionStatement({ applicationName: 'holdfast' }));
  const turnstile = new Turnstile();
  const owned = opened.move();

  async function execute(text: string, values?: readonly unknown[]): Promise<{ rows: unknown[] }> {
    return exclusively(async () => {
      try {
        if (values?.length) return await pglite.query(text, [...values], DEFAULT_TYPES);
        return { rows: (await pglite.exec(text, DEFAULT_TYPES)).flatMap((each) => each.rows) };
      } catch (error) {
        // A script that fails between its own BEGIN and COMMIT would leave the one connection in that transaction.
        await pglite.exec('rollback');
        throw error;
      }
    });
  }

  async function exclusively<T>(work: () => Promise<T>): Promise<T> {
    const leave = await turnstile.enter();
    try {
      return await work();
    } finally {
      leave();
    }
  }

  const driver: Driver = {
    kind: 'pglite',
    kysely: new Kysely<Tables>({
      dialect: createPgliteDialect(pglite, turnstile),
      ...(options.onStatement && { log: options.onStatement }),
    }),
    beforeWrite: () => space?.check(),
    async listen(channel, onPayload) {
      const stop = await exclusively(() => pglite.listen(channel, onPayload));
      return {
        deliversBeforeCommitReturns: true,
        ping: () => exclusively(async () => Number((await pglite.query<{ ms: string }>(CLOCK_MS)).rows[0]?.ms)),
        close: () => exclusively(() => stop()),
      };
    },
    load: () => turnstile.load(),
    async close() {
      await exclusively(() => owned.disposeAsync());
    },
  };
  return { ...assembleDatabase(driver, options.constraints), execute };
}

async function create(options: PgliteOptions): Promise<PGlite> {
  try {
    return await PGlite.create(pgliteOptions(options));
  } catch (error) {
    if (options.dataDir === null) throw error;
    throw new DataDirectoryError(
      `${options.dataDir} does not hold a database that can be opened (${error}). ` +
        'Restore a backup, or set HOLDFAST_DATA_DIR to another directory.',
      { cause: error },
    );
  }
}

function pgliteOptions({ dataDir, loadDataDir }: PgliteOptions): PGliteOptions {
  return {
    startParams: START_PARAMS,
    ...(dataDir === null ? {} : { dataDir: `${dataDir}/pgdata` }),
    ...(loadDataDir === undefined ? {} : { loadDataDir }),
    parsers: { [INT8]: Number, [TIMESTAMPTZ]: fromPostgres },
  };
}
