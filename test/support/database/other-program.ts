import { sql } from 'kysely';
import type pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { openClient } from '../../../src/platform/db/session/session.ts';
import type { TestDatabase } from './test-database.ts';

/** Another program that writes into the same database, with its own SQL and none of our code. */
export interface OtherProgram {
  /** Runs SQL, and returns the rows of the last statement. */
  run(text: string): Promise<unknown[]>;
}

/** Opens another program. On PostgreSQL it has its own connection; on PGlite it shares the only one. */
export function openOtherProgram(open: () => TestDatabase): () => OtherProgram {
  let client: pg.Client | undefined;
  beforeAll(async () => {
    const { url } = open();
    if (url === undefined) return;
    client = await openClient(url, { applicationName: 'other program' });
  });
  afterAll(async () => {
    await client?.end();
  });
  return () => ({ run: (text) => (client ? query(client, text) : execute(open(), text)) });
}

async function query(client: pg.Client, text: string): Promise<unknown[]> {
  const results = [await client.query(text)].flat();
  return results.at(-1)?.rows ?? [];
}

async function execute({ database }: TestDatabase, text: string): Promise<unknown[]> {
  const rollback = new Error('rolled back on purpose');
  const rolledBack = /^begin;(.*); rollback$/s.exec(text)?.[1];
  if (rolledBack === undefined) {
    return database.transaction(async (tx) => (await sql.raw(text).execute(tx)).rows as unknown[]);
  }
  const statements = rolledBack.split(';');
  const work = database.transaction(async (tx) => {
    for (const statement of statements) await sql.raw(statement).execute(tx);
    throw rollback;
  });
  await work.catch((error: unknown) => {
    if (error !== rollback) throw error;
  });
  return [];
}
