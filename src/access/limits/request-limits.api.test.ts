import { get, type IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { eachDatabase, onPostgres } from '../../../test/support/database/test-database.ts';
import { openInstances } from '../../../test/support/server/instances.ts';
import { makeKey, OPERATOR_KEY, openGuardedApp } from '../../../test/support/server/principals.ts';
import { openProxy, targetOf, through } from '../../../test/support/server/tcp-proxy.ts';
import { openTestApp } from '../../../test/support/server/test-app.ts';
import type { HttpServer } from '../../platform/http/http-server.ts';

const LIMITS = { RATE_LIMIT: '5/1h', RATE_LIMIT_ANONYMOUS: '3/1h' };
const WHOAMI = '/api/v1/whoami';
/** A well-formed key that does not exist. */
const WRONG_KEY = { authorization: `Bearer hf_${'0'.repeat(20)}_${'A'.repeat(43)}` };

function bearer(key: string): { authorization: string } {
  return { authorization: `Bearer ${key}` };
}

/** Makes a key, and returns it as a header. */
async function newKey(app: HttpServer, role: string, subject?: string): Promise<{ authorization: string }> {
  return bearer((await makeKey(app, role, subject)).key);
}

/** Sends requests one by one, and returns their statuses. */
async function statuses(
  app: HttpServer,
  count: number,
  url: string,
  headers: Record<string, string> = {},
  remoteAddress = '192.0.2.1',
  method: 'GET' | 'POST' | 'OPTIONS' = 'GET',
): Promise<number[]> {
  const sent: number[] = [];
  for (let request = 0; request < count; request += 1) {
    sent.push((await app.inject({ method, url, headers, remoteAddress })).statusCode);
  }
  return sent;
}

eachDatabase('rate limits', (open) => {
  it('a principal is refused over its limit, and others are not', async () => {
    await using app = await openGuardedApp(open().database, LIMITS);
    const [one, two] = [await newKey(app, 'viewer'), await newKey(app, 'viewer')];
    expect(await statuses(app, 7, WHOAMI, one)).toEqual([200, 200, 200, 200, 200, 429, 429]);
    expect(await statuses(app, 1, WHOAMI, two)).toEqual([200]);
  });

  it('two keys of one reseller share its limit, and refusals for the role count', async () => {
    await using app = await openGuardedApp(open().database, LIMITS);
    const [one, two] = [await newKey(app, 'reseller', 'ota'), await newKey(app, 'reseller', 'ota')];
    expect(await statuses(app, 3, '/api/v1/keys', one)).toEqual([403, 403, 403]);
    expect(await statuses(app, 3, WHOAMI, two)).toEqual([200, 200, 429]);
  });

  it('an answer states its limit as the draft has it', async () => {
    await using app = await openGuardedApp(open().database, LIMITS);
    const key = await newKey(app, 'viewer');
    const first = await app.inject({ url: WHOAMI, headers: key });
    expect(first.headers).toMatchObject({
      'ratelimit-policy': '"default";q=5;w=3600',
      ratelimit: '"default";r=4;t=3600',
    });
    expect(first.headers['retry-after']).toBeUndefined();
    await statuses(app, 4, WHOAMI, key);
    const refused = await app.inject({ url: WHOAMI, headers: key });
    expect(refused.headers.ratelimit).toMatch(/^"default";r=0;t=(3600|359\d)$/);
    expect(refused.headers['retry-after']).toMatch(/^(3600|359\d)$/);
    expect(refused.json()).toMatchObject({ type: 'urn:holdfast:problem:rate-limited', status: 429 });
    const anonymous = await app.inject({ url: WHOAMI });
    expect([anonymous.statusCode, anonymous.headers['ratelimit-policy']]).toEqual([401, '"anonymous";q=3;w=3600']);
  });

  it('refused credentials, sign-ins, public answers and unknown paths count for their address', async () => {
    await using app = await openGuardedApp(open().database, LIMITS);
    expect(await statuses(app, 4, WHOAMI, WRONG_KEY, '192.0.2.1')).toEqual([401, 401, 401, 429]);
    expect(await statuses(app, 4, '/openapi.json', {}, '192.0.2.2')).toEqual([200, 200, 200, 429]);
    expect(await statuses(app, 4, '/test', WRONG_KEY, '192.0.2.3')).toEqual([200, 200, 200, 429]);
    expect(await statuses(app, 4, '/nowhere', {}, '192.0.2.4')).toEqual([404, 404, 404, 429]);
    const mixed = [];
    for (const url of ['/test', WHOAMI, '/nowhere', '/openapi.json']) {
      mixed.push(...(await statuses(app, 1, url, {}, '192.0.2.5')));
    }
    expect(mixed).toEqual([200, 401, 404, 429]);
  });

  it('addresses of one IPv6 network share a limit', async () => {
    await using app = await openGuardedApp(open().database, LIMITS);
    expect(await statuses(app, 3, WHOAMI, {}, '2001:db8::1')).toEqual([401, 401, 401]);
    expect(await statuses(app, 1, WHOAMI, {}, '2001:db8::ffff:1')).toEqual([429]);
    expect(await statuses(app, 1, WHOAMI, {}, '2001:db8:0:1::1')).toEqual([401]);
  });

  it('valid credentials are never refused for their address', async () => {
    await using app = await openGuardedApp(open().database, LIMITS);
    const key = await newKey(app, 'viewer');
    expect(await statuses(app, 4, WHOAMI)).toEqual([401, 401, 401, 429]);
    expect(await statuses(app, 1, WHOAMI, key)).toEqual([200]);
    expect(await statuses(app, 1, '/test', key)).toEqual([200]);
    expect(await statuses(app, 1, '/nowhere', key)).toEqual([404]);
    expect(await statuses(app, 1, WHOAMI)).toEqual([429]);
  });

  it('a sign-in counts for its address, successful or not, unless the request has valid credentials', async () => {
    await using app = await openGuardedApp(open().database, LIMITS);
    const { key } = await makeKey(app, 'viewer');
    const signIn = async (tried: string, headers: Record<string, string> = {}) => {
      const payload = { key: tried };
      return (await app.inject({ method: 'POST', url: '/api/v1/session', headers, payload })).statusCode;
    };
    expect([await signIn(key), await signIn('wrong', WRONG_KEY)]).toEqual([204, 401]);
    const withKey = [];
    for (const tried of ['wrong', key, 'wrong', 'wrong', key, key]) withKey.push(await signIn(tried, bearer(key)));
    expect(withKey).toEqual([401, 204, 401, 401, 204, 429]);
    expect([await signIn(key), await signIn(key), await signIn('wrong')]).toEqual([204, 429, 429]);
  });

  it('health checks, the page and preflights are never limited', async () => {
    const env = { RATE_LIMIT: '1/1h', RATE_LIMIT_ANONYMOUS: '1/1h', CORS_ORIGINS: 'https://shop.example' };
    await using app = await openGuardedApp(open().database, env);
    await statuses(app, 2, WHOAMI);
    for (const url of ['/healthz', '/readyz', '/', '/docs']) {
      expect([url, await statuses(app, 2, url)]).toEqual([url, [200, 200]]);
    }
    const preflight = { origin: 'https://shop.example', 'access-control-request-method': 'POST' };
    expect(await statuses(app, 2, WHOAMI, preflight, '192.0.2.1', 'OPTIONS')).toEqual([204, 204]);
    expect(await statuses(app, 1, WHOAMI)).toEqual([429]);
  });

  it('refusals are counted in /metrics', async () => {
    await using app = await openGuardedApp(open().database, LIMITS);
    const key = await newKey(app, 'viewer');
    await statuses(app, 5, WHOAMI);
    await statuses(app, 6, WHOAMI, key);
    const { body } = await app.inject({ url: '/metrics', headers: bearer(OPERATOR_KEY) });
    expect(body).toContain('holdfast_unauthenticated_total 3\n');
    expect(body).toContain('holdfast_rate_limited_total{kind="anonymous"} 2\n');
    expect(body).toContain('holdfast_rate_limited_total{kind="default"} 1\n');
  });

  it('without access control nothing is limited by default', async () => {
    await using app = await openTestApp(open().database);
    const { headers } = await app.inject({ url: WHOAMI });
    expect([headers.ratelimit, headers['ratelimit-policy']]).toEqual([undefined, undefined]);
    expect(new Set(await statuses(app, 70, WHOAMI))).toEqual(new Set([200]));
  });

  it('without access control a configured limit counts each address, or all requests', async () => {
    await using byAddress = await openTestApp(open().database, { RATE_LIMIT_ANONYMOUS: '2/1h' });
    expect(await statuses(byAddress, 3, WHOAMI)).toEqual([200, 200, 429]);
    expect(await statuses(byAddress, 1, WHOAMI, {}, '192.0.2.2')).toEqual([200]);
    await using together = await openTestApp(open().database, { RATE_LIMIT: '2/1h' });
    expect(await statuses(together, 2, WHOAMI)).toEqual([200, 200]);
    expect(await statuses(together, 1, WHOAMI, {}, '192.0.2.2')).toEqual([429]);
  });

  it('the fast path honours the limit of a principal', async () => {
    await using app = await openGuardedApp(open().database, { RATE_LIMIT: '8/1h' });
    const baseUrl = await app.listen({ host: '127.0.0.1', port: 0 });
    const created = await app.inject({
      method: 'POST',
      url: '/vehicles',
      headers: bearer(OPERATOR_KEY),
      payload: { make: 'Saab', model: '900', state: 'quoted' },
    });
    expect(created.statusCode).toBe(201);
    const url = `${baseUrl}/vehicles/${created.json<{ vehicle: { id: number } }>().vehicle.id}/timestamp/2099-01-01`;
    const { authorization } = await newKey(app, 'viewer');
    const sent: IncomingMessage[] = [];
    for (let request = 0; request < 10; request += 1) sent.push(await fetchOnce(url, { authorization }));
    expect(sent.map(({ statusCode }) => statusCode)).toEqual([...Array(8).fill(200), 429, 429]);
    expect(sent.map(({ headers }) => headers.ratelimit?.slice(0, 13))).toEqual(
      [7, 6, 5, 4, 3, 2, 1, 0, 0, 0].map((remaining) => `"default";r=${remaining}`),
    );
    expect(sent.map(({ headers }) => headers['ratelimit-policy'])).toEqual(Array(10).fill('"default";q=8;w=3600'));

    expect(sent.slice(0, 8).filter(isFromFastPath).length).toBeGreaterThan(3);
    expect(sent.slice(8).filter(isFromFastPath)).toEqual([]);
  });
});

/** The framework writes the headers that all answers have before those of the route. */
function isFromFastPath({ rawHeaders }: IncomingMessage): boolean {
  return rawHeaders.indexOf('cache-control') < rawHeaders.indexOf('x-content-type-options');
}

/** Sends a request with no other headers than these and Host. */
function fetchOnce(url: string, headers: Record<string, string>): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  get(url, { headers }, (response) => {
    response.resume();
    response.once('end', () => resolve(response));
  }).once('error', reject);
  return promise;
}

onPostgres('rate limits without the database', (open) => {
  it('credentials that cannot be checked do not count for their address, and wrong ones do', async () => {
    const { url = '', database, clock } = open();
    await using proxy = await openProxy(targetOf(url, 5432));
    const target = { url: through(url, proxy), database, clock, async [Symbol.asyncDispose]() {} };
    const env = { AUTH: 'on', HOLDFAST_OPERATOR_KEY: OPERATOR_KEY, ...LIMITS, RATE_LIMIT: '1000/1h' };
    await using instances = await openInstances(target, 1, undefined, env);
    const app = instances.at(0);
    const key = await newKey(app, 'viewer');
    proxy.refuse();
    for (const headers of [key, WRONG_KEY, { cookie: `hf_session=${'A'.repeat(43)}` }]) {
      expect(await statuses(app, 5, WHOAMI, headers)).toEqual([503, 503, 503, 503, 503]);
    }
    const refused = await app.inject({ url: WHOAMI, headers: key, remoteAddress: '192.0.2.1' });
    expect([refused.statusCode, refused.headers.ratelimit]).toEqual([503, undefined]);
    proxy.accept();
    await expect.poll(() => statuses(app, 1, WHOAMI, key)).toEqual([200]);
    expect(await statuses(app, 4, WHOAMI, WRONG_KEY)).toEqual([401, 401, 401, 429]);
  });
});
