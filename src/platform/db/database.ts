import { setTimeout as delay } from 'node:timers/promises';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Logger } from '../logger.ts';
import type { InstantText } from '../time/instant.ts';
import { type ChangeFeed, ListeningFeed, type OpenListening } from './change-feed.ts';
import type { SampledClock } from './database-clock.ts';
import { type ConstraintFailures, isRetryable, toFailure } from './database-failure.ts';

/**
 * The tables, by name. Each module adds its own by declaration merging beside its store, so that this
 * folder knows no business word.
 */
// biome-ignore lint/suspicious/noEmptyInterface: modules merge their tables into it
export interface Tables {}

/** What a read may do. */
export type Reader = Pick<Kysely<Tables>, 'selectFrom' | 'getExecutor'>;

declare const openTransaction: unique symbol;
/**
 * An open transaction. Only `Database.transaction` and `Database.statement` make one, and every function that
 * writes takes one, so a write outside a transaction does not compile.
 */
export type Tx = Transaction<Tables> & { readonly [openTransaction]: true };

interface TransactionOptions {
  /** Whole-transaction tries when PostgreSQL reports a deadlock or a serialization failure; default 5. */
  readonly maxTries?: number;
}

/** PostgreSQL over a pool, or PGlite inside this process: the same SQL, the same errors. */
export interface Database extends AsyncDisposable {
  readonly kind: 'postgres' | 'pglite';
  read<T>(work: (reader: Reader) => Promise<T>): Promise<T>;
  /**
   * Runs `work` in one READ COMMITTED transaction, again from its start after a deadlock or a serialization
   * failure: `work` must have no effect outside the transaction.
   */
  transaction<T>(work: (tx: Tx) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /**
   * Runs exactly one statement, which is then its own transaction: one round trip, and no lock stays held
   * while this process is busy or frozen. A second statement is refused. After a deadlock it is run again, too.
   */
  statement<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /**
   * Hears from the database what changes in it, until the database is closed. From then on `transaction` and
   * `statement` answer only after this feed was told what they changed: who wrote reads what was written.
   */
  openFeed(clock: SampledClock, logger: Logger): Promise<ChangeFeed>;
  /** What an error of this database stands for; for code that must know before the transaction ends. */
  toFailure(error: unknown): unknown;
  /** Connections in use and callers waiting for one. */
  load(): { readonly busy: number; readonly waiting: number };
}

/** What a driver brings; `assembleDatabase` adds transactions, retries and error translation. */
export interface Driver {
  readonly kind: Database['kind'];
  readonly kysely: Kysely<Tables>;
  /** Throws when a write could not be stored safely (a disk that is nearly full). */
  beforeWrite(): void;
  load: Database['load'];
  listen: OpenListening;
  close(): Promise<void>;
}

const RETRY_BASE_MS = 5;

export function assembleDatabase(driver: Driver, constraints: ConstraintFailures): Database {
  const { kysely } = driver;
  const owned = new AsyncDisposableStack();
  owned.defer(() => driver.close());
  const feeds: ChangeFeed[] = [];

  async function translated<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw toFailure(error, constraints);
    }
  }

  /** Again from the start after what PostgreSQL has undone whole, a single statement as much as a transaction. */
  async function retried<T>(work: () => Promise<T>, maxTries = 5): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        driver.beforeWrite();
        return await work();
      } catch (error) {
        if (attempt >= maxTries || !isRetryable(error)) throw toFailure(error, constraints);
        await delay(Math.random() * RETRY_BASE_MS * 2 ** attempt);
      }
    }
  }

  async function told(): Promise<void> {
    await Promise.all(feeds.map((feed) => feed.barrier()));
  }

  async function transaction<T>(work: (tx: Tx) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    const value = await retried(() => kysely.transaction().execute((trx) => work(trx as Tx)), options.maxTries);
    await told();
    return value;
  }

  async function statement<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const value = await retried(() => kysely.connection().execute((connection) => work(oneStatement(connection))));
    await told();
    return value;
  }

  return {
    kind: driver.kind,
    read: (work) => translated(() => work(kysely)),
    transaction,
    statement,
    async openFeed(clock, logger) {
      const feed = owned.use(new ListeningFeed(driver.listen, clock, logger));
      await feed.connect();
      feeds.push(feed);
      return feed;
    },
    toFailure: (error) => toFailure(error, constraints),
    load: () => driver.load(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Serves the `sql` template only, which asks for the executor once for each statement it runs. */
function oneStatement(connection: Kysely<Tables>): Tx {
  let used = false;
  const executorOnce = {
    getExecutor() {
      if (used) throw new Error('Database.statement runs one statement; use Database.transaction for more');
      used = true;
      return connection.getExecutor();
    },
  };
  return executorOnce as unknown as Tx;
}

/** The database's clock in milliseconds since 1970, as a driver asks it. */
export const CLOCK_MS = 'select extract(epoch from holdfast_clock()) * 1000 as ms';

/** A name for this database that no other has. */
export async function readInstallation(reader: Reader): Promise<string> {
  const result = await sql<{ id: string }>`select id from installation`.execute(reader);
  return result.rows[0]?.id ?? '';
}

/** The database's clock: the only one that decides anything. Every instance sees the same. */
export async function readClock(reader: Reader): Promise<InstantText> {
  const result = await sql<{ now: InstantText }>`select holdfast_clock() as now`.execute(reader);
  const row = result.rows[0];
  if (row === undefined) throw new Error('the database did not tell the time');
  return row.now;
}
