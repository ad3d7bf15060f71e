import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eachDatabase } from '../../../test/support/database/test-database.ts';
import { makeKey, OPERATOR_KEY, openGuardedApp } from '../../../test/support/server/principals.ts';
import { signIn } from '../../../test/support/server/session.ts';
import { ask, openTestApp } from '../../../test/support/server/test-app.ts';
import type { HttpServer } from '../../platform/http/http-server.ts';

const OPERATOR = { authorization: `Bearer ${OPERATOR_KEY}` };
const COOKIE = /^hf_session=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/;

interface Whoami {
  readonly role: string;
  readonly subject: number | null;
  readonly key_id: string | null;
  readonly expires_at: string | null;
}

eachDatabase('sessions', (open) => {
  let app: HttpServer;

  beforeAll(async () => {
    app = await openGuardedApp(open().database);
  });
  afterAll(() => app.close());

  async function createClient(): Promise<number> {
    const name = { first_name: 'Ada', last_name: 'Byron' };
    const { body } = await ask(app, 'POST', '/api/v1/clients', name, OPERATOR);
    return (body as { client_id: number }).client_id;
  }

  const whoami = async (headers: Record<string, string>) => {
    const { status, body } = await ask(app, 'GET', '/api/v1/whoami', undefined, headers);
    return status === 200 ? (body as Whoami) : status;
  };

  it('the cookie is strict', async () => {
    const { headers } = await ask(app, 'POST', '/api/v1/session', { key: OPERATOR_KEY });
    expect(headers['set-cookie']).toMatch(COOKIE);
  });

  it('a session acts as its key and ends after 12 hours at the latest', async () => {
    const subject = await createClient();
    const { key, key_id } = await makeKey(app, 'client', subject);
    const identity = await whoami(await signIn(app, key));
    expect(identity).toMatchObject({ role: 'client', subject, key_id });
    const lifeMs = Date.parse((identity as Whoami).expires_at ?? '') - open().clock.latestMs();
    expect(Math.abs(lifeMs - 12 * 3_600_000)).toBeLessThan(60_000);
  });

  it('a session of a key that ends earlier shows the end of the key', async () => {
    const endMs = Math.floor(open().clock.latestMs() / 1_000 + 3_600) * 1_000;
    const expires_at = new Date(endMs).toISOString().replace('.000Z', 'Z');
    const fields = { name: 'Test', role: 'viewer', expires_at };
    const { key } = (await ask(app, 'POST', '/api/v1/keys', fields, OPERATOR)).body as { key: string };
    expect(await whoami(await signIn(app, key))).toMatchObject({ role: 'viewer', expires_at });
  });

  it('only the hash of the token is stored', async () => {
    const { key } = await makeKey(app, 'service');
    const { cookie } = await signIn(app, key);
    const id = createHash('sha256').update(cookie.slice('hf_session='.length)).digest();
    const { rows } = await open().database.read((reader) =>
      sql<{ count: number }>`select count(*)::int as count from access_session where id = ${id}`.execute(reader),
    );
    expect(rows).toEqual([{ count: 1 }]);
  });

  it.each([
    ['an unknown key', `hf_${'0'.repeat(20)}_${'A'.repeat(43)}`],
    ['a text that is no key', 'open sesame'],
    ['no text', ''],
  ])('%s does not sign in', async (_, key) => {
    const { status, body, headers } = await ask(app, 'POST', '/api/v1/session', { key });
    expect([status, body]).toMatchObject([401, { type: expect.stringMatching(/unauthenticated$/) }]);
    expect(headers).toMatchObject({ 'www-authenticate': 'Bearer' });
    expect(headers['set-cookie']).toBeUndefined();
  });

  it('a key with another secret, a revoked key and an expired key do not sign in', async () => {
    const [wrong, revoked] = [await makeKey(app, 'service'), await makeKey(app, 'service')];
    const rotated = await makeKey(app, 'service');
    await ask(app, 'DELETE', `/api/v1/keys/${revoked.key_id}`, undefined, OPERATOR);
    await ask(app, 'POST', `/api/v1/keys/${rotated.key_id}/rotate`, { overlap_seconds: 0 }, OPERATOR);
    const otherSecret = wrong.key.slice(0, 24) + (await makeKey(app, 'service')).key.slice(24);
    for (const key of [otherSecret, revoked.key, rotated.key]) {
      expect((await ask(app, 'POST', '/api/v1/session', { key })).status).toBe(401);
    }
  });

  it('signing out ends the session, and can be repeated by anyone', async () => {
    const headers = await signIn(app, (await makeKey(app, 'service')).key);
    for (const cookie of [headers, headers, {}, { authorization: 'Bearer wrong' }]) {
      const { status, headers: answered } = await ask(app, 'DELETE', '/api/v1/session', undefined, cookie);
      expect(status).toBe(204);
      expect(answered['set-cookie']).toBe('hf_session=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict');
    }
    expect(await whoami(headers)).toBe(401);
  });

  it('signing in again ends the session that the request has', async () => {
    const { key } = await makeKey(app, 'service');
    const first = await signIn(app, key);
    const second = await signIn(app, key, first);
    expect([await whoami(first), await whoami(second)]).toMatchObject([401, { role: 'service' }]);
  });

  it('a refused sign-in leaves the session that the request has', async () => {
    const headers = await signIn(app, (await makeKey(app, 'service')).key);
    expect((await ask(app, 'POST', '/api/v1/session', { key: 'wrong' }, headers)).status).toBe(401);
    expect(await whoami(headers)).toMatchObject({ role: 'service' });
  });

  it('revoking the key ends its sessions and no others', async () => {
    const [ended, other] = [await makeKey(app, 'service'), await makeKey(app, 'service')];
    const [endedCookie, otherCookie] = [await signIn(app, ended.key), await signIn(app, other.key)];
    expect(await whoami(endedCookie)).toMatchObject({ key_id: ended.key_id });
    await ask(app, 'DELETE', `/api/v1/keys/${ended.key_id}`, undefined, OPERATOR);
    expect([await whoami(endedCookie), await whoami(otherCookie)]).toMatchObject([401, { key_id: other.key_id }]);
  });

  it('a rotation without overlap ends the sessions of the old key', async () => {
    const { key, key_id } = await makeKey(app, 'service');
    const headers = await signIn(app, key);
    await ask(app, 'POST', `/api/v1/keys/${key_id}/rotate`, { overlap_seconds: 0 }, OPERATOR);
    expect(await whoami(headers)).toBe(401);
  });

  it('Authorization wins over the cookie', async () => {
    const { cookie } = await signIn(app, (await makeKey(app, 'viewer')).key);
    expect(await whoami({ cookie, authorization: 'Bearer wrong' })).toBe(401);
    expect(await whoami({ cookie, authorization: '' })).toBe(401);
    expect(await whoami({ cookie, ...OPERATOR })).toMatchObject({ role: 'operator' });
    expect(await whoami({ cookie })).toMatchObject({ role: 'viewer' });
  });

  it('two session cookies are none, and other cookies do not matter', async () => {
    const { cookie } = await signIn(app, (await makeKey(app, 'service')).key);
    expect(await whoami({ cookie: `${cookie}; ${cookie}` })).toBe(401);
    expect(await whoami({ cookie: `a=b; ${cookie};c=d` })).toMatchObject({ role: 'service' });
    expect(await whoami({ cookie: `x${cookie}` })).toBe(401);
    expect(await whoami({ cookie: cookie.toUpperCase() })).toBe(401);
  });

  describe('of the bootstrap operator key', () => {
    it('has the role operator and no key', async () => {
      expect(await whoami(await signIn(app, OPERATOR_KEY))).toMatchObject({
        role: 'operator',
        subject: null,
        key_id: null,
        expires_at: expect.any(String),
      });
    });

    it('ends when the key changes', async () => {
      const { cookie } = await signIn(app, OPERATOR_KEY);
      const statuses: number[] = [];
      for (const HOLDFAST_OPERATOR_KEY of [OPERATOR_KEY, OPERATOR_KEY.toUpperCase()]) {
        const other = await openGuardedApp(open().database, { HOLDFAST_OPERATOR_KEY });
        statuses.push((await ask(other, 'GET', '/api/v1/whoami', undefined, { cookie })).status);
        await other.close();
      }
      expect(statuses).toEqual([200, 401]);
    });
  });

  it('with AUTH=off keys sign in and out as well', async () => {
    const { key } = await makeKey(app, 'service');
    const unguarded = await openTestApp(open().database, { HOLDFAST_OPERATOR_KEY: OPERATOR_KEY });
    const statuses: number[] = [];
    for (const tried of [key, OPERATOR_KEY, 'wrong']) {
      statuses.push((await ask(unguarded, 'POST', '/api/v1/session', { key: tried })).status);
    }
    statuses.push((await ask(unguarded, 'DELETE', '/api/v1/session')).status);
    await unguarded.close();
    expect(statuses).toEqual([204, 204, 401, 204]);
  });

  it('the cookie is Secure where others can connect', async () => {
    const remote = await openGuardedApp(open().database, { HOST: '0.0.0.0' });
    const { headers } = await ask(remote, 'POST', '/api/v1/session', { key: OPERATOR_KEY });
    const removed = await ask(remote, 'DELETE', '/api/v1/session');
    await remote.close();
    expect([headers['set-cookie'], removed.headers['set-cookie']]).toEqual([
      expect.stringMatching(/; Secure$/),
      expect.stringMatching(/^hf_session=; Max-Age=0;.*; Secure$/),
    ]);
  });
});
