import { composeApp } from '../../../src/compose/compose-app.ts';
import { type Config, readConfig } from '../../../src/config/config.ts';
import type { BatchLimits } from '../../../src/modules/reservations/index.ts';
import type { Supplier } from '../../../src/modules/supply/index.ts';
import type { Database } from '../../../src/platform/db/database.ts';
import type { HttpServer } from '../../../src/platform/http/http-server.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { clockOf, type TestClock } from '../database/test-database.ts';

interface Variations {
  readonly limits?: BatchLimits;
  /** Of the database the test has in its hand, where that is another one than the app's own. */
  readonly clock?: TestClock;
  readonly suppliers?: readonly Supplier[];
  readonly firstAnswerWithinMs?: number;
}

/** The whole HTTP surface over a test's database. Settings are written as the environment would have them. */
export async function openTestApp(
  database: Database,
  env: Record<string, string> = {},
  { clock = clockOf(database), ...others }: Variations = {},
): Promise<HttpServer> {
  const config: Config = readConfig({ LOG_LEVEL: 'silent', HOLDFAST_DATA_DIR: 'memory:', ...env });
  const variations = { ...(clock && { clock }), ...others };
  const { app } = await composeApp(config, database, createLogger('silent'), '0.0.0', variations);
  return app;
}

export interface Answered {
  readonly status: number;
  readonly body: unknown;
  /** The body to the byte. */
  readonly text: string;
  readonly headers: Record<string, unknown>;
}

/** Sends one request and reads its answer. */
export async function ask(
  app: HttpServer,
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  url: string,
  payload?: object,
  headers: Record<string, string> = {},
): Promise<Answered> {
  const response = await app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
  const text = response.body;
  return {
    status: response.statusCode,
    body: text === '' ? undefined : JSON.parse(text),
    text,
    headers: response.headers,
  };
}
