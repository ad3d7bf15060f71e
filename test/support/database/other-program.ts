import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import type { TestDatabase } from './test-database.ts';

/** Another program that writes into the same database, with SQL of its own and nothing of ours. */
export interface OtherProgram {
  run(text: string): Promise<unknown[]>;
}

/** On PostgreSQL it has a connection of its own; PGlite has but one. */
export function openOtherProgram(open: () => TestDatabase): () => OtherProgram {
  let client: pg.Client | undefined;
  beforeAll(async () => {
    const { url } = open();
    if (url === undefined) return;
    client = new pg.Client({ connectionString: url, application_name: 'other program' });
    await client.connect();
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
  const undone = new Error('rolled back');
  const rolledBack = /^begin;(.*); rollback$/s.exec(text)?.[1];
  if (rolledBack === undefined) {
    return database.transaction(async (tx) => (await sql.raw(text).execute(tx)).rows as unknown[]);
  }
  const statements = rolledBack.split(';');
  const work = database.transaction(async (tx) => {
    for (const statement of statements) await sql.raw(statement).execute(tx);
    throw undone;
  });
  await work.catch((error: unknown) => {
    if (error !== undone) throw error;
  });
  return [];
}
