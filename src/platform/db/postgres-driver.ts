import { Kysely, PostgresDialect, type PostgresPoolClient } from 'kysely';
import pg from 'pg';
import { fromPostgres } from '../time/instant.ts';
import type { ListeningConnection } from './change-feed.ts';
import { assembleDatabase, CLOCK_MS, type Database, type Driver, type Tables } from './database.ts';
import { type ConstraintFailures, isPostgresError } from './database-failure.ts';

export interface PostgresOptions {
  readonly url: string;
  readonly constraints: ConstraintFailures;
  readonly maxConnections?: number;
  /** How long a query may take before this process gives it up; longer than PostgreSQL's own limit unless told. */
  readonly giveUpAfterMs?: number;
  /** A connection that broke, idle or in use; an error event without a listener would end the process. */
  readonly onBroken: (error: Error) => void;
}

const INT8 = 20;
const TIMESTAMPTZ = 1184;

/** Every wait has an end: a frozen or locked database costs a caller seconds, never a hang. */
const TIMEOUTS = {
  connectionTimeoutMillis: 3_000,
  query_timeout: 12_000,
  statement_timeout: 10_000,
  lock_timeout: 5_000,
  idle_in_transaction_session_timeout: 5_000,
} as const;

export function openPostgres(options: PostgresOptions): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.maxConnections ?? 10,
    application_name: 'holdfast',
    keepAlive: true,
    ...TIMEOUTS,
    ...(options.giveUpAfterMs === undefined ? {} : { query_timeout: options.giveUpAfterMs }),
    // UTC, so that times come back in one shape whatever the server's own zone.
    // No statement here runs long enough to be worth compiling: over many orders that took longer than the statement.
    options: '-c TimeZone=UTC -c DateStyle=ISO -c jit=off',
    types: { getTypeParser },
  });
  pool.on('error', options.onBroken);
  // The pool listens to idle clients only; one that is lent out has nobody else.
  pool.on('connect', (client) => client.on('error', options.onBroken));
  const driver: Driver = {
    kind: 'postgres',
    kysely: new Kysely<Tables>({
      dialect: new PostgresDialect({
        pool: { options: {}, connect: async () => lend(await pool.connect()), end: () => pool.end() },
      }),
    }),
    beforeWrite() {},
    listen: (channel, onPayload, onLost) => listen(options, channel, onPayload, onLost),
    load: () => ({ busy: pool.totalCount - pool.idleCount, waiting: pool.waitingCount }),
    close: () => pool.end(),
  };
  return assembleDatabase(driver, options.constraints);
}

/**
 * Lends a client once. When a query ends without a word from the server - given up, or the connection broke - nobody
 * knows what the session is in the midst of: a BEGIN that was given up may yet be carried out, and the next borrower
 * would write inside that transaction, be told it is done, and lose it. Such a client does nothing more and is closed.
 */
function lend(client: pg.PoolClient): PostgresPoolClient {
  let inDoubt = false;
  async function query(text: string, parameters: readonly unknown[]) {
    if (inDoubt) throw new Error('Connection terminated: a query before this one was given up');
    try {
      return await client.query(text, [...parameters]);
    } catch (error) {
      inDoubt = !isPostgresError(error);
      throw error;
    }
  }
  return {
    // Kysely's other form of it is for cursors, which are not configured.
    query: query as unknown as PostgresPoolClient['query'],
    release: (destroy) => client.release(destroy || inDoubt),
  };
}

function getTypeParser(oid: number, format?: 'text' | 'binary'): (text: string) => unknown {
  if (oid === INT8) return Number;
  if (oid === TIMESTAMPTZ) return fromPostgres;
  return pg.types.getTypeParser(oid, format as 'text') as (text: string) => unknown;
}

/** Silence on the feed's own connection is noticed this soon. */
const PING_WITHIN_MS = 1_000;

async function listen(
  options: PostgresOptions,
  channel: string,
  onPayload: (payload: string) => void,
  onLost: () => void,
): Promise<ListeningConnection> {
  const client = new pg.Client({
    connectionString: options.url,
    application_name: 'holdfast feed',
    keepAlive: true,
    connectionTimeoutMillis: TIMEOUTS.connectionTimeoutMillis,
    query_timeout: PING_WITHIN_MS,
    options: '-c TimeZone=UTC -c DateStyle=ISO',
  });
  client.on('error', options.onBroken);
  client.on('end', onLost);
  client.on('notification', ({ payload }) => onPayload(payload ?? ''));
  await client.connect();
  await client.query(`listen ${channel}`);
  return {
    deliversBeforeCommitReturns: false,
    async ping() {
      const { rows } = await client.query<{ ms: string }>({ name: 'ping', text: CLOCK_MS });
      return Number(rows[0]?.ms);
    },
    close: () => client.end(),
  };
}
