import { type AppOverrides, composeApp } from '../../../src/compose/compose-app.ts';
import { type Config, readConfig } from '../../../src/config/config.ts';
import type { Database } from '../../../src/platform/db/database.ts';
import type { HttpServer } from '../../../src/platform/http/http-server.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { clockOf, type TestClock } from '../database/test-database.ts';
import { assertDeclared } from './declared-answers.ts';

interface TestOverrides extends AppOverrides {
  /** Defaults to the clock of the database, if the test controls it. */
  readonly clock?: TestClock;
}

/**
 * Opens the whole HTTP surface over a test's database.
 *
 * @param env settings, as environment variables
 */
export async function openTestApp(
  database: Database,
  env: Record<string, string> = {},
  { clock = clockOf(database), ...others }: TestOverrides = {},
): Promise<HttpServer> {
  const config: Config = readConfig({ LOG_LEVEL: 'silent', HOLDFAST_DATA_DIR: 'memory:', ...env });
  const overrides = { ...(clock && { clock }), ...others };
  const { app } = await composeApp(config, database, createLogger('silent'), '0.0.0', overrides);
  return app;
}

export interface Answered {
  readonly status: number;
  readonly body: unknown;
  /** The body as it was sent. */
  readonly text: string;
  readonly headers: Record<string, unknown>;
}

/** Sends a request and returns its answer. Fails when OpenAPI does not declare such an answer of the route. */
export async function ask(
  app: HttpServer,
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  url: string,
  payload?: object,
  headers: Record<string, string> = {},
): Promise<Answered> {
  const response = await app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
  const { statusCode: status, body: text } = response;
  const body: unknown = text === '' ? undefined : JSON.parse(text);
  assertDeclared(app, method, url, status, body);
  return { status, body, text, headers: response.headers };
}
