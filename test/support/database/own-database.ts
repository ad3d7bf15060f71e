import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inventoryConstraints } from '../../../src/modules/inventory/index.ts';
import type { Database } from '../../../src/platform/db/database.ts';
import { openPglite } from '../../../src/platform/db/pglite-driver.ts';
import { openPostgres } from '../../../src/platform/db/postgres-driver.ts';
import { onServer, withDatabase } from './services.ts';

/** An empty database for a server that runs in its own process. Disposing it deletes it. */
export interface OwnDatabase extends AsyncDisposable {
  readonly kind: Database['kind'];
  /** Its URL, on PostgreSQL. */
  readonly url: string | undefined;
  /** The environment variables that make a server use it. */
  readonly env: Readonly<Record<string, string>>;
  /** Opens it. An embedded database can be opened only after the server has ended. */
  open(): Promise<Database>;
}

export async function createOnPostgres(server: string): Promise<OwnDatabase> {
  const name = `holdfast_own_${process.pid}_${randomBytes(4).toString('hex')}`;
  await onServer(server, `create database ${name}`);
  const url = withDatabase(server, name);
  return {
    kind: 'postgres',
    url,
    env: { DATABASE_URL: url },
    open: () => openOwn(url),
    [Symbol.asyncDispose]: () => onServer(server, `drop database if exists ${name} with (force)`),
  };
}

/** Opens a database on PostgreSQL with two connections. */
export async function openOwn(url: string): Promise<Database> {
  return openPostgres({ url, constraints: inventoryConstraints, maxConnections: 2, onBroken() {} });
}

/** @param parent the parent of its directory; defaults to the system's temporary directory */
export async function createEmbedded(parent = tmpdir()): Promise<OwnDatabase> {
  const dataDir = await mkdtemp(join(parent, 'holdfast-own-'));
  return {
    kind: 'pglite',
    url: undefined,
    env: { HOLDFAST_DATA_DIR: dataDir },
    open: () => openPglite({ dataDir, constraints: inventoryConstraints }),
    [Symbol.asyncDispose]: () => rm(dataDir, { recursive: true, force: true }),
  };
}
