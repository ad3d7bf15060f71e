import pg from 'pg';
import { createClient } from 'redis';

/** Where tests find a real PostgreSQL: TEST_DATABASE_URL, else the standard port of loopback, else nowhere. */
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
      // Not there, or not for us: the next one, or none.
    } finally {
      await client.end().catch(() => {});
    }
  }
  return undefined;
}

/** Where tests find a real Redis: TEST_REDIS_URL, else the standard port of loopback, else nowhere. */
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

/** Runs one statement on the server itself, outside any test's database. */
export async function onServer(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

/** The same server, another database. */
export function withDatabase(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${database}`;
  return other.href;
}
