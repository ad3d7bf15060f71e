import type { PGlite } from '@electric-sql/pglite';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely';

/**
 * A queue that admits one caller at a time, in the order of arrival. Between two callers the event loop has a turn: PGlite
 * runs in this thread and never waits for anything else, so callers that follow each other would keep requests from being
 * read.
 */
export class Turnstile {
  #tail: Promise<void> = Promise.resolve();
  /** Callers that have entered or wait. */
  #callers = 0;

  /** Resolves when it is the caller's turn, with the function that ends the turn. */
  async enter(): Promise<() => void> {
    const previous = this.#tail;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#tail = promise;
    this.#callers += 1;
    await previous;
    return () => {
      this.#callers -= 1;
      setImmediate(resolve);
    };
  }

  /** Number of callers that are in, 0 or 1, and that wait. */
  load(): { busy: number; waiting: number } {
    return { busy: Math.min(this.#callers, 1), waiting: Math.max(this.#callers - 1, 0) };
  }
}

/**
 * A Kysely dialect for PGlite. PGlite has one connection, so each borrower waits at a turnstile that pg-boss, the change
 * feed and closing pass too: one queue, whose length can be shown and whose end can be awaited. Kysely's own PGlite
 * dialect queues only its own callers.
 */
export function createPgliteDialect(pglite: PGlite, turnstile: Turnstile): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => createDriver(pglite, turnstile),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
}

interface Loan extends DatabaseConnection {
  giveBack(): void;
}

function createDriver(pglite: PGlite, turnstile: Turnstile): Driver {
  const run = async (connection: DatabaseConnection, text: string) => {
    await connection.executeQuery(CompiledQuery.raw(text));
  };
  return {
    async init() {},
    async acquireConnection(): Promise<Loan> {
      const giveBack = await turnstile.enter();
      return {
        giveBack,
        executeQuery: (query) => executeQuery(pglite, query),
        streamQuery: () => {
          throw new Error('PGlite does not stream');
        },
      };
    },
    beginTransaction: (connection) => run(connection, 'begin'),
    async commitTransaction(connection) {
      await run(connection, 'commit');
    },
    rollbackTransaction: (connection) => run(connection, 'rollback'),
    async releaseConnection(connection) {
      (connection as Loan).giveBack();
    },
    async destroy() {},
  };
}

async function executeQuery<R>(pglite: PGlite, query: CompiledQuery): Promise<QueryResult<R>> {
  const result = await pglite.query<R>(query.sql, [...query.parameters]);
  return { rows: result.rows, numAffectedRows: BigInt(result.affectedRows ?? 0) };
}
