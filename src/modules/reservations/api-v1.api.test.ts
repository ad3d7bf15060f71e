import { beforeAll, beforeEach, expect, it } from 'vitest';
import { eachDatabase } from '../../../test/support/database/test-database.ts';
import { ask, openTestApp } from '../../../test/support/server/test-app.ts';
import type { HttpServer } from '../../platform/http/http-server.ts';

const NOW = '2026-11-02T08:00:00Z';

interface Slot {
  slot_id: number;
  start_time: string;
  end_time: string;
  remaining: number;
  version: number;
}
interface Reservation {
  reservation_id: number;
  slot_id: number;
  status: string;
  expires_at: string;
}

eachDatabase('/api/v1', (open) => {
  let app: HttpServer;
  let harry: number;
  let john: number;

  beforeEach(() => open().clock.freeze(NOW));
  beforeAll(async () => {
    app = await openTestApp(open().database);
    harry = (await must<{ client_id: number }>('POST', '/api/v1/clients', HARRY, 201)).client_id;
    john = (await must<{ client_id: number }>('POST', '/api/v1/clients', JOHN, 201)).client_id;
  });
  const HARRY = { first_name: 'Harry', last_name: 'Smith' };
  const JOHN = { first_name: 'John', last_name: 'Bird' };

  async function must<T>(method: 'GET' | 'POST' | 'DELETE', url: string, body: object | undefined, status: number) {
    const answer = await ask(app, method, url, body);
    expect(answer.status, answer.text).toBe(status);
    return answer.body as T;
  }

  async function refused(method: 'GET' | 'POST' | 'DELETE', url: string, body: object | undefined, status: number) {
    const { type } = await must<{ type: string }>(method, url, body, status);
    return type.replace('urn:holdfast:problem:', '');
  }

  async function newProvider(time_zone = 'UTC'): Promise<number> {
    const body = { first_name: 'Jane', last_name: 'Doe', time_zone };
    return (await must<{ provider_id: number }>('POST', '/api/v1/providers', body, 201)).provider_id;
  }

  async function offer(provider: number, body: object): Promise<Slot[]> {
    return (await must<{ slots: Slot[] }>('POST', `/api/v1/providers/${provider}/availability`, body, 201)).slots;
  }

  async function offerOne(capacity = 1, start_time = '2026-12-30 10:00', end_time = '2026-12-30 10:15'): Promise<Slot> {
    const [slot] = await offer(await newProvider(), { ranges: [{ start_time, end_time }], capacity });
    if (!slot) throw new Error('no slot');
    return slot;
  }

  function reserve(client_id: number, slot: Slot, more: object = {}): Promise<Reservation> {
    return must('POST', '/api/v1/reservations', { client_id, slot_id: slot.slot_id, ...more }, 201);
  }

  function act(what: string, { reservation_id }: Reservation, client_id: number, more: object = {}, status = 200) {
    return must<Reservation>('POST', `/api/v1/reservations/${reservation_id}/${what}`, { client_id, ...more }, status);
  }

  function slotNow(slot: Slot): Promise<Slot> {
    return must('GET', `/api/v1/slots/${slot.slot_id}`, undefined, 200);
  }

  it('offers several ranges with breaks, in slots of a chosen length', async () => {
    const slots = await offer(await newProvider(), {
      ranges: [
        { start_time: '2026-12-30 09:00', end_time: '2026-12-30 12:00' },
        { start_time: '2026-12-30 13:00', end_time: '2026-12-30 15:00' },
      ],
      breaks: [{ start_time: '2026-12-30 10:10', end_time: '2026-12-30 10:20' }],
      slot_minutes: 30,
    });
    expect(slots.map((slot) => slot.start_time.slice(11, 16))).toEqual([
      ...['09:00', '09:30', '10:30', '11:00', '11:30'],
      ...['13:00', '13:30', '14:00', '14:30'],
    ]);
  });

  it('repeats weekly at the same wall-clock time, across a clock change', async () => {
    const slots = await offer(await newProvider('Europe/Berlin'), {
      ranges: [{ start_time: '2027-03-22 09:00', end_time: '2027-03-22 10:00' }],
      slot_minutes: 60,
      repeat_weekly_until: '2027-04-05',
    });
    expect(slots.map((slot) => slot.start_time)).toEqual([
      '2027-03-22T08:00:00Z',
      '2027-03-29T07:00:00Z',
      '2027-04-05T07:00:00Z',
    ]);
  });

  it('refuses a repetition that lands on a skipped hour, whole', async () => {
    const provider = await newProvider('Europe/Berlin');
    const body = {
      ranges: [{ start_time: '2027-03-21 02:00', end_time: '2027-03-21 03:00' }],
      repeat_weekly_until: '2027-04-30',
    };
    expect(await refused('POST', `/api/v1/providers/${provider}/availability`, body, 422)).toBe(
      'time-skipped-or-repeated',
    );
    const { slots } = await must<{ slots: Slot[] }>('GET', `/api/v1/slots?provider_id=${provider}`, undefined, 200);
    expect(slots).toEqual([]);
  });

  it.each([
    [{ slot_minutes: 4 }, 400],
    [{ slot_minutes: 481 }, 400],
    [{ slot_minutes: 25 }, 422],
    [{ repeat_weekly_until: '2026-02-30' }, 400],
    [{ repeat_weekly_until: '2026-12-01' }, 422],
    [{ repeat_weekly_until: '2028-12-31' }, 422],
    [{ breaks: [{ start_time: '2026-12-30 09:00', end_time: '2026-12-30 11:00' }] }, 422],
    [{ colour: 'blue' }, 400],
  ])('refuses an offer with %o', async (more, status) => {
    const ranges = [{ start_time: '2026-12-30 10:00', end_time: '2026-12-30 11:00' }];
    await must('POST', `/api/v1/providers/${await newProvider()}/availability`, { ranges, ...more }, status);
  });

  it('refuses times that their zone or a repetition carries out of the years 1 to 9999', async () => {
    const west = `/api/v1/providers/${await newProvider('America/New_York')}/availability`;
    const east = `/api/v1/providers/${await newProvider('Asia/Singapore')}/availability`;
    const offer = (start_time: string, end_time: string, more: object = {}) => ({
      ranges: [{ start_time, end_time }],
      ...more,
    });
    await must('POST', west, offer('9999-12-31 22:00', '9999-12-31 23:00'), 400);
    const weekly = offer('9999-12-23T22:00Z', '9999-12-25T00:00Z', { repeat_weekly_until: '9999-12-31' });
    await must('POST', west, weekly, 422);
    await must('DELETE', `${east}?start=0001-01-01&end=0001-01-02`, undefined, 400);
  });

  it('sells n units of a slot of capacity n, and no more', async () => {
    const slot = await offerOne(5);
    await reserve(harry, slot, { quantity: 3 });
    const body = { client_id: john, slot_id: slot.slot_id, quantity: 3 };
    expect(await refused('POST', '/api/v1/reservations', body, 409)).toBe('slot-taken');
    await reserve(john, slot, { quantity: 2 });
    expect(await slotNow(slot)).toMatchObject({ remaining: 0, is_available: false, capacity: 5 });
  });

  it('reserves by version only while the slot has not moved on', async () => {
    const slot = await offerOne(5);
    await reserve(harry, slot, { version: slot.version });
    const stale = { client_id: john, slot_id: slot.slot_id, version: slot.version };
    expect(await refused('POST', '/api/v1/reservations', stale, 409)).toBe('slot-version-moved-on');
    await reserve(john, slot, { version: (await slotNow(slot)).version });
  });

  it('frees a cancelled unit at once, and ends the reservation for good', async () => {
    const slot = await offerOne();
    const reservation = await reserve(harry, slot);
    await act('confirm', reservation, harry);
    expect((await act('cancel', reservation, harry)).status).toBe('cancelled');
    expect((await slotNow(slot)).remaining).toBe(1);
    await act('cancel', reservation, harry, {}, 409);
    await act('confirm', reservation, harry, {}, 409);
    await act('extend', reservation, harry, {}, 409);
  });

  it('lets nobody else change a reservation', async () => {
    const slot = await offerOne();
    const reservation = await reserve(harry, slot);
    for (const what of ['confirm', 'cancel', 'extend']) await act(what, reservation, john, {}, 403);
    await act('reschedule', reservation, john, { slot_id: slot.slot_id }, 403);
  });

  it('extends a hold up to four times its life, and says so at the ceiling', async () => {
    const reservation = await reserve(harry, await offerOne());
    expect(reservation.expires_at).toBe('2026-11-02T08:30:00Z');
    await open().clock.freeze('2026-11-02T08:20:00Z');
    expect((await act('extend', reservation, harry)).expires_at).toBe('2026-11-02T08:50:00Z');
    for (const time of ['08:45', '09:10', '09:35']) {
      await open().clock.freeze(`2026-11-02T${time}:00Z`);
      await act('extend', reservation, harry);
    }
    const at = await must<Reservation>('GET', `/api/v1/reservations/${reservation.reservation_id}`, undefined, 200);
    expect(at.expires_at).toBe('2026-11-02T10:00:00Z');
    await act('extend', reservation, harry, {}, 422);
    await open().clock.freeze('2026-11-02T10:00:00Z');
    await act('extend', reservation, harry, {}, 410);
  });

  it('does not extend what is confirmed', async () => {
    const reservation = await reserve(harry, await offerOne());
    await act('confirm', reservation, harry);
    await act('extend', reservation, harry, {}, 409);
  });

  it('reschedules all or nothing', async () => {
    const from = await offerOne();
    const to = await offerOne();
    const full = await offerOne();
    const reservation = await reserve(harry, from);
    await act('confirm', reservation, harry);
    await reserve(john, full);
    await act('reschedule', reservation, harry, { slot_id: full.slot_id }, 409);
    expect((await slotNow(from)).remaining).toBe(0);
    const moved = await act('reschedule', reservation, harry, { slot_id: to.slot_id });
    expect(moved).toMatchObject({ slot_id: to.slot_id, status: 'confirmed' });
    expect([(await slotNow(from)).remaining, (await slotNow(to)).remaining]).toEqual([1, 0]);
  });

  it('reschedules onto a slot whose hold has just run out, with no sweep run', async () => {
    const to = await offerOne();
    await reserve(john, to);
    await open().clock.freeze('2026-11-02T08:10:00Z');
    const reservation = await reserve(harry, await offerOne());
    await act('reschedule', reservation, harry, { slot_id: to.slot_id }, 409);
    await open().clock.freeze('2026-11-02T08:30:00Z');
    await act('reschedule', reservation, harry, { slot_id: to.slot_id });
  });

  it('lists a client’s reservations, page by page', async () => {
    const { client_id } = await must<{ client_id: number }>('POST', '/api/v1/clients', JOHN, 201);
    const slot = await offerOne(5);
    const ids: number[] = [];
    for (let i = 0; i < 5; i += 1) ids.push((await reserve(client_id, slot)).reservation_id);
    const seen: number[] = [];
    let url: string | undefined = `/api/v1/reservations?client_id=${client_id}&limit=2`;
    for (let pages = 0; url !== undefined && pages < 10; pages += 1) {
      const answer = await ask(app, 'GET', url);
      const { reservations } = answer.body as { reservations: Reservation[] };
      seen.push(...reservations.map((each) => each.reservation_id));
      url = /^<([^>]+)>; rel="next"$/.exec(String(answer.headers.link ?? ''))?.[1];
    }
    expect(seen).toEqual(ids);
  });

  it('tells a reservation’s history, and its state at any past moment', async () => {
    const slot = await offerOne();
    const reservation = await reserve(harry, slot);
    const url = `/api/v1/reservations/${reservation.reservation_id}`;
    await open().clock.freeze('2026-11-02T08:10:00.000001Z');
    await act('confirm', reservation, harry);
    await open().clock.freeze('2026-11-02T09:00:00Z');
    await act('cancel', reservation, harry);
    const { history } = await must<{ history: object[] }>('GET', `${url}/history`, undefined, 200);
    expect(history).toMatchObject([
      { at: '2026-11-02T08:00:00Z', status: 'held' },
      { at: '2026-11-02T08:10:00.000001Z', status: 'confirmed' },
      { at: '2026-11-02T09:00:00Z', status: 'cancelled' },
    ]);
    const statusAt = async (at: string) =>
      (await must<Reservation>('GET', `${url}?at=${encodeURIComponent(at)}`, undefined, 200)).status;
    expect(await statusAt('2026-11-02T08:00:00Z')).toBe('held');
    expect(await statusAt('2026-11-02 08:10:00')).toBe('held');
    expect(await statusAt('2026-11-02T08:10:00.000001Z')).toBe('confirmed');
    expect(await statusAt('2026-11-02T09:00:00Z')).toBe('cancelled');
    expect(await refused('GET', `${url}?at=2026-11-02T07:59:59Z`, undefined, 404)).toBe('before-first-state');
    expect(await refused('GET', `${url}?at=2026-11-02T09:00:01Z`, undefined, 422)).toBe('future-time');
    expect(await refused('GET', `${url}?at=yesterday`, undefined, 400)).toBe('malformed-request');
  });

  it('remembers that a hold ran out when it did, not when it was swept', async () => {
    const reservation = await reserve(harry, await offerOne());
    const url = `/api/v1/reservations/${reservation.reservation_id}`;
    await open().clock.freeze('2026-11-02T12:00:00Z');
    const told = await must<{ history: object[] }>('GET', `${url}/history`, undefined, 200);
    expect(told.history).toMatchObject([{ status: 'held' }, { status: 'expired', at: '2026-11-02T08:30:00Z' }]);
    await ask(app, 'PUT', '/provider/expiredReservations');
    expect(await must('GET', `${url}/history`, undefined, 200)).toEqual(told);
    const at = await must<Reservation>('GET', `${url}?at=2026-11-02T08:30:00Z`, undefined, 200);
    expect(at.status).toBe('expired');
  });

  it('blocks time and keeps or cancels what is reserved there', async () => {
    const provider = await newProvider();
    const ranges = [{ start_time: '2026-12-30 10:00', end_time: '2026-12-30 11:00' }];
    const [first, second] = await offer(provider, { ranges });
    if (!first || !second) throw new Error('no slots');
    const kept = await reserve(harry, first);
    const url = `/api/v1/providers/${provider}/availability`;
    const keep = await must<{ slots: Slot[]; kept: Reservation[] }>(
      'DELETE',
      `${url}?start=2026-12-30T10:05:00Z&end=2026-12-30T10:20:00Z&reservations=keep`,
      undefined,
      200,
    );
    expect(keep.slots.map((slot) => slot.slot_id)).toEqual([first.slot_id, second.slot_id]);
    expect(keep.kept).toMatchObject([{ reservation_id: kept.reservation_id, status: 'held' }]);
    expect(await refused('POST', '/api/v1/reservations', { client_id: john, slot_id: second.slot_id }, 409)).toBe(
      'slot-closed',
    );
    await act('confirm', kept, harry);
    const overlap = { ranges: [{ start_time: '2026-12-30 10:10', end_time: '2026-12-30 10:25' }] };
    expect(await refused('POST', url, overlap, 409)).toBe('slots-overlap');

    const cancel = await must<{ cancelled: Reservation[] }>(
      'DELETE',
      `${url}?start=2026-12-30T10:00:00Z&end=2026-12-30T11:00:00Z&reservations=cancel`,
      undefined,
      200,
    );
    expect(cancel.cancelled).toMatchObject([{ reservation_id: kept.reservation_id, status: 'cancelled' }]);
    expect(await offer(provider, overlap)).toHaveLength(1);
  });

  it('lists slots by time and freeness, page by page', async () => {
    const provider = await newProvider();
    const ranges = [{ start_time: '2026-12-30 10:00', end_time: '2026-12-30 12:00' }];
    const slots = await offer(provider, { ranges });
    await reserve(harry, slots[0] as Slot);
    const list = (query: string) =>
      must<{ slots: Slot[]; next_cursor: string | null }>(
        'GET',
        `/api/v1/slots?provider_id=${provider}${query}`,
        undefined,
        200,
      );
    expect((await list('')).slots).toHaveLength(8);
    expect((await list('&available=true')).slots).toHaveLength(7);
    expect((await list('&from=2026-12-30T11:00:00Z&to=2026-12-30T11:30:00Z')).slots).toHaveLength(2);
    const page = await list('&limit=5');
    const rest = await list(`&limit=5&cursor=${page.next_cursor}`);
    expect([...page.slots, ...rest.slots].map((slot) => slot.slot_id)).toEqual(slots.map((slot) => slot.slot_id));
    expect(rest.next_cursor).toBeNull();
    expect(await refused('GET', '/api/v1/slots?cursor=nonsense', undefined, 400)).toBe('malformed-request');
  });

  it.each(['0', '-1', '1.5', '0x10', '1e3', '9007199254740993', 'abc', '%00'])('refuses the id %s', async (id) => {
    await must('GET', `/api/v1/reservations/${id}`, undefined, 400);
    await must('GET', `/client/getProviderAvailability?provider_id=${id}`, undefined, 400);
  });

  it('replays an answer byte for byte, and takes effect once', async () => {
    const slot = await offerOne(9);
    const send = (body: object) =>
      ask(app, 'POST', '/api/v1/reservations', body, { 'idempotency-key': `replay-${slot.slot_id}` });
    const body = { client_id: harry, slot_id: slot.slot_id };
    const first = await send(body);
    const again = await send(body);
    expect([again.status, again.text]).toEqual([first.status, first.text]);
    expect((await slotNow(slot)).remaining).toBe(8);
    expect((await send({ ...body, quantity: 2 })).status).toBe(422);
    await open().clock.freeze('2026-11-03T08:00:00Z');
    expect((await send(body)).text).not.toBe(first.text);
  });

  it('replays a refusal too, and undoes what it had begun', async () => {
    const reservation = await reserve(harry, await offerOne());
    const url = `/api/v1/reservations/${reservation.reservation_id}/cancel`;
    const key = { 'idempotency-key': `refusal-${reservation.reservation_id}` };
    const first = await ask(app, 'POST', url, { client_id: john }, key);
    const again = await ask(app, 'POST', url, { client_id: john }, key);
    expect(first.status).toBe(403);
    expect(again.text).toBe(first.text);
  });
});
