import { beforeAll, beforeEach, expect, it } from 'vitest';
import { BookingApi, type ListedSlot } from '../../../../test/support/bookings/booking-api.ts';
import { eachDatabase } from '../../../../test/support/database/test-database.ts';
import { openTestApp } from '../../../../test/support/server/test-app.ts';

eachDatabase('GET /api/v1/slots', (open) => {
  let api: BookingApi;

  beforeEach(() => open().clock.freeze('2026-11-02T08:00:00Z'));
  beforeAll(async () => {
    api = new BookingApi(await openTestApp(open().database));
  });

  it('slots are listed by time and free units, page by page', async () => {
    const { provider, slots } = await api.offerQuarters(8);
    await api.hold(await api.createClient(), slots[0]?.slot_id);
    const list = (query: string) =>
      api.require<{ slots: ListedSlot[]; next_cursor: string | null }>(
        200,
        'GET',
        `/api/v1/slots?provider_id=${provider}${query}`,
      );
    expect((await list('')).slots).toHaveLength(8);
    expect((await list('&available=true')).slots).toHaveLength(7);
    expect((await list('&from=2026-12-30T11:00:00Z&to=2026-12-30T11:30:00Z')).slots).toHaveLength(2);
    const page = await list('&limit=5');
    const rest = await list(`&limit=5&cursor=${page.next_cursor}`);
    expect([...page.slots, ...rest.slots].map((slot) => slot.slot_id)).toEqual(slots.map((slot) => slot.slot_id));
    expect(rest.next_cursor).toBeNull();
    expect(await api.requireProblem(400, 'GET', '/api/v1/slots?cursor=nonsense')).toBe('malformed-request');
  });

  it('a time without an offset is in the time zone of the provider that the query names', async () => {
    const provider = await api.createProvider('Asia/Kolkata');
    const ranges = [{ start_time: '2026-12-30 09:00', end_time: '2026-12-30 10:00' }];
    const [slot] = await api.offer(provider, { ranges, slot_minutes: 60 });
    expect(slot?.start_time).toBe('2026-12-30T03:30:00Z');
    await api.hold(await api.createClient(), slot?.slot_id);
    await api.offer(provider, { ranges: [{ start_time: '2026-12-30 10:00', end_time: '2026-12-30 10:15' }] });
    const count = async (path: string, query: string) => {
      const page = await api.require<{ slots?: []; reservations?: [] }>(200, 'GET', `/api/v1/${path}${query}`);
      return (page.slots ?? page.reservations)?.length;
    };
    const local = '&from=2026-12-30 09:00&to=2026-12-30 10:00';
    const inUtc = '&from=2026-12-30 09:00Z&to=2026-12-30 10:00Z';
    expect(await count('slots', `?provider_id=${provider}${local}`)).toBe(1);
    expect(await count('slots', `?provider_id=${provider}${inUtc}`)).toBe(0);
    expect(await count('reservations', `?provider_id=${provider}${local}`)).toBe(1);
    expect(await count('reservations', `?provider_id=${provider}${inUtc}`)).toBe(0);
    const free = '&available=true&from=2026-12-30 10:00&to=2026-12-30 11:00';
    expect(await count('slots', `?provider_id=${provider}${free}`)).toBe(1);
    expect(await count('slots', `?provider_id=${provider}${free}`.replaceAll(':00&', ':00Z&'))).toBe(0);
    const withdrawn = await api.require<{ slots: ListedSlot[] }>(
      200,
      'DELETE',
      `/api/v1/providers/${provider}/availability?start=2026-12-30 10:00&end=2026-12-30 10:15`,
    );
    expect(withdrawn.slots).toHaveLength(1);
  });

  it.each(['slots?', 'slots?available=true&', 'reservations?'])('a skipped bound of %s returns 422', async (list) => {
    const provider = await api.createProvider('Europe/Berlin');
    const url = `/api/v1/${list}provider_id=${provider}&to=2027-03-28 02:30`;
    expect(await api.requireProblem(422, 'GET', url)).toBe('time-skipped-or-repeated');
  });

  it.each([
    ['slots?provider_id=', 'no-such-provider'],
    ['slots?available=true&provider_id=', 'no-such-provider'],
    ['reservations?provider_id=', 'no-such-provider'],
    ['reservations?client_id=', 'no-such-client'],
  ])('GET /api/v1/%s of an unknown owner returns 404', async (list, type) => {
    expect(await api.requireProblem(404, 'GET', `/api/v1/${list}999999`)).toBe(type);
  });
});
