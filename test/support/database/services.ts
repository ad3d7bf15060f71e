import pg from 'pg';
import { createClient } from 'redis';
import { openClient } from '../../../src/platform/db/session/session.ts';

/** The URL of a real PostgreSQL for tests: TEST_DATABASE_URL or the standard port of loopback, if one answers. */
export async function findPostgres(): Promise<string | undefined> {
  const candidates = process.env.TEST_DATABASE_URL
    ? [process.env.TEST_DATABASE_URL]
    : ['postgres://postgres@127.0.0.1:5432/postgres'];
  for (const url of candidates) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    try {
      await client.connect();
      await client.query('select 1');
      return url;
    } catch {
      // Not running, or it refuses the login.
    } finally {
      await client.end().catch(() => {});
    }
  }
  return undefined;
}

/** The URL of a real Redis for tests: TEST_REDIS_URL or the standard port of loopback, if one answers. */
export async function findRedis(): Promise<string | undefined> {
  const url = process.env.TEST_REDIS_URL || 'redis://127.0.0.1:6379';
  const client = createClient({ url, socket: { connectTimeout: 2_000, reconnectStrategy: false } });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.ping();
    return url;
  } catch {
    return undefined;
  } finally {
    if (client.isOpen) client.destroy();
  }
}

/** Runs one statement on the server, outside of any test's database. */
export async function onServer(url: string, text: string): Promise<void> {
  const client = await openClient(url, { applicationName: 'the tests' });
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

/** The URL of another database on the same server. */
export function withDatabase(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${database}`;
  return other.href;
}
