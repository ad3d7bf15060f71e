import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { composeApp } from '../../src/compose/compose-app.ts';
import { readConfig } from '../../src/config/config.ts';
import type { Database } from '../../src/platform/db/database.ts';
import type { HttpServer } from '../../src/platform/http/http-server.ts';
import { eachDatabase } from '../support/database/test-database.ts';
import { makeKey, OPERATOR_KEY } from '../support/server/principals.ts';
import { until } from '../support/server/until.ts';

type Line = Record<string, unknown> & { readonly msg: string };

interface LoggedApp {
  readonly app: HttpServer;
  /** Every byte of the log. */
  text(): string;
  /** The lines with a message. */
  lines(msg: string): Line[];
}

/** Opens the app with a log that redacts nothing, so that only what is never logged stays out of it. */
async function openLoggedApp(database: Database, env: Record<string, string>): Promise<LoggedApp> {
  const written: string[] = [];
  const logger = pino({ level: 'trace', base: null }, { write: (line: string) => void written.push(line) });
  const config = readConfig({ HOLDFAST_DATA_DIR: 'memory:', ...env });
  const { app } = await composeApp(config, database, logger, '0.0.0');
  return {
    app,
    text: () => written.join(''),
    lines: (msg) => written.map((line) => JSON.parse(line) as Line).filter((line) => line.msg === msg),
  };
}

const ON = { AUTH: 'on', HOLDFAST_OPERATOR_KEY: OPERATOR_KEY, ACCESS_LOG: 'on' };

function bearer(key: string) {
  return { authorization: `Bearer ${key}` };
}

eachDatabase('the access log', (open) => {
  it('the access log is off by default', async () => {
    const { app, lines } = await openLoggedApp(open().database, {});
    await using _closed = app;
    await app.inject('/api/v1/whoami');
    expect(lines('request')).toEqual([]);
  });

  it('a request has one line, with the sender and without the query', async () => {
    const { app, lines } = await openLoggedApp(open().database, ON);
    await using _closed = app;
    const { key, key_id } = await makeKey(app, 'reseller', 'ota');
    const sent = { url: '/api/v1/whoami?a=b', headers: bearer(key), remoteAddress: '192.0.2.1' };
    const { headers } = await app.inject({ ...sent, url: '/api/v1/whoami' });
    await app.inject(sent);
    const [, whoami, refused] = lines('request');
    expect(whoami).toEqual({
      level: 30,
      time: expect.any(Number),
      msg: 'request',
      reqId: headers['x-request-id'],
      method: 'GET',
      route: '/api/v1/whoami',
      path: '/api/v1/whoami',
      status: 200,
      ms: expect.any(Number),
      bytes: Number(headers['content-length']),
      address: '192.0.2.1',
      role: 'reseller',
      subject: 'ota',
      key_id,
    });
    expect(refused).toMatchObject({ status: 400, path: '/api/v1/whoami', key_id });
  });

  it('refused requests have a line each: 401, 403, 404, 405, 429 and preflights', async () => {
    const limits = { RATE_LIMIT_ANONYMOUS: '4/1h', CORS_ORIGINS: 'https://shop.example' };
    const { app, lines } = await openLoggedApp(open().database, { ...ON, ...limits });
    await using _closed = app;
    const { key } = await makeKey(app, 'monitor');
    const preflight = { origin: 'https://shop.example', 'access-control-request-method': 'GET' };
    await app.inject({ url: '/api/v1/keys', headers: bearer(key) });
    await app.inject('/api/v1/keys');
    await app.inject('/nowhere');
    await app.inject({ method: 'DELETE', url: '/test' });
    await app.inject('/test');
    await app.inject('/test');
    await app.inject({ method: 'OPTIONS', url: '/api/v1/keys', headers: preflight });
    expect(
      lines('request')
        .slice(1)
        .map(({ status, route, role }) => [status, route, role]),
    ).toEqual([
      [403, '/api/v1/keys', 'monitor'],
      [401, '/api/v1/keys', 'anonymous'],
      [404, undefined, 'anonymous'],
      [405, '/test', 'anonymous'],
      [200, '/test', 'anonymous'],
      [429, '/test', 'anonymous'],
      [204, '/api/v1/keys', 'anonymous'],
    ]);
  });

  it('an answer of the fast path has the same line', async () => {
    const { app, lines } = await openLoggedApp(open().database, ON);
    await using _closed = app;
    const baseUrl = await app.listen({ host: '127.0.0.1', port: 0 });
    const { id } = await newVehicle(app);
    const { key, key_id } = await makeKey(app, 'viewer');
    const url = `${baseUrl}/vehicles/${id}/timestamp/2099-01-01`;
    const ids = [];
    for (let request = 0; request < 4; request += 1) ids.push(await requestIdOf(url, bearer(key)));
    await until('every request has its line', () => lines('request').length === 6);
    const sent = lines('request').slice(2);
    expect(sent.map(({ reqId }) => reqId)).toEqual(ids);
    for (const line of sent) {
      expect(line).toMatchObject({ method: 'GET', route: '/vehicles/:id/timestamp/:timestamp', status: 200, key_id });
      expect(line).toMatchObject({ path: `/vehicles/${id}/timestamp/2099-01-01`, role: 'viewer', subject: null });
      expect(line.address).toBe('127.0.0.1');
    }
    // The framework knows the length of its answer, and the fast path does not count it.
    expect(sent.filter(({ bytes }) => bytes === undefined).length).toBeGreaterThan(0);
  });

  it('an answer from memory has the address that a trusted proxy names', async () => {
    const { app, lines } = await openLoggedApp(open().database, { ...ON, TRUST_PROXY: '127.0.0.1' });
    await using _closed = app;
    const baseUrl = await app.listen({ host: '127.0.0.1', port: 0 });
    const { id } = await newVehicle(app);
    const { key } = await makeKey(app, 'viewer');
    const headers = { ...bearer(key), 'x-forwarded-for': '192.0.2.7' };
    for (let request = 0; request < 3; request += 1) {
      await requestIdOf(`${baseUrl}/vehicles/${id}/timestamp/2099-01-01`, headers);
    }
    await until('every request has its line', () => lines('request').length === 5);
    const addresses = lines('request')
      .slice(2)
      .map(({ address }) => address);
    expect(addresses).toEqual(Array(3).fill('192.0.2.7'));
  });

  it('secrets never reach the log, wherever a request carries them', async () => {
    const { app, text, lines } = await openLoggedApp(open().database, { ...ON, RATE_LIMIT: '40/1h' });
    await using _closed = app;
    const { key, key_id } = await makeKey(app, 'service');
    const canary = 'canary-canary-canary-canary-canary-0';
    const secrets = [key, key.slice(key.lastIndexOf('_')), OPERATOR_KEY, canary];
    for (const secret of [key, OPERATOR_KEY, canary]) {
      for (const method of ['GET', 'POST', 'DELETE', 'PATCH'] as const) {
        for (const url of [`/api/v1/keys/${secret}`, `/${secret}`, `/api/v1/clients?first_name=${secret}`]) {
          const headers = { ...bearer(secret), cookie: `hf_session=${secret}`, 'x-api-key': secret, referer: secret };
          const payload = method === 'GET' ? {} : { payload: { name: secret, role: secret } };
          await app.inject({ method, url, headers: { ...headers, 'idempotency-key': secret }, ...payload });
        }
      }
    }
    expect(lines('request').length).toBeGreaterThan(30);
    for (const secret of secrets) expect(text()).not.toContain(secret);
    expect(text()).toContain(key_id);
  });

  it('control: the id of a key in a path is logged', async () => {
    const { app, text } = await openLoggedApp(open().database, ON);
    await using _closed = app;
    await app.inject('/api/v1/keys/0f6b2a9c41d87e35a0b1');
    expect(text()).toContain('/api/v1/keys/0f6b2a9c41d87e35a0b1');
  });
});

eachDatabase('log lines about access', (open) => {
  it('a key that is created, rotated or revoked is logged with who did it', async () => {
    const { app, lines } = await openLoggedApp(open().database, { ...ON, ACCESS_LOG: 'off' });
    await using _closed = app;
    const operator = await makeKey(app, 'operator');
    const { key_id } = await makeKey(app, 'reseller', 'ota');
    const headers = bearer(operator.key);
    const rotated = await app.inject({ method: 'POST', url: `/api/v1/keys/${key_id}/rotate`, headers, payload: {} });
    const { key_id: newId } = rotated.json<{ key_id: string }>();
    await app.inject({ method: 'DELETE', url: `/api/v1/keys/${key_id}`, headers });
    const bootstrap = { role: 'operator', subject: null, key_id: null };
    const actor = { role: 'operator', subject: null, key_id: operator.key_id };
    expect(lines('key created')).toMatchObject([
      { actor: bootstrap, key_id: operator.key_id, role: 'operator' },
      { actor: bootstrap, key_id, role: 'reseller', subject: 'ota' },
    ]);
    expect(lines('key rotated')).toMatchObject([{ actor, key_id: newId, replaces: key_id, subject: 'ota' }]);
    expect(lines('key revoked')).toMatchObject([{ actor, key_id, level: 30 }]);
  });

  it('a sign-in and a refused one are logged with key id and address, and without a secret', async () => {
    const { app, text, lines } = await openLoggedApp(open().database, ON);
    await using _closed = app;
    const { key, key_id } = await makeKey(app, 'service');
    const secretAt = `hf_${key_id}_`.length;
    const wrong = key.slice(0, secretAt) + 'A'.repeat(43);
    const noKey = 'canary-canary-canary-canary-canary-1';
    const send = async (tried: string, remoteAddress: string) =>
      await app.inject({ method: 'POST', url: '/api/v1/session', payload: { key: tried }, remoteAddress });
    const { headers } = await send(key, '192.0.2.1');
    await send(OPERATOR_KEY, '192.0.2.2');
    await send(wrong, '192.0.2.3');
    await send(noKey, '192.0.2.4');
    expect(lines('signed in')).toMatchObject([
      { level: 30, key_id, address: '192.0.2.1', reqId: headers['x-request-id'] },
      { level: 30, key_id: null, address: '192.0.2.2' },
    ]);
    expect(lines('sign-in refused')).toMatchObject([
      { level: 40, key_id, address: '192.0.2.3' },
      { level: 40, key_id: null, address: '192.0.2.4' },
    ]);
    const [cookie = ''] = String(headers['set-cookie']).split(';');
    const secrets = [key, key.slice(secretAt), wrong, noKey, OPERATOR_KEY, cookie.split('=')[1]];
    for (const secret of secrets) expect(text()).not.toContain(secret);
  });

  it('a replay under an Idempotency-Key logs no second key', async () => {
    const { app, lines } = await openLoggedApp(open().database, ON);
    await using _closed = app;
    const headers = { ...bearer(OPERATOR_KEY), 'idempotency-key': 'one' };
    const payload = { name: 'a key', role: 'viewer' };
    for (let round = 0; round < 2; round += 1) {
      await app.inject({ method: 'POST', url: '/api/v1/keys', headers, payload });
    }
    expect(lines('key created')).toHaveLength(1);
  });

  it('a role that is refused is logged as a warning, five times a minute for each principal', async () => {
    const { app, lines } = await openLoggedApp(open().database, ON);
    await using _closed = app;
    const [one, two] = [await makeKey(app, 'viewer'), await makeKey(app, 'monitor')];
    for (let request = 0; request < 9; request += 1) {
      await app.inject({ method: 'DELETE', url: '/api/v1/keys/x', headers: bearer(one.key) });
    }
    await app.inject({ url: '/api/v1/keys', headers: bearer(two.key) });
    const refused = lines('the role may not use the route');
    expect(refused).toHaveLength(6);
    expect(refused[0]).toMatchObject({
      level: 40,
      route: 'DELETE /api/v1/keys/:key_id',
      actor: { role: 'viewer', key_id: one.key_id },
    });
    expect(refused[5]).toMatchObject({ route: 'GET /api/v1/keys', actor: { role: 'monitor' } });
  });
});

async function newVehicle(app: HttpServer): Promise<{ id: number }> {
  const payload = { make: 'Saab', model: '900', state: 'quoted' };
  const created = await app.inject({ method: 'POST', url: '/vehicles', headers: bearer(OPERATOR_KEY), payload });
  return created.json<{ vehicle: { id: number } }>().vehicle;
}

/** Sends a request with no other headers than these and Host. @returns the request id of the answer */
async function requestIdOf(url: string, headers: Record<string, string>): Promise<unknown> {
  const [response] = (await once(get(url, { headers }), 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
  return response.headers['x-request-id'];
}
