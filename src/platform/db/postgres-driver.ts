import { Kysely, type LogEvent, PostgresDialect, type PostgresPoolClient } from 'kysely';
import pg from 'pg';
import { fromPostgres } from '../time/instant.ts';
import type { ListeningConnection } from './change-feed.ts';
import { assembleDatabase, CLOCK_MS, type Database, type Driver, type Tables } from './database.ts';
import { type ConstraintFailures, isPostgresError } from './database-failure.ts';
import { createPooledStatements, type PooledStatements } from './session/pooled-statements.ts';
import { openClient, openPool, openUnpreparedPool } from './session/session.ts';

export interface PostgresOptions {
  readonly url: string;
  /**
   * PostgreSQL itself, where `url` may lead to a pooler in transaction mode. The change feed uses it, and each
   * transaction makes its own settings. Defaults to `url`.
   */
  readonly directUrl?: string | undefined;
  readonly constraints: ConstraintFailures;
  /** The name of its sessions in `pg_stat_activity`. Defaults to `holdfast`. */
  readonly applicationName?: string;
  readonly maxConnections?: number;
  /** Time after which this process abandons a query. Defaults to 12 s, which is beyond PostgreSQL's own limit. */
  readonly abandonAfterMs?: number;
  /** Called when a connection breaks. An error event without a listener would end the process. */
  readonly onBroken: (error: Error) => void;
  /** Called after each statement. */
  readonly onStatement?: ((event: LogEvent) => void) | undefined;
}

const INT8 = 20;
const TIMESTAMPTZ = 1184;

/** Limits on every wait: a frozen or locked database delays a caller for seconds, and no caller hangs. */
const ABANDON_AFTER_MS = 12_000;
const LIMITS = { statementTimeoutMs: 10_000, lockTimeoutMs: 5_000, idleInTransactionTimeoutMs: 5_000 } as const;

export function openPostgres(options: PostgresOptions): Database {
  const { url, applicationName = 'holdfast', maxConnections = 10, abandonAfterMs = ABANDON_AFTER_MS } = options;
  const session = { applicationName, ...LIMITS };
  const others = { max: maxConnections, query_timeout: abandonAfterMs, types: { getTypeParser } };
  const isPooled = options.directUrl !== undefined;
  const pool = isPooled ? openUnpreparedPool(url, session, others) : openPool(url, session, others);
  const pooled = isPooled ? createPooledStatements(session) : undefined;
  pool.on('error', options.onBroken);
  // The pool listens to idle clients only, so clients that are lent out need a listener of their own.
  pool.on('connect', (client) => client.on('error', options.onBroken));
  const driver: Driver = {
    kind: 'postgres',
    kysely: new Kysely<Tables>({
      ...(options.onStatement && { log: options.onStatement }),
      dialect: new PostgresDialect({
        pool: { options: {}, connect: async () => lend(await pool.connect(), pooled), end: () => pool.end() },
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
 * Lends a client to one borrower. When a query ends without an answer from the server (it was abandoned, or the
 * connection broke), the state of the session is unknown: an abandoned BEGIN may still be executed, and the next borrower
 * would write inside that transaction, see its write acknowledged, and lose it. So such a client runs no more queries and
 * is closed.
 */
function lend(client: pg.PoolClient, pooled: PooledStatements | undefined): PostgresPoolClient {
  let isStateUnknown = false;
  let isInTransaction = false;
  async function run(text: string, parameters: readonly unknown[]) {
    // Kysely's words for the limits of a transaction.
    if (text === 'begin') isInTransaction = true;
    else if (text === 'commit' || text === 'rollback') isInTransaction = false;
    else if (pooled && !isInTransaction) return pooled.alone(client, text, parameters);
    return pooled && text === 'begin' ? pooled.begin(client) : client.query(text, [...parameters]);
  }
  async function query(text: string, parameters: readonly unknown[]) {
    if (isStateUnknown) throw new Error('Connection terminated: an earlier query was abandoned');
    try {
      return await run(text, parameters);
    } catch (error) {
      isStateUnknown = text === 'begin' || !isPostgresError(error);
      throw error;
    }
  }
  return {
    // Kysely's other overload is for cursors, which are not configured.
    query: query as unknown as PostgresPoolClient['query'],
    release: (destroy) => client.release(destroy || isStateUnknown),
  };
}

function getTypeParser(oid: number, format?: 'text' | 'binary'): (text: string) => unknown {
  if (oid === INT8) return Number;
  if (oid === TIMESTAMPTZ) return fromPostgres;
  return pg.types.getTypeParser(oid, format as 'text') as (text: string) => unknown;
}

/** Time that a ping on the feed's connection may take before the connection counts as lost. */
const PING_WITHIN_MS = 1_000;

async function listen(
  options: PostgresOptions,
  channel: string,
  onPayload: (payload: string) => void,
  onLost: () => void,
): Promise<ListeningConnection> {
  const client = await openClient(
    options.directUrl ?? options.url,
    { applicationName: `${options.applicationName ?? 'holdfast'} feed` },
    { query_timeout: PING_WITHIN_MS },
    (opened) => {
      opened.on('error', options.onBroken);
      opened.on('end', onLost);
      opened.on('notification', ({ payload }) => onPayload(payload ?? ''));
    },
  );
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
