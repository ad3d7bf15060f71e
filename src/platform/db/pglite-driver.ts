import { PGlite, type PGliteOptions } from '@electric-sql/pglite';
import { Kysely } from 'kysely';
import { fromPostgres } from '../time/instant.ts';
import { assembleDatabase, CLOCK_MS, type Database, type Driver, type Tables } from './database.ts';
import type { ConstraintFailures } from './database-failure.ts';
import { lockDirectory } from './directory-lock.ts';
import { watchFreeSpace } from './free-space.ts';
import { createPgliteDialect, Turnstile } from './pglite-dialect.ts';

export interface PgliteOptions {
  /** `null` keeps everything in memory. */
  readonly dataDir: string | null;
  readonly constraints: ConstraintFailures;
  /** A database to begin with, as `PGlite.dumpDataDir` makes it. */
  readonly loadDataDir?: Blob;
}

const INT8 = 20;
const TIMESTAMPTZ = 1184;
const USUAL_TYPES = { parsers: { [INT8]: Number, [TIMESTAMPTZ]: (text: string) => new Date(text) } };

export interface EmbeddedDatabase extends Database {
  /** For a library that brings its own SQL and expects a driver's usual types; several statements only without values. */
  execute(text: string, values?: readonly unknown[]): Promise<{ rows: unknown[] }>;
}

/**
 * PostgreSQL inside this process, for one process. It does not call fsync: data survive a killed process, not
 * a machine that loses power.
 */
export async function openPglite(options: PgliteOptions): Promise<EmbeddedDatabase> {
  await using opened = new AsyncDisposableStack();
  if (options.dataDir !== null) opened.use(lockDirectory(options.dataDir));
  const space = options.dataDir === null ? undefined : watchFreeSpace(options.dataDir);
  space?.check();
  const pglite = await PGlite.create(pgliteOptions(options));
  opened.defer(() => pglite.close());
  const turnstile = new Turnstile();
  const owned = opened.move();

  async function execute(text: string, values?: readonly unknown[]): Promise<{ rows: unknown[] }> {
    return exclusively(async () => {
      try {
        if (values?.length) return await pglite.query(text, [...values], USUAL_TYPES);
        return { rows: (await pglite.exec(text, USUAL_TYPES)).flatMap((each) => each.rows) };
      } catch (error) {
        // A script that fails inside its own BEGIN … COMMIT would leave the one connection in that transaction.
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
    kysely: new Kysely<Tables>({ dialect: createPgliteDialect(pglite, turnstile) }),
    beforeWrite: () => space?.check(),
    async listen(channel, onPayload) {
      const stop = await exclusively(() => pglite.listen(channel, onPayload));
      return {
        tellsBeforeCommitAnswers: true,
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

function pgliteOptions({ dataDir, loadDataDir }: PgliteOptions): PGliteOptions {
  return {
    ...(dataDir === null ? {} : { dataDir: `${dataDir}/pgdata` }),
    ...(loadDataDir === undefined ? {} : { loadDataDir }),
    parsers: { [INT8]: Number, [TIMESTAMPTZ]: fromPostgres },
    startParams: [...PGlite.defaultStartParams, '-c', 'TimeZone=UTC'],
  };
}
