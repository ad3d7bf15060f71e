import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { migrateDatabase } from '../../../src/compose/open-database.ts';
import { inventoryConstraints } from '../../../src/modules/inventory/index.ts';
import { openPglite } from '../../../src/platform/db/pglite-driver.ts';
import { openPostgres } from '../../../src/platform/db/postgres-driver.ts';
import { findPostgres, findRedis, onServer, withDatabase } from './services.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The URL of a PostgreSQL, if there is one. */
    postgresUrl: string | undefined;
    /** The name of a migrated database on it, to clone. */
    postgresTemplate: string;
    /** A migrated PGlite directory to copy. */
    pgliteTemplate: string;
    /** The URL of a Redis, if there is one. Others may use it too. */
    redisUrl: string | undefined;
  }
}

/** Migrates one database of each kind, once. Every test file then has a copy of its own. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-test-'));
  const embedded = await openPglite({ dataDir: directory, constraints: inventoryConstraints });
  await migrateDatabase(embedded);
  await embedded[Symbol.asyncDispose]();

  const url = await findPostgres();
  const template = `holdfast_template_${process.pid}`;
  if (url === undefined) refuseOrWarn('PostgreSQL', 'TEST_DATABASE_URL or 127.0.0.1:5432');
  else await migrateTemplate(url, template);
  const redisUrl = await findRedis();
  if (redisUrl === undefined) refuseOrWarn('Redis', 'TEST_REDIS_URL or 127.0.0.1:6379');
  project.provide('postgresUrl', url);
  project.provide('postgresTemplate', template);
  project.provide('pgliteTemplate', directory);
  project.provide('redisUrl', redisUrl);
  return async () => {
    await rm(directory, { recursive: true, force: true });
    if (url !== undefined) await onServer(url, `drop database if exists ${template} with (force)`);
  };
}

function refuseOrWarn(service: string, places: string): void {
  const missing = `no ${service} at ${places}`;
  if (process.env.REQUIRE_SERVICES === '1') throw new Error(`${missing}, and REQUIRE_SERVICES=1`);
  process.stdout.write(
    `Skipped the tests that need ${service} (${missing}). To run them, start it or set the variable.\n`,
  );
}

async function migrateTemplate(url: string, template: string): Promise<void> {
  await onServer(url, `create database ${template}`);
  const database = openPostgres({
    url: withDatabase(url, template),
    constraints: inventoryConstraints,
    onBroken() {},
  });
  await migrateDatabase(database);
  await database[Symbol.asyncDispose]();
}
