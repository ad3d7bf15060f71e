import { expect, it } from 'vitest';
import { eachDatabase } from '../test/support/database/test-database.ts';
import { offerSlots, openListeningApp } from '../test/support/server/listening-app.ts';
import { type HoldfastEvent, HoldfastProblem } from './index.ts';

eachDatabase('the client', (open) => {
  it('calls send path, query and body, and resolve to the answer', async () => {
    await using running = await openListeningApp(open().database);
    const { client } = running;
    const { provider_id, client_id, slots } = await offerSlots(client, 3);
    const page = await client.get('/api/v1/slots', { query: { provider_id, limit: 2 } });
    expect(page.slots.map(({ slot_id }) => slot_id)).toEqual(slots.slice(0, 2));
    const body = { client_id, slot_id: slots[0] ?? 0 };
    const { reservation_id } = await client.post('/api/v1/reservations', { body });
    const confirmed = await client.put('/client/confirm', { body: { client_id, reservation_id } });
    expect(confirmed['Reservation is confirmed'].is_confirmed).toBe(true);
    const { history } = await client.get('/api/v1/reservations/{id}/history', { path: { id: reservation_id } });
    expect(history.map(({ status }) => status)).toEqual(['held', 'confirmed']);
    const range = { start: '2031-01-01', end: '2031-01-02' };
    const blocked = await client.delete('/api/v1/providers/{id}/availability', {
      path: { id: provider_id },
      query: range,
    });
    expect(blocked.slots.length).toBe(3);
  });

  it('a refusal rejects with a problem of its type', async () => {
    await using running = await openListeningApp(open().database);
    const { client } = running;
    const missing = client.get('/api/v1/slots/{id}', { path: { id: 999_999 } });
    await expect(missing).rejects.toThrow(HoldfastProblem);
    await expect(missing).rejects.toMatchObject({ status: 404, type: 'no-such-slot' });
    const malformed = client.get('/api/v1/slots', { query: { limit: 0 } });
    await expect(malformed).rejects.toMatchObject({ problem: { errors: [{ path: 'query/limit' }] } });
  });

  it('a request with a lost answer is sent again under the same key and takes effect once', async () => {
    await using running = await openListeningApp(open().database);
    const { client_id, slots } = await offerSlots(running.client, 2);
    const keys: (string | null)[] = [];
    // The network loses the first answer, and a proxy answers the second request.
    const send: typeof fetch = async (url, init) => {
      keys.push(new Headers(init?.headers).get('idempotency-key'));
      if (keys.length === 2) return new Response('busy', { status: 503, headers: { 'retry-after': '0' } });
      const response = await fetch(url, init);
      if (keys.length > 1) return response;
      await response.text();
      throw new TypeError('fetch failed');
    };
    const client = running.newClient({ fetch: send });
    const body = { client_id, slot_id: slots[0] ?? 0 };
    const held = await client.post('/api/v1/reservations', { body });
    expect(keys.length).toBe(3);
    expect(new Set(keys).size).toBe(1);
    const { reservations } = await client.get('/api/v1/reservations', { query: { client_id } });
    expect(reservations.map(({ reservation_id }) => reservation_id)).toEqual([held.reservation_id]);

    // A second call has a key of its own.
    const again = running.client.post('/api/v1/reservations', { body });
    await expect(again).rejects.toMatchObject({ status: 409, type: 'slot-taken' });
  });

  it('a call gives up after its tries, at a Retry-After above the maximum and at its signal', async () => {
    await using running = await openListeningApp(open().database);
    const refusing = (retryAfter: string, maxWaitMs?: number) => {
      let sent = 0;
      const send: typeof fetch = async () => {
        sent += 1;
        return new Response('busy', { status: 503, headers: { 'retry-after': retryAfter } });
      };
      const options = { fetch: send, maxTries: 2, ...(maxWaitMs !== undefined && { maxWaitMs }) };
      return { client: running.newClient(options), sent: () => sent };
    };
    const busy = refusing('0');
    await expect(busy.client.get('/readyz')).rejects.toMatchObject({ status: 503 });
    expect(busy.sent()).toBe(2);
    const long = refusing('3600');
    await expect(long.client.get('/readyz')).rejects.toMatchObject({ status: 503, retryAfterS: 3_600 });
    expect(long.sent()).toBe(1);
    const impatient = refusing('2', 1_000);
    await expect(impatient.client.get('/readyz')).rejects.toMatchObject({ status: 503, retryAfterS: 2 });
    expect(impatient.sent()).toBe(1);
    const once = refusing('0');
    const range = { start: '2031-01-01', end: '2031-01-02' };
    const deleting = once.client.delete('/api/v1/providers/{id}/availability', { path: { id: 1 }, query: range });
    await expect(deleting).rejects.toMatchObject({ status: 503 });
    expect(once.sent()).toBe(1);

    const stop = new AbortController();
    stop.abort(new Error('enough'));
    await expect(running.client.get('/readyz', { signal: stop.signal })).rejects.toThrow('enough');
  });

  it('events continue after a broken connection from the last id', async () => {
    await using running = await openListeningApp(open().database);
    const { client_id, slots } = await offerSlots(running.client, 2);
    const cuts: AbortController[] = [];
    const ids: (string | null)[] = [];
    const send: typeof fetch = (url, init) => {
      const cut = new AbortController();
      cuts.push(cut);
      ids.push(new Headers(init?.headers).get('last-event-id'));
      return fetch(url, { ...init, signal: AbortSignal.any([cut.signal, init?.signal ?? cut.signal]) });
    };
    const stop = new AbortController();
    let breaks = 0;
    const onBreak = () => {
      breaks += 1;
    };
    const client = running.newClient({ fetch: send });
    const events = client.events({ topics: ['reservations'], signal: stop.signal, onBreak });
    expect((await events.next()).value?.type).toBe('ready');
    const hold = (index: number) =>
      running.client.post('/api/v1/reservations', { body: { client_id, slot_id: slots[index] ?? 0 } });
    // Events of earlier commits may arrive first.
    const heard = async (id: number) => {
      let event: HoldfastEvent | undefined;
      do event = (await events.next()).value ?? undefined;
      while (event?.type === 'reservation' && event.data.reservation_id < id);
      return event;
    };
    const first = (await hold(0)).reservation_id;
    expect(await heard(first)).toMatchObject({ data: { reservation_id: first } });
    expect(breaks).toBe(0);
    cuts[0]?.abort();
    const second = (await hold(1)).reservation_id;
    expect((await events.next()).value?.type).toBe('ready');
    expect(await heard(second)).toMatchObject({ data: { reservation_id: second } });
    expect(ids).toEqual([null, expect.stringMatching(/^\d+-\d+$/)]);
    stop.abort();
    expect((await events.next()).done).toBe(true);
    expect(breaks).toBe(1);
  });
});
