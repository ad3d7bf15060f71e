import { beforeAll, beforeEach, expect, it } from 'vitest';
import { eachDatabase } from '../../../../test/support/database/test-database.ts';
import { ask, openTestApp } from '../../../../test/support/server/test-app.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';

const NOW = '2026-11-02T08:00:00Z';
const NOBODY = 999_999_999;

interface Listed {
  readonly reservation_id: number;
  readonly slot_id: number;
  readonly status: string;
}

eachDatabase('GET /api/v1/reservations', (open) => {
  let app: HttpServer;
  let harry: number;
  let john: number;

  beforeEach(() => open().clock.freeze(NOW));
  beforeAll(async () => {
    app = await openTestApp(open().database);
    [harry, john] = [await newPerson('client'), await newPerson('client')];
  });

  async function must<T>(method: 'GET' | 'POST' | 'DELETE', url: string, body?: object): Promise<T> {
    const answer = await ask(app, method, url, body);
    expect(answer.status, answer.text).toBeLessThan(300);
    return answer.body as T;
  }

  async function newPerson(who: 'client' | 'provider'): Promise<number> {
    const body = { first_name: 'Jane', last_name: 'Doe' };
    return (await must<Record<string, number>>('POST', `/api/v1/${who}s`, body))[`${who}_id`] ?? 0;
  }

  /** A provider with quarters of an hour from 10:00 on, of so many places each, and the slots' ids. */
  async function calendar(quarters: number, capacity = 1): Promise<{ provider: number; slots: readonly number[] }> {
    const provider = await newPerson('provider');
    const end_time = new Date(Date.parse('2026-12-30T10:00Z') + quarters * 900_000).toISOString();
    const offer = { ranges: [{ start_time: '2026-12-30T10:00Z', end_time }], capacity };
    const path = `/api/v1/providers/${provider}/availability`;
    const { slots } = await must<{ slots: { slot_id: number }[] }>('POST', path, offer);
    return { provider, slots: slots.map(({ slot_id }) => slot_id) };
  }

  async function hold(client_id: number, slot_id: number | undefined): Promise<number> {
    return (await must<Listed>('POST', '/api/v1/reservations', { client_id, slot_id })).reservation_id;
  }

  function end(how: 'confirm' | 'cancel', id: number, client_id: number): Promise<Listed> {
    return must('POST', `/api/v1/reservations/${id}/${how}`, { client_id });
  }

  async function list(query: string): Promise<readonly Listed[]> {
    return (await must<{ reservations: Listed[] }>('GET', `/api/v1/reservations?${query}`)).reservations;
  }

  async function idsOf(query: string): Promise<number[]> {
    return (await list(query)).map(({ reservation_id }) => reservation_id);
  }

  it('lists what is reserved of a provider, whoever reserved it, and nothing of another one', async () => {
    const mine = await calendar(2);
    const other = await calendar(1);
    const ids = [await hold(harry, mine.slots[1]), await hold(john, mine.slots[0])];
    await hold(harry, other.slots[0]);
    expect(await idsOf(`provider_id=${mine.provider}`)).toEqual(ids);
    expect(await list(`provider_id=${mine.provider}`)).toMatchObject([
      { slot_id: mine.slots[1], client_id: harry, provider_id: mine.provider, status: 'held' },
      { slot_id: mine.slots[0], client_id: john, provider_id: mine.provider, status: 'held' },
    ]);
  });

  it('lists a provider’s page by page, by id', async () => {
    const { provider, slots } = await calendar(5);
    const ids: number[] = [];
    for (const slot of slots.toReversed()) ids.push(await hold(harry, slot));
    await end('cancel', ids[2] ?? 0, harry);
    const seen: number[][] = [];
    let url: string | undefined = `/api/v1/reservations?provider_id=${provider}&limit=2&from=2026-12-30`;
    while (url !== undefined && seen.length < 10) {
      const answer = await ask(app, 'GET', url);
      const { reservations } = answer.body as { reservations: Listed[] };
      seen.push(reservations.map(({ reservation_id }) => reservation_id));
      url = /^<([^>]+)>; rel="next"$/.exec(String(answer.headers.link ?? ''))?.[1];
    }
    expect(seen).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)]);
  });

  it('takes a range, half open, for slots that touch it', async () => {
    const { provider, slots } = await calendar(3);
    const [first, second, third] = [
      await hold(harry, slots[0]),
      await hold(harry, slots[1]),
      await hold(harry, slots[2]),
    ];
    const within = (from: string, to: string) => idsOf(`provider_id=${provider}&from=${from}&to=${to}`);
    expect(await within('2026-12-30T10:15Z', '2026-12-30T10:30Z')).toEqual([second]);
    expect(await within('2026-12-30T10:14:59Z', '2026-12-30T10:30:01Z')).toEqual([first, second, third]);
    expect(await within('2026-12-30', '2026-12-31')).toEqual([first, second, third]);
    expect(await within('2026-12-31', '2027-01-31')).toEqual([]);
    expect(await idsOf(`provider_id=${provider}&from=2026-12-30T10:30Z`)).toEqual([third]);
    expect(await idsOf(`provider_id=${provider}&to=2026-12-30T10:15Z`)).toEqual([first]);
  });

  it('lists only live ones when asked, a hold up to the very instant it expires, with no sweep run', async () => {
    const { provider, slots } = await calendar(4);
    const [running, confirmed, cancelled] = [
      await hold(harry, slots[0]),
      await hold(harry, slots[1]),
      await hold(harry, slots[2]),
    ];
    await end('confirm', confirmed, harry);
    await end('cancel', cancelled, harry);
    const live = `provider_id=${provider}&live=true`;
    await open().clock.freeze('2026-11-02T08:29:59.999999Z');
    expect(await idsOf(live)).toEqual([running, confirmed]);
    await open().clock.freeze('2026-11-02T08:30:00Z');
    expect(await idsOf(live)).toEqual([confirmed]);
    const all = [
      { reservation_id: running, status: 'expired' },
      { reservation_id: confirmed, status: 'confirmed' },
      { reservation_id: cancelled, status: 'cancelled' },
    ];
    expect(await list(`provider_id=${provider}&live=false`)).toMatchObject(all);
    await ask(app, 'PUT', '/provider/expiredReservations');
    expect(await list(`provider_id=${provider}`)).toMatchObject(all);
    expect(await idsOf(live)).toEqual([confirmed]);
  });

  it('decides on all of a page by one reading of the clock', async () => {
    const { provider, slots } = await calendar(3);
    for (const slot of slots) await hold(harry, slot);
    const seen = new Set<string>();
    for (const second of ['30:00', '29:59.999999', '29:59.999998', '29:59.999997', '29:59.999996']) {
      // Each reading from here on is a microsecond later than the one before.
      await open().clock.tick(`2026-11-02T08:${second}Z`);
      const listed = await list(`provider_id=${provider}&live=true`);
      seen.add(listed.map(({ status }) => status).join());
    }
    expect([...seen].sort()).toEqual(['', 'held,held,held']);
  });

  it('filters a client’s in the same way', async () => {
    const client = await newPerson('client');
    const { slots } = await calendar(3);
    const [first, second] = [await hold(client, slots[0]), await hold(client, slots[1])];
    const confirmed = await hold(client, slots[2]);
    await end('confirm', confirmed, client);
    await end('cancel', first, client);
    const own = `client_id=${client}`;
    expect(await idsOf(own)).toEqual([first, second, confirmed]);
    expect(await idsOf(`${own}&live=true`)).toEqual([second, confirmed]);
    expect(await idsOf(`${own}&from=2026-12-30T10:15Z&to=2026-12-30T10:30Z`)).toEqual([second]);
    await open().clock.freeze('2026-11-02T08:30:00Z');
    expect(await idsOf(`${own}&live=true&limit=1`)).toEqual([confirmed]);
  });

  it('still lists what was kept on time that was blocked', async () => {
    const { provider, slots } = await calendar(2);
    const kept = await hold(harry, slots[0]);
    const range = 'start=2026-12-30T10:00:00Z&end=2026-12-30T11:00:00Z';
    await must('DELETE', `/api/v1/providers/${provider}/availability?${range}&reservations=keep`);
    expect(await list(`provider_id=${provider}&live=true`)).toMatchObject([{ reservation_id: kept, status: 'held' }]);
    await must('DELETE', `/api/v1/providers/${provider}/availability?${range}&reservations=cancel`);
    expect(await list(`provider_id=${provider}&live=true`)).toEqual([]);
    expect(await list(`provider_id=${provider}`)).toMatchObject([{ reservation_id: kept, status: 'cancelled' }]);
  });

  it.each([
    ['', 'query must have client_id or provider_id'],
    ['live=true', 'query must have client_id or provider_id'],
    ['client_id=1&provider_id=1', 'query/provider_id must not go with client_id'],
    ['provider_id=0', 'query/provider_id must be a whole number from 1 to 2^53-1'],
    ['provider_id=1&from=yesterday', 'query/from is not a time such as 2026-12-30T10:00:00Z'],
    ['provider_id=1&to=2026-02-30', 'query/to is not a time such as 2026-12-30T10:00:00Z'],
  ])('refuses ?%s', async (query, said) => {
    const { status, body } = await ask(app, 'GET', `/api/v1/reservations?${query}`);
    const { errors } = body as { errors: { path: string; message: string }[] };
    expect([status, errors.map(({ path, message }) => `${path} ${message}`)]).toEqual([400, [said]]);
  });

  it.each(['client', 'provider'] as const)(
    'knows a %s without reservations from one that is not there',
    async (who) => {
      const known = await newPerson(who);
      expect(await list(`${who}_id=${known}`)).toEqual([]);
      const { status, body } = await ask(app, 'GET', `/api/v1/reservations?${who}_id=${NOBODY}&live=true`);
      expect([status, (body as { type: string }).type]).toEqual([404, `urn:holdfast:problem:no-such-${who}`]);
    },
  );
});
