import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eachDatabase } from '../../../test/support/database/test-database.ts';
import { makeKey, OPERATOR_KEY, openGuardedApp } from '../../../test/support/server/principals.ts';
import { signIn } from '../../../test/support/server/session.ts';
import { ask } from '../../../test/support/server/test-app.ts';
import type { HttpServer } from '../../platform/http/http-server.ts';

const OPERATOR = { authorization: `Bearer ${OPERATOR_KEY}` };
const SAME_SITE = { 'sec-fetch-site': 'same-origin' };

eachDatabase('requests from other origins', (open) => {
  let app: HttpServer;

  beforeAll(async () => {
    app = await openGuardedApp(open().database);
  });
  afterAll(() => app.close());

  describe('a change with a session', () => {
    const create = (headers: Record<string, string>) =>
      ask(app, 'POST', '/api/v1/clients', { first_name: 'Ada', last_name: 'Byron' }, headers);

    it.each([
      ['Sec-Fetch-Site: same-origin', SAME_SITE, 201],
      ['an Origin with the same host', { host: 'book.example:8080', origin: 'https://book.example:8080' }, 201],
      ['an Origin with the default port', { host: 'book.example:443', origin: 'https://book.example' }, 201],
      ['neither header', {}, 403],
      ['Sec-Fetch-Site: cross-site', { 'sec-fetch-site': 'cross-site' }, 403],
      ['Sec-Fetch-Site: same-site', { 'sec-fetch-site': 'same-site' }, 403],
      ['Sec-Fetch-Site: none', { 'sec-fetch-site': 'none' }, 403],
      [
        'Sec-Fetch-Site: cross-site beside a good Origin',
        { 'sec-fetch-site': 'cross-site', host: 'book.example', origin: 'https://book.example' },
        403,
      ],
      ['an Origin with another host', { host: 'book.example', origin: 'https://evil.example' }, 403],
      ['an Origin with another port', { host: 'book.example', origin: 'https://book.example:8443' }, 403],
      ['an Origin of a subdomain', { host: 'book.example', origin: 'https://a.book.example' }, 403],
      ['the Origin null', { host: 'book.example', origin: 'null' }, 403],
      ['an Origin that only begins as the host', { host: 'book.example', origin: 'https://book.example.evil' }, 403],
      ['an Origin with the host as a user', { host: 'book.example', origin: 'https://book.example@evil.example' }, 403],
    ])('with %s is answered %3$s', async (_, headers: Record<string, string>, expected) => {
      const session = await signIn(app, (await makeKey(app, 'service')).key);
      expect((await create({ ...session, ...headers })).status).toBe(expected);
      // Controls: a key needs no origin, and without credentials the origin does not matter.
      expect((await create({ ...OPERATOR, ...headers })).status).toBe(201);
      expect((await create(headers)).status).toBe(401);
    });

    it('needs the same origin for every method that changes', async () => {
      const session = await signIn(app, OPERATOR_KEY);
      const { key_id } = await makeKey(app, 'service');
      const url = `/api/v1/keys/${key_id}`;
      expect((await ask(app, 'DELETE', url, undefined, session)).status).toBe(403);
      expect((await ask(app, 'DELETE', url, undefined, { ...session, ...SAME_SITE })).status).toBe(204);
    });

    it('is 415 in a type that forms can send', async () => {
      const session = await signIn(app, (await makeKey(app, 'service')).key);
      const headers = { ...session, ...SAME_SITE, 'content-type': 'text/plain' };
      const sent = await app.inject({ method: 'POST', url: '/api/v1/clients', headers, payload: '{}' });
      expect(sent.statusCode).toBe(415);
    });
  });

  it.each([
    ['https://book.example', 201],
    ['http://book.example', 403],
  ])('a change from %s is answered %i where a trusted proxy reports TLS', async (origin, expected) => {
    await using proxied = await openGuardedApp(open().database, { TRUST_PROXY: '127.0.0.1' });
    const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'book.example' };
    const session = await signIn(proxied, (await makeKey(proxied, 'service')).key);
    const body = { first_name: 'Ada', last_name: 'Byron' };
    const headers = { ...session, ...forwarded, origin };
    expect((await ask(proxied, 'POST', '/api/v1/clients', body, headers)).status).toBe(expected);
  });

  it('reads with a session need no origin', async () => {
    const session = await signIn(app, (await makeKey(app, 'service')).key);
    expect((await ask(app, 'GET', '/api/v1/clients', undefined, session)).status).toBe(200);
  });

  it.each([
    [{}, 204],
    [SAME_SITE, 204],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ host: 'book.example', origin: 'https://book.example' }, 204],
    [{ host: 'book.example', origin: 'https://evil.example' }, 403],
  ])('a sign-in with %o is answered %i', async (headers: Record<string, string>, expected) => {
    const { key } = await makeKey(app, 'service');
    expect((await ask(app, 'POST', '/api/v1/session', { key }, headers)).status).toBe(expected);
  });
});
