import { readFile, writeFile } from 'node:fs/promises';
import { composeApp } from '../src/compose.ts';
import { readConfig } from '../src/config/config.ts';
import { openPostgres } from '../src/platform/db/postgres-driver.ts';
import { createLogger } from '../src/platform/logger.ts';

const OPENAPI = new URL('../openapi.json', import.meta.url);
const PACKAGE = new URL('../package.json', import.meta.url);

/** The text of `openapi.json`: what the running server answers at that path, laid out for reading and diffing. */
export async function renderOpenapi(): Promise<string> {
  const { version } = JSON.parse(await readFile(PACKAGE, 'utf8')) as { version: string };
  // A pool connects at its first query, and routes are described without one: nothing needs to listen there.
  await using database = openPostgres({ url: 'postgres://127.0.0.1/none', constraints: {}, onIdleError() {} });
  const { app } = await composeApp(readConfig({}), database, createLogger('silent'), version);
  await app.ready();
  const text = `${JSON.stringify(app.swagger(), null, 2)}\n`;
  await app.close();
  return text;
}

if (import.meta.main) await writeFile(OPENAPI, await renderOpenapi());
