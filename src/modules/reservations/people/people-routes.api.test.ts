import { beforeAll, beforeEach, expect, it } from 'vitest';
import { BookingApi, type ListedSlot } from '../../../../test/support/bookings/booking-api.ts';
import { eachDatabase } from '../../../../test/support/database/test-database.ts';
import { openTestApp } from '../../../../test/support/server/test-app.ts';

eachDatabase('providers and clients under /api/v1', (open) => {
  let api: BookingApi;

  beforeEach(() => open().clock.freeze('2026-11-02T08:00:00Z'));
  beforeAll(async () => {
    api = new BookingApi(await openTestApp(open().database));
  });

  it("a changed name shows at once in the provider's free timeslots", async () => {
    const { provider } = await api.offerQuarters(1);
    const listing = `/client/getProviderAvailability?provider_id=${provider}`;
    const before = await api.require<object>(200, 'GET', listing);
    expect(before).toMatchObject({ 'available timeslots': [{ last_name: 'Doe' }] });
    const changed = await api.require(200, 'PATCH', `/api/v1/providers/${provider}`, { last_name: 'Roe' });
    expect(changed).toMatchObject({ provider_id: provider, first_name: 'Jane', last_name: 'Roe', time_zone: 'UTC' });
    expect(await api.require(200, 'GET', `/api/v1/providers/${provider}`)).toEqual(changed);
    const after = await api.require<object>(200, 'GET', listing);
    expect(after).toMatchObject({ 'available timeslots': [{ last_name: 'Roe' }] });
  });

  it('after a change of the time zone slots keep their instants, and bare times are read in the new zone', async () => {
    const { provider, slots } = await api.offerQuarters(1);
    const url = `/api/v1/slots?provider_id=${provider}`;
    const count = async (query: string) =>
      (await api.require<{ slots: ListedSlot[] }>(200, 'GET', `${url}${query}`)).slots.length;
    const [inUtc, inKolkata] = [
      '&from=2026-12-30 10:00&to=2026-12-30 10:15',
      '&from=2026-12-30 15:30&to=2026-12-30 15:45',
    ];
    for (const available of ['', '&available=true']) expect(await count(`${inUtc}${available}`)).toBe(1);
    await api.require(200, 'PATCH', `/api/v1/providers/${provider}`, { time_zone: 'Asia/Kolkata' });
    for (const available of ['', '&available=true']) {
      expect(await count(`${inUtc}${available}`)).toBe(0);
      expect(await count(`${inKolkata}${available}`)).toBe(1);
    }
    const kept = await api.require<{ slots: ListedSlot[] }>(200, 'GET', url);
    expect(kept.slots.map((slot) => slot.start_time)).toEqual(slots.map((slot) => slot.start_time));
    expect(
      await api.offer(provider, { ranges: [{ start_time: '2026-12-31 09:00', end_time: '2026-12-31 09:15' }] }),
    ).toMatchObject([{ start_time: '2026-12-31T03:30:00Z' }]);
  });

  it("a client's names can be changed one at a time", async () => {
    const client = await api.createClient();
    const url = `/api/v1/clients/${client}`;
    await api.require(200, 'PATCH', url, { first_name: 'Grace' });
    const changed = await api.require(200, 'PATCH', url, { last_name: 'Lind' });
    expect(changed).toMatchObject({ client_id: client, first_name: 'Grace', last_name: 'Lind' });
    expect(await api.require(200, 'GET', url)).toEqual(changed);
  });

  it.each([
    ['providers', {}],
    ['providers', { time_zone: 'Mars/Olympus' }],
    ['providers', { first_name: '\u200b' }],
    ['providers', { provider_id: 2 }],
    ['clients', {}],
    ['clients', { time_zone: 'UTC' }],
    ['clients', { last_name: null }],
  ])('a change of %s to %o returns 400', async (list, changes) => {
    const id = list === 'clients' ? await api.createClient() : await api.createProvider();
    await api.require(400, 'PATCH', `/api/v1/${list}/${id}`, changes);
  });

  it.each(['provider', 'client'])('a change of an unknown %s returns 404', async (kind) => {
    const url = `/api/v1/${kind}s/999999`;
    expect(await api.requireProblem(404, 'PATCH', url, { first_name: 'Ada' })).toBe(`no-such-${kind}`);
  });
});
