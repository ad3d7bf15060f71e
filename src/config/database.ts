import { ConfigError } from './config-error.ts';
import { readDatabaseUrl } from './database-url.ts';
import { type Env, readInteger, readText } from './env.ts';
import { Secret } from './secret.ts';

export interface PostgresConfig {
  readonly kind: 'postgres';
  readonly url: Secret;
  /** PostgreSQL itself, where `url` may lead to a pooler in transaction mode. */
  readonly directUrl: Secret | undefined;
  /** The most connections to `url` that one instance opens. */
  readonly connections: number;
}

export type DatabaseConfig =
  | PostgresConfig
  /** With `dataDir: null` the data are in memory, and end with the process. */
  | { readonly kind: 'pglite'; readonly dataDir: string | null };

/** @throws ConfigError */
export function readDatabase(env: Env): DatabaseConfig {
  const url = readUrl(env, 'DATABASE_URL');
  const directUrl = readUrl(env, 'DATABASE_DIRECT_URL');
  const connections = readInteger(env, 'DATABASE_CONNECTIONS', 10, 2, 1_000);
  const dataDir = readText(env, 'HOLDFAST_DATA_DIR') ?? '.holdfast';
  if (url !== undefined) return { kind: 'postgres', url, directUrl, connections };
  if (directUrl !== undefined) {
    throw new ConfigError('DATABASE_DIRECT_URL is set without DATABASE_URL. Set both, or neither');
  }
  if (dataDir === 'memory:') return { kind: 'pglite', dataDir: null };
  if (dataDir.includes('://')) throw new ConfigError(`HOLDFAST_DATA_DIR=${dataDir} is neither a directory nor memory:`);
  return { kind: 'pglite', dataDir };
}

function readUrl(env: Env, name: string): Secret | undefined {
  const url = readText(env, name);
  return url === undefined ? undefined : new Secret(readDatabaseUrl(name, url));
}
