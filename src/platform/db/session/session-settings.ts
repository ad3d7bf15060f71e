import pg from 'pg';

/** Options that differ between the connections of this program. Times are in milliseconds; 0 is no limit. */
export interface SessionOptions {
  /** The name of the session in `pg_stat_activity`. */
  readonly applicationName: string;
  readonly statementTimeoutMs?: number;
  readonly lockTimeoutMs?: number;
  readonly idleInTransactionTimeoutMs?: number;
}

/**
 * The settings that SQL and the parsing of its results rely on. `public` holds the schema; a temporary table of another
 * client must not stand in front of it. JIT compilation is off because it took longer than the statements themselves,
 * even those over many orders.
 *
 * Not among them: `synchronous_commit`, with which an operator weighs speed against safety, and
 * `default_transaction_read_only`, which an operator sets on purpose and which `checkServer` reports.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  array_nulls: 'on',
  bytea_output: 'hex',
  client_encoding: 'UTF8',
  DateStyle: 'ISO, YMD',
  extra_float_digits: '1',
  IntervalStyle: 'postgres',
  jit: 'off',
  search_path: 'public, pg_temp',
  standard_conforming_strings: 'on',
  TimeZone: 'UTC',
  transform_null_equals: 'off',
};

/** Settings of a session that its transactions begin with, or that hold between them. */
const SESSION_ONLY: Readonly<Record<string, string>> = {
  default_transaction_deferrable: 'off',
  default_transaction_isolation: 'read committed',
  idle_session_timeout: '0',
};

/** Settings that another client of a pooler may leave behind. `null` restores the server's, role's or database's own. */
const TRANSACTION_ONLY: Readonly<Record<string, string | null>> = {
  role: null,
  // Only a superuser can change it, so it is left alone while it is as it should be.
  session_replication_role: 'origin',
  synchronous_commit: null,
};

function limits(options: SessionOptions): Record<string, string> {
  return {
    statement_timeout: String(options.statementTimeoutMs ?? 0),
    lock_timeout: String(options.lockTimeoutMs ?? 0),
    idle_in_transaction_session_timeout: String(options.idleInTransactionTimeoutMs ?? 0),
    // Since PostgreSQL 17: a limit on whole transactions.
    transaction_timeout: '0',
  };
}

/**
 * One statement that puts a new session into the state that the program relies on. It runs after connecting, because
 * settings that a client sends with the connection can be displaced by the URL's `options`, and those of the role, the
 * database and `PGOPTIONS` stay where a client sends none.
 */
export function sessionStatement(options: SessionOptions): string {
  const settings = { ...SETTINGS, ...SESSION_ONLY, application_name: options.applicationName, ...limits(options) };
  return setStatement(settings, false);
}

/**
 * The statements at the start of a transaction behind a pooler, where the session belongs to someone else before and
 * after it, and has the settings that any client has left there. All end with the transaction.
 *
 * The isolation comes first and on its own: it cannot change once a query has run. It is not a session's setting, though
 * it is set like one.
 */
export function transactionStatements(options: SessionOptions): readonly [string, string] {
  const settings = { ...SETTINGS, ...TRANSACTION_ONLY, ...limits(options) };
  return [`set transaction_isolation = 'read committed'`, setStatement(settings, true)];
}

/**
 * Sets what differs, and what the server's version knows. Names are qualified and no operator is used, because the
 * `search_path` in force until now may have others in front. A list of values takes a third less of the server's time
 * than a call for each.
 */
function setStatement(settings: Readonly<Record<string, string | null>>, isLocal: boolean): string {
  const rows = Object.entries(settings).map(
    ([name, value]) => `(${pg.escapeLiteral(name)}, ${value === null ? 'null' : pg.escapeLiteral(value)})`,
  );
  return (
    `select pg_catalog.set_config(name, value, ${isLocal}) from (values ${rows.join(', ')}) as wanted(name, value) ` +
    'where pg_catalog.current_setting(name, true) is not null ' +
    'and pg_catalog.textne(pg_catalog.current_setting(name, true), value) is not false'
  );
}
