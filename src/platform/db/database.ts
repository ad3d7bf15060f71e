import { setTimeout as delay } from 'node:timers/promises';
import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
import type { Logger } from '../logger.ts';
import type { InstantText } from '../time/instant.ts';
import { type ChangeFeed, ListeningFeed, type OpenListening, type RestingFeed } from './change-feed.ts';
import type { SampledClock } from './database-clock.ts';
import { type ConstraintFailures, isRetryable, toFailure } from './database-failure.ts';

/**
 * The tables by name. Each module adds its own by declaration merging, beside its store, so that this folder knows no
 * business word.
 */
// biome-ignore lint/suspicious/noEmptyInterface: modules merge their tables into it
export interface Tables {}

/** Access for reads: queries without a transaction. */
export type Reader = Pick<Kysely<Tables>, 'selectFrom' | 'getExecutor'>;

declare const openTransaction: unique symbol;
/**
 * An open transaction. Only `Database.transaction` and `Database.statement` create one, and every function that writes
 * takes one, so a write outside a transaction does not compile.
 */
export type Tx = Transaction<Tables> & { readonly [openTransaction]: true };

interface StatementOptions {
  /**
   * Whether to resolve only when this process's feeds have delivered the change. Defaults to true. A write that no view
   * shows saves a round trip without it.
   */
  readonly awaitsFeed?: boolean;
}

interface TransactionOptions {
  /** Maximum number of tries when PostgreSQL reports a deadlock or a serialization failure. Defaults to 5. */
  readonly maxTries?: number;
}

/** PostgreSQL through a pool, or PGlite inside this process, with the same SQL and the same errors. */
export interface Database extends AsyncDisposable {
  readonly kind: 'postgres' | 'pglite';
  read<T>(work: (reader: Reader) => Promise<T>): Promise<T>;
  /**
   * Runs `work` in one READ COMMITTED transaction. After a deadlock or a serialization failure it runs again from its
   * start, so it must have no effect outside the transaction.
   */
  transaction<T>(work: (tx: Tx) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /**
   * Runs exactly one statement, which is its own transaction: one round trip, and no lock is held while this process is
   * busy or frozen. A second statement is refused. After a deadlock the statement runs again.
   */
  statement<T>(work: (tx: Tx) => Promise<T>, options?: StatementOptions): Promise<T>;
  /**
   * Opens a feed of the changes in the database, which ends when the database is closed. From then on `transaction` and
   * `statement` resolve only after this feed has delivered their changes, so that callers read their own writes.
   */
  openFeed(clock: SampledClock, logger: Logger): Promise<RestingFeed>;
  /** Translates an error of this database into a failure, for code that needs it before the transaction ends. */
  toFailure(error: unknown): unknown;
  /** Number of connections in use, and of callers waiting for one. */
  load(): { readonly busy: number; readonly waiting: number };
}

/** The part of a database that differs by driver. `assembleDatabase` adds transactions, retries and error translation. */
export interface Driver {
  readonly kind: Database['kind'];
  readonly kysely: Kysely<Tables>;
  /** Throws `Unavailable` when a write could not be stored safely, as on a disk that is nearly full. */
  beforeWrite(): void;
  load: Database['load'];
  listen: OpenListening;
  close(): Promise<void>;
}

const RETRY_BASE_MS = 5;

/** Builds a database on a driver. @param constraints turns violated constraints into failures */
export function assembleDatabase(driver: Driver, constraints: ConstraintFailures): Database {
  const { kysely } = driver;
  const owned = new AsyncDisposableStack();
  owned.defer(() => driver.close());
  const feeds: ChangeFeed[] = [];

  async function translateErrors<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw toFailure(error, constraints);
    }
  }

  /** Runs work again from its start after errors for which PostgreSQL has rolled back everything. */
  async function retry<T>(work: () => Promise<T>, maxTries = 5): Promise<T> {
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

  async function changesDelivered(): Promise<void> {
    await Promise.all(feeds.map((feed) => feed.barrier()));
  }

  async function transaction<T>(work: (tx: Tx) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    const value = await retry(() => kysely.transaction().execute((trx) => work(trx as Tx)), options.maxTries);
    await changesDelivered();
    return value;
  }

  async function statement<T>(work: (tx: Tx) => Promise<T>, { awaitsFeed = true }: StatementOptions = {}): Promise<T> {
    const value = await retry(() => kysely.connection().execute((connection) => work(oneStatement(connection))));
    if (awaitsFeed) await changesDelivered();
    return value;
  }

  return {
    kind: driver.kind,
    read: (work) => translateErrors(() => work(kysely)),
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

/** A transaction for one statement of the `sql` template, which gets the executor once per statement. */
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

/** A value as an SQL parameter of the type jsonb; SQL's null for `null`. */
export function toJsonb(value: object | null): RawBuilder<unknown> {
  return sql`${value === null ? null : JSON.stringify(value)}::jsonb`;
}

/** Query for the database's clock in milliseconds since 1970, for drivers. */
export const CLOCK_MS = 'select extract(epoch from holdfast_clock()) * 1000 as ms';

/** The unique id of this database. */
export async function readInstallation(reader: Reader): Promise<string> {
  const result = await sql<{ id: string }>`select id from installation`.execute(reader);
  return result.rows[0]?.id ?? '';
}

/** The database's clock. Only this clock decides, because it is the same for every instance. */
export async function readClock(reader: Reader): Promise<InstantText> {
  const result = await sql<{ now: InstantText }>`select holdfast_clock() as now`.execute(reader);
  const row = result.rows[0];
  if (row === undefined) throw new Error('the database returned no time');
  return row.now;
}
