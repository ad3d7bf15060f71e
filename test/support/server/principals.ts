import type { Database } from '../../../src/platform/db/database.ts';
import type { HttpServer } from '../../../src/platform/http/http-server.ts';
import { type Answered, ask, openTestApp } from './test-app.ts';

/** The bootstrap operator key of servers under test. */
export const OPERATOR_KEY = 'an operator key of tests only, long enough'.replaceAll(' ', '-');
const AUTH_ON = { AUTH: 'on', HOLDFAST_OPERATOR_KEY: OPERATOR_KEY, RATE_LIMIT_ANONYMOUS: '100000/1m' };

/** Sends requests as one principal. */
export type Ask = (
  method: Parameters<typeof ask>[1],
  url: string,
  payload?: object,
  headers?: Record<string, string>,
) => Promise<Answered>;

/** Opens the whole HTTP surface with access control. */
export function openGuardedApp(database: Database, env: Record<string, string> = {}): Promise<HttpServer> {
  return openTestApp(database, { ...AUTH_ON, ...env });
}

export function asOperator(app: HttpServer): Ask {
  return withToken(app, OPERATOR_KEY);
}

/** Makes a key. @returns its text and its id */
export async function makeKey(
  app: HttpServer,
  role: string,
  subject?: number | string,
): Promise<{ key: string; key_id: string }> {
  const body = { name: `the ${role} of a test`, role, ...(subject !== undefined && { subject }) };
  const { status, body: made } = await asOperator(app)('POST', '/api/v1/keys', body);
  if (status !== 201) throw new Error(`the key was refused: ${JSON.stringify(made)}`);
  return made as { key: string; key_id: string };
}

/** Makes a key and sends requests with it. */
export async function asRole(app: HttpServer, role: string, subject?: number | string): Promise<Ask> {
  return withToken(app, (await makeKey(app, role, subject)).key);
}

export function withToken(app: HttpServer, token: string): Ask {
  return (method, url, payload, headers = {}) =>
    ask(app, method, url, payload, { authorization: `Bearer ${token}`, ...headers });
}

/** Status and problem type of an answer: `403 forbidden`, or `200`. */
export function outcomeOf({ status, body }: Answered): string {
  const { type } = (body ?? {}) as { readonly type?: string };
  return type === undefined ? String(status) : `${status} ${type.split(':').at(-1)}`;
}
