import { readFile, writeFile } from 'node:fs/promises';
import { composeApp } from '../src/compose/compose-app.ts';
import { migrateDatabase } from '../src/compose/open-database.ts';
import { readConfig } from '../src/config/config.ts';
import type { Database } from '../src/platform/db/database.ts';
import { openPglite } from '../src/platform/db/pglite-driver.ts';
import { createLogger } from '../src/platform/logger.ts';
import { renderClientTypes } from './write-client-types.ts';

const OPENAPI = new URL('../openapi.json', import.meta.url);
const CLIENT_TYPES = new URL('../client/api.ts', import.meta.url);
const PACKAGE = new URL('../package.json', import.meta.url);

/** Renders `openapi.json`: the document that the server serves, formatted for reading and diffing. */
export async function renderOpenapi(database: Database): Promise<string> {
  const { version } = JSON.parse(await readFile(PACKAGE, 'utf8')) as { version: string };
  const { app } = await composeApp(readConfig({}), database, createLogger('silent'), version);
  await app.ready();
  const text = `${JSON.stringify(app.swagger(), null, 2)}\n`;
  await app.close();
  return text;
}

if (import.meta.main) {
  await using database = await openPglite({ dataDir: null, constraints: {} });
  await migrateDatabase(database);
  const openapi = await renderOpenapi(database);
  await writeFile(OPENAPI, openapi);
  await writeFile(CLIENT_TYPES, renderClientTypes(openapi));
}
