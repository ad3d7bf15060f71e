import pg from 'pg';
import { beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { eachDatabase, onPostgres, type TestDatabase } from '../../../../test/support/database/test-database.ts';
import { type Answered, ask, openTestApp } from '../../../../test/support/server/test-app.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';

const NOW = '2026-11-02T08:00:00Z';

interface Fixture {
  readonly app: HttpServer;
  /** Offers an hour of a new provider: its id, and its four slots. */
  offerHour(): Promise<{ provider: number; slots: number[] }>;
  list(provider: number, headers?: Record<string, string>): Promise<Answered>;
  listed(provider: number): Promise<number[]>;
  hold(slot: number | undefined): Promise<number>;
  act(reservation: number, what: string, body?: object): Promise<void>;
}

async function openFixture(test: TestDatabase): Promise<Fixture> {
  await test.clock.freeze(NOW);
  const app = await openTestApp(test.database);
  const post = async <T>(url: string, body: object): Promise<T> => {
    const answer = await ask(app, 'POST', url, body);
    expect(answer.status, answer.text).toBeLessThan(300);
    return answer.body as T;
  };
  const name = { first_name: 'Jane', last_name: 'Doe' };
  const { client_id } = await post<{ client_id: number }>('/api/v1/clients', name);
  const list = (provider: number, headers: Record<string, string> = {}) =>
    ask(app, 'GET', `/client/getProviderAvailability?provider_id=${provider}`, undefined, headers);
  return {
    app,
    list,
    async offerHour() {
      const { provider_id } = await post<{ provider_id: number }>('/api/v1/providers', name);
      const ranges = [{ start_time: '2026-12-30 10:00', end_time: '2026-12-30 11:00' }];
      const url = `/api/v1/providers/${provider_id}/availability`;
      const { slots } = await post<{ slots: { slot_id: number }[] }>(url, { ranges });
      return { provider: provider_id, slots: slots.map((slot) => slot.slot_id) };
    },
    async listed(provider) {
      const body = (await list(provider)).body as { 'available timeslots': { timeslot_id: number }[] };
      return body['available timeslots'].map((slot) => slot.timeslot_id);
    },
    async hold(slot_id) {
      return (await post<{ reservation_id: number }>('/api/v1/reservations', { client_id, slot_id })).reservation_id;
    },
    async act(reservation, what, body = {}) {
      await post(`/api/v1/reservations/${reservation}/${what}`, { client_id, ...body });
    },
  };
}

const sourceOf = (answer: Answered) => String(answer.headers['cache-status']).split('; ')[1];

eachDatabase('availability from memory', (open) => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await openFixture(open());
  });
  beforeEach(() => open().clock.freeze(NOW));

  it('asks the database once, and says how old its knowledge is', async () => {
    const { provider } = await fixture.offerHour();
    const first = await fixture.list(provider);
    const second = await fixture.list(provider);
    expect([sourceOf(first), sourceOf(second)]).toEqual(['fwd=miss', 'hit']);
    expect(second.text).toBe(first.text);
    expect(second.headers.age).toBe('1');
    expect(second.headers['cache-control']).toBe('no-cache');
    const known = await fixture.list(provider, { 'if-none-match': String(first.headers.etag) });
    expect([known.status, known.text]).toEqual([304, '']);
    expect(sourceOf(await fixture.list(provider, { 'cache-control': 'no-cache' }))).toBe('fwd=request');
  });

  it('shows each of a reservation’s changes in the next read', async () => {
    const { provider, slots } = await fixture.offerHour();
    const [first, second, third, fourth] = slots;
    expect(await fixture.listed(provider)).toEqual(slots);
    const reservation = await fixture.hold(first);
    expect(await fixture.listed(provider)).toEqual([second, third, fourth]);
    await fixture.act(reservation, 'reschedule', { slot_id: second });
    expect(await fixture.listed(provider)).toEqual([first, third, fourth]);
    await fixture.act(reservation, 'cancel');
    expect(await fixture.listed(provider)).toEqual(slots);
  });

  it('frees a hold’s slot at its instant, unless the hold was confirmed or extended meanwhile', async () => {
    const { provider, slots } = await fixture.offerHour();
    const held = await Promise.all(slots.map((slot) => fixture.hold(slot)));
    expect(await fixture.listed(provider)).toEqual([]);
    await fixture.act(held[0] ?? 0, 'confirm');
    await open().clock.freeze('2026-11-02T08:10:00Z');
    await fixture.act(held[1] ?? 0, 'extend');
    expect(await fixture.listed(provider)).toEqual([]);
    await open().clock.freeze('2026-11-02T08:30:00Z');
    expect(await fixture.listed(provider)).toEqual([slots[2], slots[3]]);
    await open().clock.freeze('2026-11-02T08:40:00Z');
    expect(await fixture.listed(provider)).toEqual([slots[1], slots[2], slots[3]]);
  });

  it('shows blocked and newly offered time, and a provider’s new name', async () => {
    const { provider, slots } = await fixture.offerHour();
    await fixture.list(provider);
    const url = `/api/v1/providers/${provider}/availability?start=2026-12-30T10:00:00Z&end=2026-12-30T10:30:00Z`;
    await ask(fixture.app, 'DELETE', url);
    expect(await fixture.listed(provider)).toEqual(slots.slice(2));
    await open().database.transaction((tx) =>
      tx.updateTable('provider').set({ first_name: 'June' }).where('id', '=', provider).execute(),
    );
    expect((await fixture.list(provider)).text).toContain('"first_name":"June"');
  });

  it('answers /api/v1/slots for one provider’s free slots from the same memory', async () => {
    const { provider, slots } = await fixture.offerHour();
    await fixture.hold(slots[0]);
    await fixture.list(provider);
    const answer = await ask(fixture.app, 'GET', `/api/v1/slots?provider_id=${provider}&available=true&limit=2`);
    expect(sourceOf(answer)).toBe('hit');
    const stored = await ask(fixture.app, 'GET', `/api/v1/slots/${slots[1]}`);
    const { slots: free } = answer.body as { slots: object[] };
    expect(free).toHaveLength(2);
    expect(free[0]).toEqual(stored.body);
    expect(answer.headers.link).toContain('rel="next"');
  });

  it('answers /api/v1/slots with 304 for as long as the same question has the same answer', async () => {
    const { provider, slots } = await fixture.offerHour();
    const find = (query: string, known = '"another"') =>
      ask(fixture.app, 'GET', `/api/v1/slots?provider_id=${provider}${query}`, undefined, { 'if-none-match': known });
    const free = (known?: string) => find('&available=true', known);
    const idsOf = ({ status, body }: Answered) =>
      status === 200 ? (body as { slots: { slot_id: number }[] }).slots.map(({ slot_id }) => slot_id) : status;
    const first = await free();
    const etag = String(first.headers.etag);
    expect(idsOf(first)).toEqual(slots);

    const known = await free(etag);
    expect([known.status, known.text]).toEqual([304, '']);
    expect(known.headers).toMatchObject({ etag, age: expect.stringMatching(/^\d+$/), 'cache-control': 'no-cache' });
    expect(sourceOf(known)).toBe('hit');
    expect(idsOf(await find('&available=true&limit=2', etag))).toEqual(slots.slice(0, 2));
    expect(idsOf(await find('&available=true&from=2026-12-30T10:30:00Z', etag))).toEqual(slots.slice(2));

    await fixture.hold(slots[0]);
    const held = await free(etag);
    expect(idsOf(held)).toEqual(slots.slice(1));
    expect(idsOf(await free(String(held.headers.etag)))).toBe(304);
    // From here on only time passes: the hold runs out, and then a slot begins.
    await open().clock.freeze('2026-11-02T08:30:00Z');
    const expired = await free(String(held.headers.etag));
    expect(idsOf(expired)).toEqual(slots);
    await open().clock.freeze('2026-12-30T10:00:01Z');
    expect(idsOf(await free(String(expired.headers.etag)))).toEqual(slots.slice(1));
  });

  it('has no validator for what it asks the database', async () => {
    const { provider, slots } = await fixture.offerHour();
    const url = `/api/v1/slots?provider_id=${provider}`;
    const answer = await ask(fixture.app, 'GET', url, undefined, { 'if-none-match': '*' });
    expect((answer.body as { slots: object[] }).slots).toHaveLength(slots.length);
    for (const name of ['etag', 'age', 'cache-status']) expect(answer.headers).not.toHaveProperty(name);
  });
});

onPostgres('availability beside another program', (open) => {
  it('shows what the other program changed within a second', async () => {
    const fixture = await openFixture(open());
    const { provider, slots } = await fixture.offerHour();
    const reservation = await fixture.hold(slots[0]);
    expect(await fixture.listed(provider)).toEqual(slots.slice(1));
    const other = new pg.Client(open().url);
    await other.connect();
    await other.query(`update reservation set status = 'cancelled' where id = $1`, [reservation]);
    await other.end();
    await vi.waitFor(async () => expect(await fixture.listed(provider)).toEqual(slots), {
      timeout: 1_000,
      interval: 5,
    });
  });
});
