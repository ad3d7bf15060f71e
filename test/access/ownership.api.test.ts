import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HttpServer } from '../../src/platform/http/http-server.ts';
import { eachDatabase } from '../support/database/test-database.ts';
import { type Ask, asOperator, asRole, makeKey, openGuardedApp, outcomeOf } from '../support/server/principals.ts';

interface Made {
  readonly client_id: number;
  readonly provider_id: number;
  readonly reservation_id: number;
  readonly slot_id: number;
}

eachDatabase('ownership', (open) => {
  let app: HttpServer;
  let operator: Ask;
  let ann: Ask;
  let bob: Ask;
  let owner: Ask;
  let rival: Ask;
  let annId: number;
  let bobId: number;
  let ownerId: number;
  let rivalId: number;
  let slotIds: number[];

  const make = async (url: string, body: object) => (await operator('POST', url, body)).body as Made;

  beforeAll(async () => {
    app = await openGuardedApp(open().database, { MAX_LIVE_HOLDS: '3' });
    operator = asOperator(app);
    const name = { first_name: 'A', last_name: 'B' };
    annId = (await make('/api/v1/clients', name)).client_id;
    bobId = (await make('/api/v1/clients', name)).client_id;
    ownerId = (await make('/api/v1/providers', name)).provider_id;
    rivalId = (await make('/api/v1/providers', name)).provider_id;
    ann = await asRole(app, 'client', annId);
    bob = await asRole(app, 'client', bobId);
    owner = await asRole(app, 'provider', ownerId);
    rival = await asRole(app, 'provider', rivalId);
    const range = { start_time: '2099-03-17T09:00:00Z', end_time: '2099-03-17T18:00:00Z' };
    const offered = await owner('POST', `/api/v1/providers/${ownerId}/availability`, { ranges: [range] });
    slotIds = (offered.body as { slots: Made[] }).slots.map(({ slot_id }) => slot_id);
  });
  afterAll(() => app.close());

  async function hold(as: Ask = ann): Promise<number> {
    const { status, body } = await as('POST', '/api/v1/reservations', { slot_id: slotIds.pop() });
    expect(status).toBe(201);
    return (body as Made).reservation_id;
  }

  it('a client leaves out its id, and may not name another', async () => {
    const id = await hold();
    expect(((await ann('GET', `/api/v1/reservations/${id}`)).body as Made).client_id).toBe(annId);
    const named = { client_id: bobId, slot_id: slotIds[0] };
    expect(outcomeOf(await ann('POST', '/api/v1/reservations', named))).toBe('403 forbidden');
    expect(outcomeOf(await ann('POST', '/client/reserve', { client_id: bobId, timeslot_id: slotIds[0] }))).toBe(
      '403 forbidden',
    );
    expect(outcomeOf(await ann('GET', `/api/v1/reservations?client_id=${bobId}`))).toBe('403 forbidden');
    expect(outcomeOf(await operator('POST', '/api/v1/reservations', { slot_id: slotIds[0] }))).toBe(
      '400 malformed-request',
    );
    expect(outcomeOf(await ann('POST', `/api/v1/reservations/${id}/cancel`))).toBe('200');
  });

  it('a provider that gets a reservation by a move reads its past, with no more of the former slot than anyone may', async () => {
    const id = await hold();
    const url = `/api/v1/reservations/${id}`;
    const former = (await owner('GET', url)).body as Made;
    const range = { start_time: '2099-03-18T09:00:00Z', end_time: '2099-03-18T09:15:00Z' };
    const offered = await rival('POST', `/api/v1/providers/${rivalId}/availability`, { ranges: [range] });
    const [target] = (offered.body as { slots: Made[] }).slots;
    expect((await ann('POST', `${url}/reschedule`, { slot_id: target?.slot_id })).status).toBe(200);

    const { history } = (await rival('GET', `${url}/history`)).body as { history: { at: string; slot_id: number }[] };
    expect(history.map(({ slot_id }) => slot_id)).toEqual([former.slot_id, target?.slot_id]);
    expect(history.map((entry) => Object.keys(entry).sort())).toEqual(
      Array(2).fill(['at', 'by', 'expires_at', 'quantity', 'slot_id', 'status']),
    );
    const then = (await rival('GET', `${url}?at=${history[0]?.at}`)).body as object;
    const { slot_id, provider_id, start_time, end_time } = (await rival('GET', `/api/v1/slots/${former.slot_id}`))
      .body as Made & { start_time: string; end_time: string };
    expect(then).toMatchObject({ slot_id, provider_id, start_time, end_time });
    expect(Object.keys(then)).toEqual(Object.keys(former));

    for (const path of [url, `${url}/history`, `${url}?at=${history[0]?.at}`]) {
      expect([path, outcomeOf(await owner('GET', path))]).toEqual([path, '404 no-such-reservation']);
    }
    expect((await ann('POST', `${url}/reschedule`, { slot_id: former.slot_id })).status).toBe(200);
    expect(outcomeOf(await rival('GET', `${url}/history`))).toBe('404 no-such-reservation');
    expect(outcomeOf(await ann('POST', `${url}/cancel`))).toBe('200');
  });

  it('a reservation of someone else does not exist, whatever the body names', async () => {
    const id = await hold();
    const url = `/api/v1/reservations/${id}`;
    const tries = [
      await bob('GET', url),
      await bob('GET', `${url}?at=2026-01-01`),
      await bob('GET', `${url}/history`),
      await rival('GET', url),
      await rival('GET', `${url}/history`),
      await rival('POST', `${url}/cancel`),
    ];
    for (const action of ['confirm', 'cancel', 'extend', 'reschedule']) {
      const body = action === 'reschedule' ? { slot_id: slotIds[0] } : {};
      for (const named of [{}, { client_id: annId }, { client_id: bobId }, { client_id: 999_999 }]) {
        tries.push(await bob('POST', `${url}/${action}`, { ...body, ...named }));
      }
    }
    expect(new Set(tries.map(outcomeOf))).toEqual(new Set(['404 no-such-reservation']));
    expect(outcomeOf(await ann('POST', `${url}/confirm`, { client_id: bobId }))).toBe('403 forbidden');
    const confirmed = await bob('PUT', '/client/confirm', { reservation_id: id });
    expect([confirmed.status, (confirmed.body as { detail: string }).detail]).toEqual([
      403,
      'The client_id does not match with the one in the reservation',
    ]);
    expect((await ann('GET', url)).body).toMatchObject({ status: 'held' });
    expect(outcomeOf(await owner('POST', `${url}/cancel`))).toBe('200');
  });

  it('lists have only what is the own', async () => {
    const id = await hold();
    const idsOf = async (as: Ask, url: string) =>
      ((await as('GET', url)).body as { reservations: Made[] }).reservations.map(
        ({ reservation_id }) => reservation_id,
      );
    expect(await idsOf(ann, '/api/v1/reservations')).toContain(id);
    expect(await idsOf(bob, '/api/v1/reservations')).not.toContain(id);
    expect(await idsOf(owner, '/api/v1/reservations?live=true')).toContain(id);
    expect(await idsOf(rival, `/api/v1/reservations?provider_id=${rivalId}`)).toEqual([]);
    expect(outcomeOf(await rival('GET', `/api/v1/reservations?provider_id=${ownerId}`))).toBe('403 forbidden');
    const clients = async (as: Ask) =>
      ((await as('GET', '/api/v1/clients')).body as { clients: Made[] }).clients.map(({ client_id }) => client_id);
    expect(await clients(ann)).toEqual([annId]);
    expect((await clients(operator)).length).toBeGreaterThan(1);
    await ann('POST', `/api/v1/reservations/${id}/cancel`);
  });

  it('a client reads and changes itself only, and a provider reads the clients of its slots', async () => {
    const id = await hold();
    const outcomes = async (as: Ask, clientId: number) => [
      outcomeOf(await as('GET', `/api/v1/clients/${clientId}`)),
      outcomeOf(await as('PATCH', `/api/v1/clients/${clientId}`, { first_name: 'C' })),
    ];
    expect(await outcomes(ann, annId)).toEqual(['200', '200']);
    expect(await outcomes(ann, bobId)).toEqual(['404 no-such-client', '404 no-such-client']);
    expect(await outcomes(owner, annId)).toEqual(['200', '403 forbidden']);
    const stranger = (await make('/api/v1/clients', { first_name: 'E', last_name: 'F' })).client_id;
    expect(await outcomes(owner, stranger)).toEqual(['404 no-such-client', '403 forbidden']);
    expect(await outcomes(rival, annId)).toEqual(['404 no-such-client', '403 forbidden']);
    await ann('POST', `/api/v1/reservations/${id}/cancel`);
  });

  it('a provider changes its own time and record only', async () => {
    const [start, end] = ['2099-04-17T09:00:00Z', '2099-04-17T10:00:00Z'];
    const range = { start_time: start, end_time: end };
    const query = new URLSearchParams({ start, end });
    for (const [as, providerId, expected] of [
      [owner, ownerId, /^20[01]$/],
      [rival, ownerId, /^403 forbidden$/],
      [rival, 999_999, /^404 no-such-provider$/],
    ] as const) {
      const url = `/api/v1/providers/${providerId}`;
      expect(outcomeOf(await as('POST', `${url}/availability`, { ranges: [range] }))).toMatch(expected);
      expect(outcomeOf(await as('DELETE', `${url}/availability?${query}`))).toMatch(expected);
      expect(outcomeOf(await as('PATCH', url, { first_name: 'D' }))).toMatch(expected);
    }
    const fixed = { start_time: '2099-05-17T09:00:00Z', end_time: '2099-05-17T10:00:00Z' };
    expect(outcomeOf(await rival('POST', '/provider/availability', { provider_id: ownerId, ...fixed }))).toBe(
      '403 forbidden',
    );
    expect(outcomeOf(await rival('POST', '/provider/availability', fixed))).toBe('201');
  });

  it('the history says who did what', async () => {
    const id = await hold();
    await operator('POST', `/api/v1/reservations/${id}/extend`, { client_id: annId });
    await ann('POST', `/api/v1/reservations/${id}/confirm`, {});
    await owner('POST', `/api/v1/reservations/${id}/cancel`, {});
    const { body } = await ann('GET', `/api/v1/reservations/${id}/history`);
    const { history } = body as { history: { status: string; by: object | null }[] };
    const keyId = expect.stringMatching(/^[0-9a-f]{20}$/);
    const client = { role: 'client', subject: annId, key_id: keyId };
    expect(history.map(({ status, by }) => ({ status, by }))).toEqual([
      { status: 'held', by: client },
      ...(history.length === 4 ? [{ status: 'held', by: { role: 'operator', subject: null, key_id: null } }] : []),
      { status: 'confirmed', by: client },
      { status: 'cancelled', by: { role: 'provider', subject: ownerId, key_id: keyId } },
    ]);
  });

  it('no principal makes a hold expire or a supplier refuse', async () => {
    for (const status of ['expired', 'conflict']) {
      const id = await hold();
      await open().database.transaction((tx) =>
        sql`update reservation set status = ${status}, changed_at = holdfast_clock() where id = ${id}`.execute(tx),
      );
      const { body } = await ann('GET', `/api/v1/reservations/${id}/history`);
      const { history } = body as { history: { status: string; by: object | null }[] };
      expect(history.map(({ status, by }) => [status, by === null])).toEqual([
        ['held', false],
        [status, true],
      ]);
    }
  });

  describe('MAX_LIVE_HOLDS', () => {
    it('holds sent at once give a client no more than it may have', async () => {
      const tries = slotIds.slice(0, 8);
      const answers = await Promise.all(tries.map((slot_id) => bob('POST', '/api/v1/reservations', { slot_id })));
      const outcomes = answers.map(outcomeOf).sort();
      expect(outcomes).toEqual([...Array(3).fill('201'), ...Array(5).fill('409 too-many-holds')]);
      const held = answers.filter(({ status }) => status === 201).map(({ body }) => body as Made);
      await bob('POST', `/api/v1/reservations/${held[0]?.reservation_id}/confirm`);
      expect(outcomeOf(await bob('POST', '/api/v1/reservations', { slot_id: slotIds.pop() }))).toBe('201');
    });
  });

  it('a revoked key is refused at once, and its event stream ends', async () => {
    const { key, key_id } = await makeKey(app, 'client', annId);
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = app.server.address() as { port: number };
    const headers = { authorization: `Bearer ${key}` };
    const stream = await fetch(`http://127.0.0.1:${port}/api/v1/events`, { headers });
    expect(stream.status).toBe(200);
    expect(stream.headers.get('cache-control')).toBe('private, no-store');
    expect(stream.headers.get('vary')).toContain('Authorization, Cookie');
    expect(outcomeOf(await operator('DELETE', `/api/v1/keys/${key_id}`))).toBe('204');
    expect((await fetch(`http://127.0.0.1:${port}/api/v1/whoami`, { headers })).status).toBe(401);
    // Resolves only when the server ends the stream.
    expect(await stream.text()).toContain('event: ready');
  });
});
