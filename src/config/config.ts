import { availableParallelism } from 'node:os';
import { ConfigError } from './config-error.ts';
import { type DatabaseConfig, readDatabase } from './database.ts';
import { type Env, readChoice, readDuration, readInteger, readText } from './env.ts';
import { readNamedFile } from './json-file.ts';
import { type JwtIssuerConfig, readJwtIssuersFile } from './jwt-issuers-file.ts';
import { type NetworkConfig, readNetwork } from './network.ts';
import { type OrdersSourceConfig, readOrdersSource } from './orders-source.ts';
import { Secret } from './secret.ts';
import { readSuppliersFile, type SupplierConfig } from './suppliers-file.ts';
import { readTraces, type TracesConfig } from './traces.ts';

export { ConfigError };

type LogLevel = (typeof LOG_LEVELS)[number];
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

export interface Config {
  readonly host: string;
  readonly port: number;
  /** Whether requests need credentials. */
  readonly isAuthOn: boolean;
  /** A key of the role operator that is in no table, to make the first keys with. */
  readonly operatorKey: Secret | undefined;
  /** Keys that encrypt the secrets of webhooks in the database; the first one encrypts, the others only decrypt. */
  readonly secretKeys: readonly Secret[];
  /** Issuers whose JSON Web Tokens are accepted. */
  readonly jwtIssuers: readonly JwtIssuerConfig[];
  readonly network: NetworkConfig;
  readonly database: DatabaseConfig;
  /** The cache that instances share. Without it each instance has only its own memory. */
  readonly redisUrl: Secret | undefined;
  /** Whether to load sample data into an empty database. */
  readonly samples: boolean;
  readonly holdTtlMs: number;
  readonly minNoticeMs: number;
  readonly minNoticeGraceMs: number;
  /** How many live holds a client may have at a time; `null` for no limit. */
  readonly maxLiveHolds: number | null;
  readonly slotLengthMs: number;
  readonly sweepEveryMs: number;
  readonly ordersMaxAgeMs: number;
  readonly ordersPageSize: number;
  /** The database that orders are read from, where they are not in Holdfast's own. */
  readonly ordersSource: OrdersSourceConfig | undefined;
  readonly vehiclesMaxAgeMs: number;
  readonly suppliers: readonly SupplierConfig[];
  /** Time that requests are served after a signal to stop; `undefined` if it is not set. */
  readonly drainMs: number | undefined;
  readonly logLevel: LogLevel;
  /** The collector of traces; without one, nothing is recorded. */
  readonly traces: TracesConfig | undefined;
  /** The number of processes that share the port. */
  readonly workers: number;
}

/** Reads and checks the environment of a server. Nothing outside this folder reads it. @throws ConfigError */
export function readConfig(env: Env): Config {
  const database = readDatabase(env);
  const host = env.HOST || '127.0.0.1';
  const isAuthOn = readChoice(env, 'AUTH', ['off', 'on'], 'off') === 'on';
  if (!isAuthOn && !isLoopback(host)) {
    throw new ConfigError(
      `HOST=${host} is not a loopback address, and with AUTH=off anyone could book. Set AUTH=on to require keys`,
    );
  }
  return Object.freeze({
    host,
    port: readInteger(env, 'PORT', 3000, 0, 65_535),
    isAuthOn,
    operatorKey: readOperatorKey(env),
    secretKeys: readSecretKeys(env),
    jwtIssuers: readJwtIssuers(env),
    network: readNetwork(env, isAuthOn),
    database,
    redisUrl: readRedisUrl(env),
    samples: readChoice(env, 'HOLDFAST_SAMPLES', ['on', 'off'], database.kind === 'pglite' ? 'on' : 'off') === 'on',
    holdTtlMs: readDuration(env, 'HOLD_TTL', '30m', '1s', '7d'),
    minNoticeMs: readDuration(env, 'MIN_NOTICE', '24h', '0s', '365d'),
    minNoticeGraceMs: readDuration(env, 'MIN_NOTICE_GRACE', '5m', '0s', '24h'),
    maxLiveHolds: readMaxLiveHolds(env, isAuthOn),
    slotLengthMs: readSlotLength(env),
    sweepEveryMs: readDuration(env, 'SWEEP_EVERY', '1m', '1s', '24h'),
    ordersMaxAgeMs: readDuration(env, 'ORDERS_MAX_AGE', '1h', '0s', '7d'),
    ordersPageSize: readInteger(env, 'ORDERS_PAGE_SIZE', 10, 1, 1_000),
    ordersSource: readOrdersSource(env),
    vehiclesMaxAgeMs: readDuration(env, 'VEHICLES_MAX_AGE', '60s', '0s', '7d'),
    suppliers: readSuppliers(env),
    drainMs: env.DRAIN ? readDuration(env, 'DRAIN', '5s', '0s', '5m') : undefined,
    logLevel: readChoice(env, 'LOG_LEVEL', LOG_LEVELS, 'info'),
    traces: readTraces(env),
    workers: readWorkers(env, database),
  });
}

/** `auto` is one for each processor that this process may use. */
function readWorkers(env: Env, { kind }: DatabaseConfig): number {
  if (env.WORKERS === 'auto') return kind === 'postgres' ? availableParallelism() : 1;
  const workers = readInteger(env, 'WORKERS', 1, 1, 256);
  if (workers > 1 && kind === 'pglite') {
    throw new ConfigError(
      `WORKERS=${workers} needs DATABASE_URL, because one process alone can open the embedded database. Set WORKERS=1`,
    );
  }
  return workers;
}

/** The key that commands send to the server that `--url` names. @throws ConfigError */
export function readCommandKey(env: Env): Secret | undefined {
  const text = readText(env, 'HOLDFAST_KEY');
  if (text === undefined) return undefined;
  if (!/^[!-~]+$/.test(text)) throw new ConfigError('HOLDFAST_KEY must be printable ASCII characters without spaces');
  return new Secret(text);
}

const MIN_KEY_LENGTH = 32;

function readOperatorKey(env: Env): Secret | undefined {
  const text = readText(env, 'HOLDFAST_OPERATOR_KEY');
  if (text === undefined) return undefined;
  if (text.length < MIN_KEY_LENGTH || !/^[!-~]+$/.test(text)) {
    throw new ConfigError(
      `HOLDFAST_OPERATOR_KEY must be at least ${MIN_KEY_LENGTH} printable ASCII characters without spaces`,
    );
  }
  return new Secret(text);
}

/** Reads the keys for the secrets of webhooks, separated by commas: a new one, then the old ones that it replaces. */
function readSecretKeys(env: Env): readonly Secret[] {
  const keys = readText(env, 'HOLDFAST_SECRET_KEY')?.split(',') ?? [];
  if (keys.some((key) => key.length < MIN_KEY_LENGTH || !/^[!-~]+$/.test(key))) {
    throw new ConfigError(
      `HOLDFAST_SECRET_KEY must be a key of at least ${MIN_KEY_LENGTH} printable ASCII characters without spaces and ` +
        'commas, or several such keys, separated by commas',
    );
  }
  return keys.map((key) => new Secret(key));
}

function readRedisUrl(env: Env): Secret | undefined {
  const url = readText(env, 'REDIS_URL');
  if (url === undefined) return undefined;
  if (!isRedisUrl(url)) {
    throw new ConfigError(
      'REDIS_URL is not a Redis URL such as redis://127.0.0.1:6379 or redis://:password@host:6379/0',
    );
  }
  return new Secret(url);
}

/** Whether the client accepts a URL: with a number for a path, and a user and password that can be decoded. */
function isRedisUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !/^rediss?:$/.test(url.protocol) || !/^\/?\d*$/.test(url.pathname)) return false;
  try {
    decodeURIComponent(`${url.username}${url.password}`);
    return url.hostname !== '';
  } catch {
    return false;
  }
}

function readSuppliers(env: Env): readonly SupplierConfig[] {
  const file = readText(env, 'SUPPLIERS_FILE');
  if (file === undefined) return [];
  return readNamedFile('SUPPLIERS_FILE', file, (text) => readSuppliersFile(text, env));
}

function readJwtIssuers(env: Env): readonly JwtIssuerConfig[] {
  const file = readText(env, 'JWT_ISSUERS_FILE');
  return file === undefined ? [] : readNamedFile('JWT_ISSUERS_FILE', file, readJwtIssuersFile);
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

function readSlotLength(env: Env): number {
  const ms = readDuration(env, 'SLOT_LENGTH', '15m', '5m', '8h');
  if (ms % 60_000 !== 0) throw new ConfigError(`SLOT_LENGTH=${env.SLOT_LENGTH} is not a whole number of minutes`);
  return ms;
}

const DEFAULT_LIVE_HOLDS = 20;

function readMaxLiveHolds(env: Env, isAuthOn: boolean): number | null {
  if (!env.MAX_LIVE_HOLDS && !isAuthOn) return null;
  return readInteger(env, 'MAX_LIVE_HOLDS', DEFAULT_LIVE_HOLDS, 1, 1_000_000);
}
