import { readFileSync } from 'node:fs';
import { ConfigError } from './config-error.ts';
import { type Env, readDuration, readInteger, readText } from './env.ts';
import { parseJson, readNamedFile } from './json-file.ts';
import { Secret } from './secret.ts';

/** A MySQL or MariaDB that orders are read from. */
export interface OrdersSourceConfig {
  readonly connection: MysqlConnection;
  /** Content of ORDERS_SOURCE_FILE; `undefined` for the tables of a known shop. */
  readonly mapping: { readonly file: string; readonly content: unknown } | undefined;
  readonly connections: number;
  readonly pollMs: number;
}

interface MysqlConnection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: Secret | undefined;
  readonly database: string;
  /** `undefined` without TLS. */
  readonly tls:
    | {
        readonly ca: Buffer | undefined;
        readonly rejectUnauthorized: boolean;
        readonly verifyIdentity: boolean;
      }
    | undefined;
}

const EXAMPLE = 'mysql://user:password@127.0.0.1:3306/shop';
/** Modes of TLS, with the names of the mysql client, and what each verifies. */
const TLS_MODES: Readonly<Record<string, { readonly certificate: boolean; readonly name: boolean } | undefined>> = {
  DISABLED: undefined,
  REQUIRED: { certificate: false, name: false },
  VERIFY_CA: { certificate: true, name: false },
  VERIFY_IDENTITY: { certificate: true, name: true },
};

/** @throws ConfigError */
export function readOrdersSource(env: Env): OrdersSourceConfig | undefined {
  const url = readText(env, 'ORDERS_SOURCE_URL');
  const file = readText(env, 'ORDERS_SOURCE_FILE');
  const connections = readInteger(env, 'ORDERS_SOURCE_CONNECTIONS', 4, 3, 100);
  const pollMs = readDuration(env, 'ORDERS_SOURCE_POLL', '30s', '1s', '1h');
  if (url === undefined) {
    if (file !== undefined) throw new ConfigError('ORDERS_SOURCE_FILE needs ORDERS_SOURCE_URL. Set both, or neither');
    return undefined;
  }
  return {
    connection: readMysqlUrl('ORDERS_SOURCE_URL', url),
    mapping: file === undefined ? undefined : { file, content: readNamedFile('ORDERS_SOURCE_FILE', file, parseJson) },
    connections,
    pollMs,
  };
}

/**
 * Parses the URL of a database. Messages do not quote it, since it may contain a password.
 *
 * @param variable names the variable or option in the error
 * @throws ConfigError
 */
function readMysqlUrl(variable: string, text: string): MysqlConnection {
  const url = URL.parse(text);
  if (!url || !/^(mysql|mariadb):$/.test(url.protocol) || url.hostname === '' || url.hash !== '') {
    throw new ConfigError(`${variable} is not a MySQL URL such as ${EXAMPLE}`);
  }
  const [, database = '', ...rest] = url.pathname.split('/').map((part) => decode(variable, part));
  if (database === '' || rest.length > 0) throw new ConfigError(`${variable} must name one database, as in ${EXAMPLE}`);
  if (url.username === '') throw new ConfigError(`${variable} must name a user, as in ${EXAMPLE}`);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || '3306'),
    user: decode(variable, url.username),
    password: url.password === '' ? undefined : new Secret(decode(variable, url.password)),
    database,
    tls: readTls(variable, url.searchParams),
  };
}

function readTls(variable: string, parameters: URLSearchParams): MysqlConnection['tls'] {
  const unknown = [...parameters.keys()].find((name) => name !== 'ssl-mode' && name !== 'ssl-ca');
  if (unknown !== undefined) {
    throw new ConfigError(`${variable} has the unknown parameter ${unknown}; use ssl-mode and ssl-ca`);
  }
  const caFile = parameters.get('ssl-ca');
  const mode = parameters.get('ssl-mode') ?? (caFile === null ? 'DISABLED' : 'VERIFY_CA');
  if (!Object.hasOwn(TLS_MODES, mode)) {
    throw new ConfigError(`${variable}: ssl-mode=${mode} is not one of ${Object.keys(TLS_MODES).join(', ')}`);
  }
  const verified = TLS_MODES[mode];
  if (!verified) return undefined;
  return {
    ca: caFile === null ? undefined : readCa(variable, caFile),
    rejectUnauthorized: verified.certificate,
    verifyIdentity: verified.name,
  };
}

function readCa(variable: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new ConfigError(`${variable}: ssl-ca=${file} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

function decode(variable: string, part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new ConfigError(`${variable} has a % that two hexadecimal digits do not follow. Write it as %25`);
  }
}
