import { createPool, type Pool, type PoolConnection, type PoolOptions } from 'mysql2/promise';

/** Runs one statement, and returns its rows. */
export type RunStatement = <Row>(text: string, values?: readonly MysqlValue[]) => Promise<Row[]>;
/** Whole numbers are sent as text: the driver would send a JavaScript number as a float, which no index of integers serves. */
type MysqlValue = string | null;

export interface MysqlOptions {
  readonly connection: PoolOptions;
  /** Maximum number of connections of the pool. */
  readonly connections: number;
  /** Turns a failure of the server, the network or a time-out into the error that callers get. */
  readonly toFailure: (cause: unknown) => Error;
}

/** Time for connecting, waiting for a free connection and one statement, in milliseconds. */
const ANSWER_WITHIN_MS = 8_000;
/** Time after which the server itself ends a statement, in milliseconds. It is the shorter one, so that the server notices. */
const STATEMENT_TIMEOUT_MS = 5_000;

/**
 * Connections to a MySQL or MariaDB of another program. Nothing can be written through them: each session is
 * set to read only before its first statement. Every setting that answers depend on is set too, because the server's
 * defaults may be anything.
 */
export class MysqlClient implements AsyncDisposable {
  readonly #pool: Pool;
  readonly #toFailure: MysqlOptions['toFailure'];

  constructor({ connection, connections, toFailure }: MysqlOptions) {
    this.#toFailure = toFailure;
    this.#pool = createPool({
      ...connection,
      connectionLimit: connections,
      maxIdle: connections,
      queueLimit: 1_000,
      connectTimeout: STATEMENT_TIMEOUT_MS,
      enableKeepAlive: true,
      charset: 'UTF8MB4_GENERAL_CI',
      supportBigNumbers: true,
      dateStrings: true,
      maxPreparedStatements: 200,
    });
    // Runs before the first statement of each connection. A failure ends the connection, so that none is without them.
    this.#pool.pool.on('connection', (opened) => {
      for (const text of SESSION) {
        opened.query(text, (error: Error | null) => {
          if (error) opened.destroy();
        });
      }
    });
  }

  /** The pool as the binary log's reader takes it. */
  get pool() {
    return this.#pool.pool;
  }

  /** Runs one prepared statement. @throws the failure of `toFailure` */
  read: RunStatement = (text, values) => this.session((run) => run(text, values));

  /** Runs statements on one connection. A connection on which anything fails or takes too long is closed. */
  async session<Result>(work: (run: RunStatement) => Promise<Result>): Promise<Result> {
    const { promise: timedOut, reject } = Promise.withResolvers<never>();
    let connection: PoolConnection | undefined;
    let isOver = false;
    const timer = setTimeout(
      () => reject(new Error(`no answer within ${ANSWER_WITHIN_MS / 1_000} s`)),
      ANSWER_WITHIN_MS,
    );
    const opening = this.#pool.getConnection();
    opening.then((late) => isOver && late.release()).catch(() => {});
    try {
      const opened = await Promise.race([opening, timedOut]);
      connection = opened;
      const run: RunStatement = async (text, values = []) => {
        const [rows] = await opened.execute(text, [...values]);
        return rows as never;
      };
      const result = await Promise.race([work(run), timedOut]);
      opened.release();
      return result;
    } catch (error) {
      connection?.destroy();
      throw this.#toFailure(error);
    } finally {
      isOver = true;
      clearTimeout(timer);
      timedOut.catch(() => {});
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A server that does not answer would not answer the farewell either.
    const { promise: waited, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, 1_000);
    await Promise.race([this.#pool.end().catch(() => {}), waited]);
    clearTimeout(timer);
  }
}

/** The comments let each server read only its own time-out: MariaDB counts seconds, MySQL milliseconds. */
const SESSION = [
  'set session transaction read only',
  'set session transaction isolation level repeatable read',
  "set session time_zone = '+00:00', session sql_mode = '', session sql_select_limit = 18446744073709551615",
  'set session autocommit = 1',
  `set session net_write_timeout = 30 /*M! , session max_statement_time = ${STATEMENT_TIMEOUT_MS / 1_000} */
     /*!50708 , session max_execution_time = ${STATEMENT_TIMEOUT_MS} */`,
];

/** The server's number of an error, such as 1227 for a missing privilege; `undefined` for a failure of the network. */
export function mysqlErrno(error: unknown): number | undefined {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const errno = (cause as { errno?: unknown }).errno;
  return typeof errno === 'number' && errno > 0 ? errno : undefined;
}
