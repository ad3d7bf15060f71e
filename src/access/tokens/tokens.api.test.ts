import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  AUDIENCE,
  createSigningKey,
  ISSUER,
  JwksServer,
  type SigningKey,
  signToken,
} from '../../../test/support/access/jwks-server.ts';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database/test-database.ts';
import { asOperator, openGuardedApp, withToken } from '../../../test/support/server/principals.ts';
import type { HttpServer } from '../../platform/http/http-server.ts';

let tested: TestDatabase;
let server: JwksServer;
let key: SigningKey;
let url: string;
const resources = new AsyncDisposableStack();

beforeAll(async () => {
  tested = resources.use(await openTestDatabase('pglite'));
  server = resources.use(new JwksServer());
  [url, key] = await Promise.all([server.open(), createSigningKey('k1')]);
  server.keys = [key.jwk];
});
afterAll(() => resources.disposeAsync());

async function openApp(): Promise<HttpServer> {
  const directory = resources.use(await mkdtempDisposable(join(tmpdir(), 'holdfast-issuers-')));
  const JWT_ISSUERS_FILE = join(directory.path, 'issuers.json');
  await writeFile(JWT_ISSUERS_FILE, JSON.stringify([{ issuer: ISSUER, audience: AUDIENCE, jwks_url: url }]));
  const app = await openGuardedApp(tested.database, { JWT_ISSUERS_FILE });
  resources.defer(() => app.close());
  return app;
}

it('a token is its role and subject until it expires, and is refused once its signature is changed', async () => {
  const app = await openApp();
  const exp = Math.floor(Date.now() / 1_000) + 600;
  const token = await signToken(key, Date.now(), { claims: { exp } });
  const whoami = await withToken(app, token)('GET', '/api/v1/whoami');
  const expires_at = new Date(exp * 1_000).toISOString().replace('.000', '');
  expect(whoami).toMatchObject({ status: 200, body: { role: 'client', subject: 1, key_id: null, expires_at } });
  expect(await withToken(app, token)('GET', '/api/v1/keys')).toMatchObject({ status: 403 });
  const forged = await signToken(await createSigningKey('k1'), Date.now(), { claims: { exp } });
  const refused = await withToken(app, forged)('GET', '/api/v1/whoami');
  expect(refused).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
});

it('while keys cannot be fetched a token gets 503 with Retry-After, and keys are accepted at once', async () => {
  const app = await openApp();
  const released = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  server.answer = (response) => {
    arrived.resolve();
    void released.promise.then(() => response.writeHead(500).end());
  };
  const waiting = withToken(app, await signToken(key, Date.now()))('GET', '/api/v1/whoami');
  await arrived.promise;
  const operator = await asOperator(app)('GET', '/api/v1/whoami');
  expect(operator).toMatchObject({ status: 200, body: { role: 'operator' } });
  released.resolve();
  const { status, body, headers } = await waiting;
  server.answer = undefined;
  expect({ status, body }).toMatchObject({
    status: 503,
    body: { type: 'urn:holdfast:problem:token-keys-unavailable' },
  });
  expect(Number(headers['retry-after'])).toBeGreaterThan(0);
});
