import { expect, it } from 'vitest';
import { eachDatabase } from '../test/support/database/test-database.ts';
import { makeKey, openGuardedApp } from '../test/support/server/principals.ts';
import { createClient } from './index.ts';

eachDatabase('credentials of the client', (open) => {
  it('the client sends its key, or what its token function returns at each request', async () => {
    await using app = await openGuardedApp(open().database);
    const baseUrl = await app.listen({ host: '127.0.0.1', port: 0 });
    const { key, key_id } = await makeKey(app, 'service');
    const other = await makeKey(app, 'viewer');

    expect(await createClient({ baseUrl, key }).get('/api/v1/whoami')).toMatchObject({ role: 'service', key_id });

    const tokens = [other.key, key];
    const refreshing = createClient({ baseUrl, token: async () => tokens.pop() ?? '' });
    expect(await refreshing.get('/api/v1/whoami')).toMatchObject({ role: 'service' });
    expect(await refreshing.get('/api/v1/whoami')).toMatchObject({ role: 'viewer' });

    const header = { headers: { authorization: `Bearer ${other.key}` } };
    expect(await createClient({ baseUrl, key }).get('/api/v1/whoami', header)).toMatchObject({ role: 'viewer' });
  });

  it('the event stream of the client is authenticated', async () => {
    await using app = await openGuardedApp(open().database);
    const baseUrl = await app.listen({ host: '127.0.0.1', port: 0 });
    const { key } = await makeKey(app, 'service');
    const stopped = new AbortController();
    for await (const event of createClient({ baseUrl, key }).events({ signal: stopped.signal })) {
      expect(event.type).toBe('ready');
      break;
    }
    stopped.abort();
    const anonymous = createClient({ baseUrl }).events();
    await expect(anonymous.next()).rejects.toMatchObject({ status: 401, type: 'unauthenticated' });
  });

  it('a call without credentials rejects with the problem, and is sent once', async () => {
    await using app = await openGuardedApp(open().database);
    const baseUrl = await app.listen({ host: '127.0.0.1', port: 0 });
    let sent = 0;
    const send: typeof fetch = (...request) => {
      sent += 1;
      return fetch(...request);
    };
    const refused = createClient({ baseUrl, fetch: send }).get('/api/v1/whoami');
    await expect(refused).rejects.toMatchObject({ status: 401, type: 'unauthenticated' });
    expect(sent).toBe(1);
    expect(() => createClient({ key: 'a', token: () => 'b' })).toThrow('not both');
  });
});
