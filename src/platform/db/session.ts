import pg from 'pg';

/** Options that differ between the connections of this program. Times are in milliseconds; 0 is no limit. */
export interface SessionOptions {
  /** The name of the session in `pg_stat_activity`. */
  readonly applicationName: string;
  readonly statementTimeoutMs?: number;
  readonly lockTimeoutMs?: number;
  readonly idleInTransactionTimeoutMs?: number;
}

/** Time that opening a connection, and its first statement, may take. */
const CONNECT_WITHIN_MS = 3_000;

/**
 * The settings that SQL and the parsing of its results rely on. `public` holds the schema. JIT compilation is off because
 * it took longer than the statements themselves, even those over many orders.
 *
 * Not among them: `synchronous_commit`, with which an operator weighs speed against safety, and
 * `default_transaction_read_only`, which an operator sets on purpose and which `checkServer` reports.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  array_nulls: 'on',
  bytea_output: 'hex',
  client_encoding: 'UTF8',
  DateStyle: 'ISO, YMD',
  default_transaction_deferrable: 'off',
  default_transaction_isolation: 'read committed',
  extra_float_digits: '1',
  idle_session_timeout: '0',
  IntervalStyle: 'postgres',
  jit: 'off',
  search_path: 'public',
  standard_conforming_strings: 'on',
  TimeZone: 'UTC',
  transform_null_equals: 'off',
};

/**
 * One statement that puts a new session into the state that the program relies on. It runs after connecting, because
 * settings that a client sends with the connection can be displaced by the URL's `options`, and those of the role, the
 * database and `PGOPTIONS` stay where a client sends none.
 */
export function sessionStatement(options: SessionOptions): string {
  const settings = {
    ...SETTINGS,
    application_name: options.applicationName,
    statement_timeout: String(options.statementTimeoutMs ?? 0),
    lock_timeout: String(options.lockTimeoutMs ?? 0),
    idle_in_transaction_session_timeout: String(options.idleInTransactionTimeoutMs ?? 0),
  };
  const calls = Object.entries(settings).map(([name, value]) => setConfig(name, value));
  // PostgreSQL 17 added a limit on whole transactions.
  const ifKnown = `case when pg_catalog.current_setting('transaction_timeout', true) is not null
                        then ${setConfig('transaction_timeout', '0')} end`;
  return `select ${[...calls, ifKnown].join(', ')}`;
}

/** Qualified, because the `search_path` that is in force until now may have other functions in front. */
function setConfig(name: string, value: string): string {
  return `pg_catalog.set_config(${pg.escapeLiteral(name)}, ${pg.escapeLiteral(value)}, false)`;
}

/** Parameters of a URL that say where and as whom to connect. The driver would take any other for a setting of its own. */
const CONNECTION_PARAMETERS =
  /^(host|port|user|password|options|ssl|sslmode|sslcert|sslkey|sslrootcert|sslnegotiation|uselibpqcompat)$/;

/** Options of a connection that are not the session's: limits of a pool, parsers of types, and the like. */
type OtherOptions = Omit<pg.PoolConfig, keyof ReturnType<typeof connectionConfig>>;

export function openPool(url: string, session: SessionOptions, others: OtherOptions = {}): pg.Pool {
  return new pg.Pool({
    ...others,
    ...connectionConfig(url, session),
    onConnect: (client) => prepareSession(client, session),
  });
}

/** Connects outside of a pool. @param listen is called before the connection is opened, to add listeners */
export async function openClient(
  url: string,
  session: SessionOptions,
  others: OtherOptions = {},
  listen: (client: pg.Client) => void = () => {},
): Promise<pg.Client> {
  const client = new pg.Client({ ...others, ...connectionConfig(url, session) });
  listen(client);
  try {
    await client.connect();
    await prepareSession(client, session);
    return client;
  } catch (error) {
    // Not awaited, because a server that is frozen never confirms the end.
    client.end().catch(() => {});
    throw error;
  }
}

function connectionConfig(url: string, { applicationName }: SessionOptions) {
  return {
    connectionString: withoutOtherParameters(url),
    // Also for what the server logs while the connection is opened.
    application_name: applicationName,
    // Otherwise the driver would take PGCLIENT_ENCODING for the encoding of what it sends.
    client_encoding: 'UTF8',
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    keepAlive: true,
  };
}

function withoutOtherParameters(url: string): string {
  const [address = '', query] = url.split(/\?(.*)/s);
  if (query === undefined) return url;
  const kept = query.split('&').filter((parameter) => CONNECTION_PARAMETERS.test(parameter.split('=')[0] ?? ''));
  return kept.length === 0 ? address : `${address}?${kept.join('&')}`;
}

async function prepareSession(client: pg.ClientBase, options: SessionOptions): Promise<void> {
  const query: pg.QueryConfig & { query_timeout: number } = {
    text: sessionStatement(options),
    query_timeout: CONNECT_WITHIN_MS,
  };
  await client.query(query);
}
