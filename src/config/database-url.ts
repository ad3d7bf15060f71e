import { ConfigError } from './config-error.ts';

/** The parts of a connection URI as libpq reads it. `URL` takes neither an empty host after a user nor several hosts. */
const CONNECTION_URI =
  /^(?<scheme>postgres(?:ql)?):\/\/(?:(?<user>[^@/?#]*)@)?(?<host>\[[^\]/?#]*\]|[^/?#:]*)(?::(?<port>\d*))?(?:\/(?<database>[^?#]*))?(?:\?(?<query>[^#]*))?$/;

/** Parameters that change which server is reached, and that the driver does not read. */
const UNSUPPORTED = ['hostaddr', 'service', 'servicefile', 'passfile', 'target_session_attrs'];

/**
 * Rewrites a connection URI that libpq accepts as one that the driver and `URL` accept: with the host of a Unix socket
 * in `host`, and the database in the path.
 *
 * @param name the variable
 * @throws ConfigError for anything else, and for several hosts
 */
export function readDatabaseUrl(name: string, text: string): string {
  const notAUrl = `${name} is not a PostgreSQL URL such as postgres://user@127.0.0.1:5432/holdfast`;
  const severalHosts = `${name} names several hosts, which is not supported. Name the primary alone.`;
  if (/^postgres(ql)?:\/\/[^/?#]*,/.test(text)) throw new ConfigError(severalHosts);
  const parts = CONNECTION_URI.exec(text)?.groups;
  if (!parts) throw new ConfigError(notAUrl);
  const { scheme, user, host = '', port, query = '' } = parts;
  const parameters = new URLSearchParams(query.replaceAll('+', '%2B'));
  if (parameters.get('host')?.includes(',') || parameters.get('port')?.includes(',')) {
    throw new ConfigError(severalHosts);
  }
  const unsupported = UNSUPPORTED.find((name) => parameters.has(name));
  if (unsupported) throw new ConfigError(`${name} has ${unsupported}, which is not supported. Name one host instead.`);
  const database = parameters.has('dbname') ? encodeURIComponent(parameters.get('dbname') ?? '') : parts.database;
  parameters.delete('dbname');
  // With `host` in the query, the driver ignores the host before it; without one, an empty host stands for this machine.
  const isHostMissing = host === '' && (user !== undefined || port !== undefined);
  const url = [
    `${scheme}://`,
    user === undefined ? '' : `${user}@`,
    isHostMissing ? 'localhost' : host,
    port ? `:${port}` : '',
    database === undefined ? '' : `/${database}`,
    parameters.size === 0 ? '' : `?${String(parameters).replaceAll('+', '%20')}`,
  ].join('');
  if (!URL.canParse(url)) throw new ConfigError(notAUrl);
  return url;
}
