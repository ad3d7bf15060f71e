import { beforeAll, beforeEach, expect, it } from 'vitest';
import { BookingApi, type ListedReservation, type ListedSlot } from '../../../../test/support/bookings/booking-api.ts';
import { eachDatabase } from '../../../../test/support/database/test-database.ts';
import { openTestApp } from '../../../../test/support/server/test-app.ts';

const NOW = '2026-11-02T08:00:00Z';

eachDatabase("a provider's time under /api/v1", (open) => {
  let api: BookingApi;

  beforeEach(() => open().clock.freeze(NOW));
  beforeAll(async () => {
    api = new BookingApi(await openTestApp(open().database));
  });

  it('an offer has several ranges with breaks, in slots of a chosen length', async () => {
    const slots = await api.offer(await api.createProvider(), {
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

  it('an offer repeats weekly at the same wall-clock time, across a clock change', async () => {
    const slots = await api.offer(await api.createProvider('Europe/Berlin'), {
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

  it('an offer whose repetition meets a skipped hour leaves that occurrence out and lists it', async () => {
    const provider = await api.createProvider('Europe/Berlin');
    const body = {
      ranges: [{ start_time: '2027-03-21 02:00', end_time: '2027-03-21 03:00' }],
      slot_minutes: 60,
      repeat_weekly_until: '2027-04-04',
    };
    const url = `/api/v1/providers/${provider}/availability`;
    const { slots, skipped } = await api.require<{ slots: ListedSlot[]; skipped: object[] }>(201, 'POST', url, body);
    expect(slots.map((slot) => slot.start_time)).toEqual(['2027-03-21T01:00:00Z', '2027-04-04T00:00:00Z']);
    const times = { start_time: '2027-03-28T02:00', end_time: '2027-03-28T03:00' };
    expect(skipped).toEqual([{ path: '/ranges/0', ...times, reason: 'skipped-time' }]);
  });

  it('a refusal points at the range, the break or the parameter that is at fault', async () => {
    const provider = await api.createProvider();
    const url = `/api/v1/providers/${provider}/availability`;
    const pathsOf = async (status: number, method: 'POST' | 'DELETE', path: string, body?: object) => {
      const { errors } = await api.require<{ errors: { path: string }[] }>(status, method, path, body);
      return errors.map((each) => each.path);
    };
    const good = { start_time: '2026-12-30 10:00', end_time: '2026-12-30 11:00' };
    const reversed = { start_time: '2026-12-30 11:00', end_time: '2026-12-30 10:00' };
    expect(await pathsOf(422, 'POST', url, { ranges: [good, reversed] })).toEqual(['/ranges/1']);
    expect(await pathsOf(422, 'POST', url, { ranges: [good], breaks: [reversed] })).toEqual(['/breaks/0']);
    expect(await pathsOf(400, 'DELETE', `${url}?start=24:00&end=2026-12-30`)).toEqual(['query/start']);
    expect(await pathsOf(422, 'DELETE', `${url}?start=2026-12-31&end=2026-12-30`)).toEqual(['query/end']);
    const fixed = { provider_id: provider, ...good, start_time: '24:00' };
    expect(await pathsOf(400, 'POST', '/provider/availability', fixed)).toEqual(['/start_time']);
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
  ])('an offer with %o returns %i', async (more, status) => {
    const ranges = [{ start_time: '2026-12-30 10:00', end_time: '2026-12-30 11:00' }];
    const url = `/api/v1/providers/${await api.createProvider()}/availability`;
    await api.require(status, 'POST', url, { ranges, ...more });
  });

  it.each(['ranges', 'breaks'])('a malformed time in %s is reported at its path', async (field) => {
    const ranges = [{ start_time: '2026-12-30 10:00', end_time: '2026-12-30 11:00' }];
    const malformed = { [field]: [{ start_time: '2026-12-30 10:00', end_time: '24:00' }] };
    const url = `/api/v1/providers/${await api.createProvider()}/availability`;
    const { errors } = await api.require<{ errors: object[] }>(400, 'POST', url, { ranges, ...malformed });
    expect(errors).toMatchObject([{ path: `/${field}/0/end_time` }]);
  });

  it('times that their zone or a repetition moves out of the years 1 to 9999 are refused', async () => {
    const west = `/api/v1/providers/${await api.createProvider('America/New_York')}/availability`;
    const east = `/api/v1/providers/${await api.createProvider('Asia/Singapore')}/availability`;
    const offer = (start_time: string, end_time: string, more: object = {}) => ({
      ranges: [{ start_time, end_time }],
      ...more,
    });
    await api.require(400, 'POST', west, offer('9999-12-31 22:00', '9999-12-31 23:00'));
    const weekly = offer('9999-12-23T22:00Z', '9999-12-25T00:00Z', { repeat_weekly_until: '9999-12-31' });
    await api.require(422, 'POST', west, weekly);
    await api.require(400, 'DELETE', `${east}?start=0001-01-01&end=0001-01-02`);
  });

  it('a withdrawal of time keeps or cancels the reservations there', async () => {
    const [harry, john] = [await api.createClient(), await api.createClient()];
    const { provider, slots } = await api.offerQuarters(4);
    const [first, second] = slots;
    if (!first || !second) throw new Error('no slots were offered');
    const kept = await api.hold(harry, first.slot_id);
    const url = `/api/v1/providers/${provider}/availability`;
    const keep = await api.require<{ slots: ListedSlot[]; kept: ListedReservation[] }>(
      200,
      'DELETE',
      `${url}?start=2026-12-30T10:05:00Z&end=2026-12-30T10:20:00Z&reservations=keep`,
    );
    expect(keep.slots.map((slot) => slot.slot_id)).toEqual([first.slot_id, second.slot_id]);
    expect(keep.kept).toMatchObject([{ reservation_id: kept.reservation_id, status: 'held' }]);
    const body = { client_id: john, slot_id: second.slot_id };
    expect(await api.requireProblem(409, 'POST', '/api/v1/reservations', body)).toBe('slot-closed');
    await api.change('confirm', kept.reservation_id, harry);
    const overlap = { ranges: [{ start_time: '2026-12-30 10:10', end_time: '2026-12-30 10:25' }] };
    expect(await api.requireProblem(409, 'POST', url, overlap)).toBe('slots-overlap');

    const cancel = await api.require<{ cancelled: ListedReservation[] }>(
      200,
      'DELETE',
      `${url}?start=2026-12-30T10:00:00Z&end=2026-12-30T11:00:00Z&reservations=cancel`,
    );
    expect(cancel.cancelled).toMatchObject([{ reservation_id: kept.reservation_id, status: 'cancelled' }]);
    expect(await api.offer(provider, overlap)).toHaveLength(1);
  });
});
