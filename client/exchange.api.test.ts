import { expect, it } from 'vitest';
import { eachDatabase } from '../test/support/database/test-database.ts';
import { offerSlots, openListeningApp } from '../test/support/server/listening-app.ts';
import { HoldfastProblem } from './index.ts';

eachDatabase('an exchange of the client', (open) => {
  it('an unchanged page is a 304 with its age in an exchange with a validator', async () => {
    await using running = await openListeningApp(open().database);
    const { exchange } = running.client;
    const first = await exchange.get('/orders/{page}', { path: { page: 1 } });
    expect(first).toMatchObject({ status: 200, body: { page: 1, orders: [] } });
    const etag = first.headers.get('etag') ?? '';
    const ask = (validator: string) =>
      ({
        path: { page: 1 },
        headers: { 'if-none-match': validator, 'cache-control': 'max-age=60' },
        cache: 'no-store',
      }) as const;

    const again = await exchange.get('/orders/{page}', ask(etag));
    expect(again).toMatchObject({ status: 304, body: undefined });
    expect(again.headers.get('age')).toMatch(/^\d+$/);
    expect(again.headers.get('cache-status')).toMatch(/^Holdfast; hit; ttl=\d+/);

    // Another validator gets the complete answer.
    const other = await exchange.get('/orders/{page}', ask('"of something else"'));
    expect(other).toMatchObject({ status: 200, body: first.body });
    // A call that resolves to the body alone rejects, as a 304 has none.
    const bare = running.client.get('/orders/{page}', ask(etag));
    await expect(bare).rejects.toThrow(HoldfastProblem);
    await expect(bare).rejects.toMatchObject({ status: 304 });
  });

  it('an exchange and a problem have the status and headers of the answer', async () => {
    await using running = await openListeningApp(open().database);
    const { client } = running;
    const { provider_id, client_id, slots } = await offerSlots(client, 2);
    const page = await client.exchange.get('/api/v1/slots', { query: { provider_id, limit: 1, cursor: undefined } });
    expect(page.headers.get('link')).toContain(`cursor=${page.body?.next_cursor}`);
    const body = { client_id, slot_id: slots[0] ?? 0 };
    const held = await client.exchange.post('/api/v1/reservations', { body });
    expect(held).toMatchObject({ status: 201, body: { client_id, status: 'held' } });
    expect(Date.parse(held.headers.get('date') ?? '')).not.toBeNaN();
    const refused: unknown = await client.exchange.post('/api/v1/reservations', { body }).catch((error) => error);
    if (!(refused instanceof HoldfastProblem)) throw new Error('the second hold succeeded');
    expect(refused.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  });

  it('the cache option of a call reaches fetch', async () => {
    await using running = await openListeningApp(open().database);
    const used: unknown[] = [];
    const client = running.newClient({
      fetch: (url, init) => {
        used.push(init?.cache);
        return fetch(url, init);
      },
    });
    await client.get('/readyz', { cache: 'no-store' });
    await client.get('/readyz');
    expect(used).toEqual(['no-store', undefined]);
  });

  it('a request whose answer breaks off is sent again under the same key', async () => {
    await using running = await openListeningApp(open().database);
    const { client_id, slots } = await offerSlots(running.client, 1);
    const keys: (string | null)[] = [];
    const client = running.newClient({
      maxTries: 2,
      fetch: async (url, init) => {
        keys.push(new Headers(init?.headers).get('idempotency-key'));
        const response = await fetch(url, init);
        if (keys.length > 1) return response;
        await response.text();
        const broken = new ReadableStream({ pull: (body) => body.error(new TypeError('terminated')) });
        return new Response(broken, response);
      },
    });
    const { reservation_id } = await client.post('/api/v1/reservations', {
      body: { client_id, slot_id: slots[0] ?? 0 },
    });
    expect(keys.length).toBe(2);
    expect(keys[1]).toBe(keys[0]);
    const { reservations } = await running.client.get('/api/v1/reservations', { query: { client_id } });
    expect(reservations.map((each) => each.reservation_id)).toEqual([reservation_id]);
  });
});
