import { beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { BookingApi } from '../../../../test/support/bookings/booking-api.ts';
import { eachDatabase, onPostgres, type TestDatabase } from '../../../../test/support/database/test-database.ts';
import { type Answered, openTestApp } from '../../../../test/support/server/test-app.ts';
import { openClient } from '../../../platform/db/session/session.ts';

const NOW = '2026-11-02T08:00:00Z';

interface Fixture {
  readonly api: BookingApi;
  /** Offers an hour of a new provider. @returns its id and the ids of its four slots */
  offerHour(): Promise<{ provider: number; slots: number[] }>;
  /** The answer of the fixed path that lists a provider's free timeslots. */
  list(provider: number, headers?: Record<string, string>): Promise<Answered>;
  /** The ids in that answer. */
  listedIds(provider: number): Promise<number[]>;
  /** Holds a slot. @returns the reservation's id */
  hold(slot: number | undefined): Promise<number>;
  change(verb: 'confirm' | 'cancel' | 'extend' | 'reschedule', reservation: number, slot_id?: number): Promise<void>;
}

async function openFixture(test: TestDatabase): Promise<Fixture> {
  await test.clock.freeze(NOW);
  const api = new BookingApi(await openTestApp(test.database));
  const client = await api.createClient();
  const list = (provider: number, headers: Record<string, string> = {}) =>
    api.send('GET', `/client/getProviderAvailability?provider_id=${provider}`, undefined, headers);
  return {
    api,
    list,
    async offerHour() {
      const { provider, slots } = await api.offerQuarters(4);
      return { provider, slots: slots.map((slot) => slot.slot_id) };
    },
    async listedIds(provider) {
      const body = (await list(provider)).body as { 'available timeslots': { timeslot_id: number }[] };
      return body['available timeslots'].map((slot) => slot.timeslot_id);
    },
    async hold(slot) {
      return (await api.hold(client, slot)).reservation_id;
    },
    async change(verb, reservation, slot_id) {
      await api.change(verb, reservation, client, slot_id === undefined ? {} : { slot_id });
    },
  };
}

/** The second part of `Cache-Status`: where the answer came from. */
const sourceOf = (answer: Answered) => String(answer.headers['cache-status']).split('; ')[1];

eachDatabase('availability from memory', (open) => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await openFixture(open());
  });
  beforeEach(() => open().clock.freeze(NOW));

  it('a timetable is loaded once, and its answers say how old they are', async () => {
    const { provider } = await fixture.offerHour();
    const first = await fixture.list(provider);
    const second = await fixture.list(provider);
    expect([sourceOf(first), sourceOf(second)]).toEqual(['fwd=miss', 'hit']);
    expect(second.text).toBe(first.text);
    expect(second.headers.age).toBe('1');
    expect(second.headers['cache-control']).toBe('no-cache');
    const unchanged = await fixture.list(provider, { 'if-none-match': String(first.headers.etag) });
    expect([unchanged.status, unchanged.text]).toEqual([304, '']);
    expect(sourceOf(await fixture.list(provider, { 'cache-control': 'no-cache' }))).toBe('fwd=request');
  });

  it('every change of a reservation is in the next list', async () => {
    const { provider, slots } = await fixture.offerHour();
    const [first, second, third, fourth] = slots;
    expect(await fixture.listedIds(provider)).toEqual(slots);
    const reservation = await fixture.hold(first);
    expect(await fixture.listedIds(provider)).toEqual([second, third, fourth]);
    await fixture.change('reschedule', reservation, second);
    expect(await fixture.listedIds(provider)).toEqual([first, third, fourth]);
    await fixture.change('cancel', reservation);
    expect(await fixture.listedIds(provider)).toEqual(slots);
  });

  it('a slot is listed at the instant its hold expires, unless the hold was confirmed or extended', async () => {
    const { provider, slots } = await fixture.offerHour();
    const held = await Promise.all(slots.map((slot) => fixture.hold(slot)));
    expect(await fixture.listedIds(provider)).toEqual([]);
    await fixture.change('confirm', held[0] ?? 0);
    await open().clock.freeze('2026-11-02T08:10:00Z');
    await fixture.change('extend', held[1] ?? 0);
    expect(await fixture.listedIds(provider)).toEqual([]);
    await open().clock.freeze('2026-11-02T08:30:00Z');
    expect(await fixture.listedIds(provider)).toEqual([slots[2], slots[3]]);
    await open().clock.freeze('2026-11-02T08:40:00Z');
    expect(await fixture.listedIds(provider)).toEqual([slots[1], slots[2], slots[3]]);
  });

  it('withdrawn time and a new name of the provider are in the next list', async () => {
    const { provider, slots } = await fixture.offerHour();
    await fixture.list(provider);
    const url = `/api/v1/providers/${provider}/availability?start=2026-12-30T10:00:00Z&end=2026-12-30T10:30:00Z`;
    await fixture.api.send('DELETE', url);
    expect(await fixture.listedIds(provider)).toEqual(slots.slice(2));
    await open().database.transaction((tx) =>
      tx.updateTable('provider').set({ first_name: 'June' }).where('id', '=', provider).execute(),
    );
    expect((await fixture.list(provider)).text).toContain('"first_name":"June"');
  });

  it('GET /api/v1/slots answers with the free slots of one provider from the same memory', async () => {
    const { provider, slots } = await fixture.offerHour();
    await fixture.hold(slots[0]);
    await fixture.list(provider);
    const answer = await fixture.api.send('GET', `/api/v1/slots?provider_id=${provider}&available=true&limit=2`);
    expect(sourceOf(answer)).toBe('hit');
    const stored = await fixture.api.send('GET', `/api/v1/slots/${slots[1]}`);
    const { slots: free } = answer.body as { slots: object[] };
    expect(free).toHaveLength(2);
    expect(free[0]).toEqual(stored.body);
    expect(answer.headers.link).toContain('rel="next"');
  });

  it('GET /api/v1/slots answers 304 as long as the same query has the same answer', async () => {
    const { provider, slots } = await fixture.offerHour();
    const find = (query: string, etag = '"another"') => {
      const url = `/api/v1/slots?provider_id=${provider}${query}`;
      return fixture.api.send('GET', url, undefined, { 'if-none-match': etag });
    };
    const findFree = (etag?: string) => find('&available=true', etag);
    const idsOf = ({ status, body }: Answered) =>
      status === 200 ? (body as { slots: { slot_id: number }[] }).slots.map(({ slot_id }) => slot_id) : status;
    const first = await findFree();
    const etag = String(first.headers.etag);
    expect(idsOf(first)).toEqual(slots);

    const unchanged = await findFree(etag);
    expect([unchanged.status, unchanged.text]).toEqual([304, '']);
    expect(unchanged.headers).toMatchObject({ etag, age: expect.stringMatching(/^\d+$/), 'cache-control': 'no-cache' });
    expect(sourceOf(unchanged)).toBe('hit');
    expect(idsOf(await find('&available=true&limit=2', etag))).toEqual(slots.slice(0, 2));
    expect(idsOf(await find('&available=true&from=2026-12-30T10:30:00Z', etag))).toEqual(slots.slice(2));

    await fixture.hold(slots[0]);
    const held = await findFree(etag);
    expect(idsOf(held)).toEqual(slots.slice(1));
    expect(idsOf(await findFree(String(held.headers.etag)))).toBe(304);
    // From here on nothing but the time changes: the hold expires, and then a slot begins.
    await open().clock.freeze('2026-11-02T08:30:00Z');
    const expired = await findFree(String(held.headers.etag));
    expect(idsOf(expired)).toEqual(slots);
    await open().clock.freeze('2026-12-30T10:00:01Z');
    expect(idsOf(await findFree(String(expired.headers.etag)))).toEqual(slots.slice(1));
  });

  it('GET /api/v1/slots has no validator for what it reads from the database', async () => {
    const { provider, slots } = await fixture.offerHour();
    const url = `/api/v1/slots?provider_id=${provider}`;
    const answer = await fixture.api.send('GET', url, undefined, { 'if-none-match': '*' });
    expect((answer.body as { slots: object[] }).slots).toHaveLength(slots.length);
    for (const name of ['etag', 'age', 'cache-status']) expect(answer.headers).not.toHaveProperty(name);
  });
});

onPostgres('availability beside another program', (open) => {
  it('a change by another program is listed within a second', async () => {
    const fixture = await openFixture(open());
    const { provider, slots } = await fixture.offerHour();
    const reservation = await fixture.hold(slots[0]);
    expect(await fixture.listedIds(provider)).toEqual(slots.slice(1));
    const other = await openClient(open().url ?? '', { applicationName: 'other program' });
    await other.query(`update reservation set status = 'cancelled' where id = $1`, [reservation]);
    await other.end();
    await vi.waitFor(async () => expect(await fixture.listedIds(provider)).toEqual(slots), {
      timeout: 1_000,
      interval: 5,
    });
  });
});
