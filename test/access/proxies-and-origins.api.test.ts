import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import type { HttpServer } from '../../src/platform/http/http-server.ts';
import { eachDatabase } from '../support/database/test-database.ts';
import { openGuardedApp } from '../support/server/principals.ts';
import { openTestApp } from '../support/server/test-app.ts';

const WHOAMI = '/api/v1/whoami';
const SHOP = 'https://shop.example';
const PROXY = '10.1.2.3';

/** Sends requests that a sender claims to forward, and returns their statuses. */
async function forwarded(app: HttpServer, remoteAddress: string, clients: readonly string[]): Promise<number[]> {
  const statuses = [];
  for (const client of clients) {
    const headers = { 'x-forwarded-for': client };
    statuses.push((await app.inject({ url: WHOAMI, headers, remoteAddress })).statusCode);
  }
  return statuses;
}

eachDatabase('TRUST_PROXY', (open) => {
  const env = { RATE_LIMIT_ANONYMOUS: '2/1h', TRUST_PROXY: '10.0.0.0/8,2001:db8:f::1' };

  it('the client of a trusted proxy is limited, and not the proxy', async () => {
    await using app = await openGuardedApp(open().database, env);
    expect(await forwarded(app, PROXY, Array(3).fill('192.0.2.1'))).toEqual([401, 401, 429]);
    expect(await forwarded(app, PROXY, ['192.0.2.2'])).toEqual([401]);
    expect(await forwarded(app, '2001:db8:f::1', ['192.0.2.1'])).toEqual([429]);
    expect(await forwarded(app, '::ffff:10.1.2.3', ['192.0.2.1'])).toEqual([429]);
  });

  it('an address that is not trusted cannot change its own by X-Forwarded-For', async () => {
    await using app = await openGuardedApp(open().database, env);
    expect(await forwarded(app, '192.0.2.9', ['192.0.2.1', '192.0.2.2', '192.0.2.3'])).toEqual([401, 401, 429]);
  });

  it('a client cannot put another address in front of its own on the way to a trusted proxy', async () => {
    await using app = await openGuardedApp(open().database, env);
    const claims = ['1.1.1.1, 192.0.2.1', '2.2.2.2, 192.0.2.1', '10.9.9.9, 192.0.2.1'];
    expect(await forwarded(app, PROXY, claims)).toEqual([401, 401, 429]);
  });

  it('without TRUST_PROXY the header is ignored', async () => {
    await using app = await openGuardedApp(open().database, { RATE_LIMIT_ANONYMOUS: '2/1h' });
    expect(await forwarded(app, PROXY, ['192.0.2.1', '192.0.2.2', '192.0.2.3'])).toEqual([401, 401, 429]);
  });
});

eachDatabase('Strict-Transport-Security', (open) => {
  async function hstsOf(app: HttpServer, url: string, remoteAddress: string, proto?: string): Promise<unknown> {
    const headers = proto === undefined ? {} : { 'x-forwarded-proto': proto };
    return (await app.inject({ url, remoteAddress, headers })).headers['strict-transport-security'];
  }

  it('every answer to a request over TLS has the header, and no other', async () => {
    await using app = await openTestApp(open().database, { TRUST_PROXY: '10.0.0.0/8' });
    const urls = ['/', '/docs', '/healthz', '/openapi.json', WHOAMI, '/nowhere', `/vehicles/${'1'.repeat(300)}`, '/%'];
    for (const url of urls) {
      expect([url, await hstsOf(app, url, PROXY, 'https')]).toEqual([url, 'max-age=31536000']);
      expect([url, await hstsOf(app, url, PROXY, 'http')]).toEqual([url, undefined]);
      expect([url, await hstsOf(app, url, '192.0.2.1', 'https')]).toEqual([url, undefined]);
      expect([url, await hstsOf(app, url, PROXY)]).toEqual([url, undefined]);
    }
  });

  it('without TRUST_PROXY no answer has the header', async () => {
    await using app = await openTestApp(open().database);
    expect(await hstsOf(app, WHOAMI, PROXY, 'https')).toBeUndefined();
  });

  it('an answer that is in memory has the header too', async () => {
    await using app = await openTestApp(open().database, { TRUST_PROXY: '127.0.0.1' });
    const baseUrl = await app.listen({ host: '127.0.0.1', port: 0 });
    const payload = { make: 'Saab', model: '900', state: 'quoted' };
    const created = await app.inject({ method: 'POST', url: '/vehicles', payload });
    const { id } = created.json<{ vehicle: { id: number } }>().vehicle;
    for (const [proto, expected] of [
      ['https', 'max-age=31536000'],
      ['http', undefined],
      ['https', 'max-age=31536000'],
    ]) {
      const url = `${baseUrl}/vehicles/${id}/timestamp/2099-01-01`;
      const request = get(url, { headers: { 'x-forwarded-proto': proto ?? '' } });
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      response.resume();
      await once(response, 'end');
      expect([response.statusCode, response.headers['strict-transport-security']]).toEqual([200, expected]);
    }
  });
});

eachDatabase('CORS_ORIGINS', (open) => {
  const preflight = (origin: string) => ({
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type,idempotency-key',
  });

  it('a preflight from an allowed origin is answered without credentials', async () => {
    await using app = await openGuardedApp(open().database, { CORS_ORIGINS: `https://other.example,${SHOP}` });
    const { statusCode, headers, body } = await app.inject({
      method: 'OPTIONS',
      url: '/api/v1/reservations',
      headers: preflight(SHOP),
    });
    expect([statusCode, body]).toEqual([204, '']);
    expect(headers).toMatchObject({
      'access-control-allow-origin': SHOP,
      'access-control-allow-credentials': 'true',
      'access-control-max-age': '7200',
      vary: 'origin',
    });
    expect(headers['access-control-allow-methods']).toBe('GET, HEAD, POST, PUT, PATCH, DELETE');
    const allowed = String(headers['access-control-allow-headers']).toLowerCase().split(', ');
    for (const name of ['authorization', 'idempotency-key', 'if-none-match', 'content-type', 'last-event-id']) {
      expect(allowed).toContain(name);
    }
  });

  it('answers and refusals to an allowed origin can be read by its page', async () => {
    await using app = await openGuardedApp(open().database, { CORS_ORIGINS: SHOP });
    for (const url of [WHOAMI, '/test', '/nowhere']) {
      const { headers } = await app.inject({ url, headers: { origin: SHOP } });
      expect(headers['access-control-allow-origin']).toBe(SHOP);
      expect(headers.vary).toContain('origin');
      const exposed = String(headers['access-control-expose-headers']).toLowerCase().split(', ');
      const needed = [
        'age',
        'etag',
        'cache-status',
        'link',
        'location',
        'ratelimit',
        'ratelimit-policy',
        'retry-after',
      ];
      for (const name of [...needed, 'x-request-id', 'www-authenticate']) expect(exposed).toContain(name);
    }
  });

  it.each(['https://evil.example', 'https://shop.example.evil.example', 'http://shop.example', 'null'])(
    'the origin %s, which is not in the list, is not allowed',
    async (origin) => {
      await using app = await openGuardedApp(open().database, { CORS_ORIGINS: SHOP });
      const answers = [
        await app.inject({ url: '/test', headers: { origin } }),
        await app.inject({ method: 'OPTIONS', url: WHOAMI, headers: preflight(origin) }),
      ];
      for (const { headers } of answers) {
        expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
        expect(headers.vary).toContain('origin');
      }
    },
  );

  it('the wildcard allows every origin, without credentials', async () => {
    await using app = await openGuardedApp(open().database, { CORS_ORIGINS: '*' });
    const { headers } = await app.inject({ url: '/test', headers: { origin: SHOP } });
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers['access-control-allow-credentials']).toBeUndefined();
  });

  it('without CORS_ORIGINS no origin is allowed, and OPTIONS lists the methods of a path', async () => {
    await using app = await openTestApp(open().database);
    const { statusCode, headers } = await app.inject({ method: 'OPTIONS', url: WHOAMI, headers: preflight(SHOP) });
    expect([statusCode, headers.allow]).toEqual([204, 'GET, HEAD, OPTIONS']);
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });
});
