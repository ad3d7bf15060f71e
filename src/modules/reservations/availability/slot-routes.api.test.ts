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
});
