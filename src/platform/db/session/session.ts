import pg from 'pg';
import { type SessionOptions, sessionStatement } from './session-settings.ts';

/** Time that opening a connection, and its first statement, may take. */
const CONNECT_WITHIN_MS = 3_000;

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

/** Opens a pool of connections whose transactions make their own settings, as behind a pooler. */
export function openUnpreparedPool(url: string, session: SessionOptions, others: OtherOptions = {}): pg.Pool {
  return new pg.Pool({ ...others, ...connectionConfig(url, session) });
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
