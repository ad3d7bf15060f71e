import { sql } from 'kysely';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { BookingApi, type ListedReservation } from '../../../../test/support/bookings/booking-api.ts';
import { eachDatabase } from '../../../../test/support/database/test-database.ts';
import { openTestApp } from '../../../../test/support/server/test-app.ts';

const NOW = '2026-11-02T08:00:00Z';

eachDatabase('reservations under /api/v1', (open) => {
  let api: BookingApi;
  let harry: number;
  let john: number;

  beforeEach(() => open().clock.freeze(NOW));
  beforeAll(async () => {
    api = new BookingApi(await openTestApp(open().database));
    harry = await api.createClient();
    john = await api.createClient();
  });

  it('a slot of capacity n sells n units and no more', async () => {
    const slot_id = await api.offerSlot(5);
    await api.hold(harry, slot_id, { quantity: 3 });
    const body = { client_id: john, slot_id, quantity: 3 };
    expect(await api.requireProblem(409, 'POST', '/api/v1/reservations', body)).toBe('slot-taken');
    await api.hold(john, slot_id, { quantity: 2 });
    expect(await api.readSlot(slot_id)).toMatchObject({ remaining: 0, is_available: false, capacity: 5 });
  });

  it('a hold that is refused for want of units says how many are left', async () => {
    const slot_id = await api.offerSlot(5);
    await api.hold(harry, slot_id, { quantity: 3 });
    const hold = (quantity: number) =>
      api.require(409, 'POST', '/api/v1/reservations', { client_id: john, slot_id, quantity });
    expect(await hold(3)).toMatchObject({
      type: 'urn:holdfast:problem:slot-taken',
      detail: 'Only 2 of the requested units are free. Choose fewer units or another slot',
      remaining: 2,
    });
    await api.hold(john, slot_id, { quantity: 2 });
    expect(await hold(1)).toMatchObject({ type: 'urn:holdfast:problem:slot-taken', remaining: 0 });
  });

  it('a move that is refused for want of units says how many are left', async () => {
    const [from, to] = [await api.offerSlot(3), await api.offerSlot(3)];
    const { reservation_id } = await api.hold(harry, from, { quantity: 3 });
    await api.hold(john, to, { quantity: 2 });
    const url = `/api/v1/reservations/${reservation_id}/reschedule`;
    const problem = await api.require(409, 'POST', url, { client_id: harry, slot_id: to });
    expect(problem).toMatchObject({ type: 'urn:holdfast:problem:slot-taken', remaining: 1 });
  });

  /** Adds a supplier's slot with five units, of which at most two are for children. */
  async function addSlotWithPax(): Promise<number> {
    const price = { final: '10', original: '10', discount: '0', currency: 'EUR' };
    const common = { description: '', min: 1, max: 10, price };
    const pax = [
      { type: 'ADULT', name: 'Adult', is_primary: true, remaining: 5, ...common },
      { type: 'CHILD', name: 'Child', is_primary: false, remaining: 2, ...common },
    ];
    const { rows } = await open().database.transaction((tx) =>
      sql<{ id: number }>`
        insert into slot (starts_at, ends_at, name, capacity, pax)
        values ('2026-12-30T10:00Z', '2026-12-30T11:00Z', 'Tower', 5, ${JSON.stringify(pax)}::jsonb)
        returning id`.execute(tx),
    );
    return rows[0]?.id ?? 0;
  }

  it('a hold that is refused for want of a pax type says how many units of it are left', async () => {
    const slot_id = await addSlotWithPax();
    const refuse = (...pax: { type: string; quantity: number }[]) =>
      api.require(409, 'POST', '/api/v1/reservations', { client_id: harry, slot_id, pax });
    const children = await refuse({ type: 'ADULT', quantity: 1 }, { type: 'CHILD', quantity: 3 });
    expect(children).toMatchObject({ type: 'urn:holdfast:problem:slot-taken', remaining: 2 });
    const adults = await refuse({ type: 'ADULT', quantity: 6 });
    expect(adults).toMatchObject({ type: 'urn:holdfast:problem:slot-taken', remaining: 5 });
  });

  it('a slot of which more is claimed than its supplier has is refused with 0 units left', async () => {
    const slot_id = await addSlotWithPax();
    await api.hold(harry, slot_id, { quantity: 5 });
    await open().database.transaction((tx) =>
      sql`update slot set capacity = 3, overclaimed = 2 where id = ${slot_id}`.execute(tx),
    );
    const problem = await api.require(409, 'POST', '/api/v1/reservations', { client_id: john, slot_id });
    expect(problem).toMatchObject({ type: 'urn:holdfast:problem:slot-taken', remaining: 0 });
  });

  it('a hold of a closed slot does not say how many units are left', async () => {
    const { provider, slots } = await api.offerQuarters(1);
    const range = 'start=2026-12-30T10:00:00Z&end=2026-12-30T10:15:00Z';
    await api.require(200, 'DELETE', `/api/v1/providers/${provider}/availability?${range}`);
    const body = { client_id: harry, slot_id: slots[0]?.slot_id };
    const problem = await api.require<object>(409, 'POST', '/api/v1/reservations', body);
    expect(problem).toMatchObject({ type: 'urn:holdfast:problem:slot-closed' });
    expect(problem).not.toHaveProperty('remaining');
  });

  it('a hold or a move to an unknown slot returns 404 no-such-slot', async () => {
    const slot_id = 999_999_999;
    const body = { client_id: harry, slot_id };
    const held = await api.require(404, 'POST', '/api/v1/reservations', body);
    expect(held).toMatchObject({ type: 'urn:holdfast:problem:no-such-slot', detail: 'There is no slot 999999999' });
    const { reservation_id } = await api.hold(harry, await api.offerSlot());
    const moved = await api.require(404, 'POST', `/api/v1/reservations/${reservation_id}/reschedule`, body);
    expect(moved).toMatchObject({ type: 'urn:holdfast:problem:no-such-slot', detail: 'There is no slot 999999999' });
  });

  it('a hold by version succeeds only while the slot is at that version', async () => {
    const slot_id = await api.offerSlot(5);
    const { version } = await api.readSlot(slot_id);
    await api.hold(harry, slot_id, { version });
    const stale = { client_id: john, slot_id, version };
    expect(await api.requireProblem(409, 'POST', '/api/v1/reservations', stale)).toBe('slot-version-moved-on');
    await api.hold(john, slot_id, { version: (await api.readSlot(slot_id)).version });
  });

  it('a cancellation frees the unit at once and ends the reservation for good', async () => {
    const slot_id = await api.offerSlot();
    const { reservation_id } = await api.hold(harry, slot_id);
    await api.change('confirm', reservation_id, harry);
    expect((await api.change('cancel', reservation_id, harry)).status).toBe('cancelled');
    expect((await api.readSlot(slot_id)).remaining).toBe(1);
    for (const verb of ['confirm', 'extend'] as const) {
      await api.change(verb, reservation_id, harry, { status: 409 });
    }
  });

  it('a repeated cancellation returns the same answer, and one of an expired hold returns 409', async () => {
    const { reservation_id } = await api.hold(harry, await api.offerSlot());
    const first = await api.change('cancel', reservation_id, harry);
    await open().clock.freeze('2026-11-02T08:10:00Z');
    expect(await api.change('cancel', reservation_id, harry)).toEqual(first);
    await api.change('cancel', reservation_id, john, { status: 403 });
    const { history } = await api.require<{ history: object[] }>(
      200,
      'GET',
      `/api/v1/reservations/${reservation_id}/history`,
    );
    expect(history).toHaveLength(2);
    const expired = await api.hold(harry, await api.offerSlot());
    await open().clock.freeze('2026-11-02T08:40:00Z');
    const url = `/api/v1/reservations/${expired.reservation_id}/cancel`;
    for (const _attempt of [1, 2]) {
      expect(await api.requireProblem(409, 'POST', url, { client_id: harry })).toBe('already-ended');
    }
  });

  it('a change of a reservation by another client returns 403', async () => {
    const slot_id = await api.offerSlot();
    const { reservation_id } = await api.hold(harry, slot_id);
    for (const verb of ['confirm', 'cancel', 'extend'] as const) {
      await api.change(verb, reservation_id, john, { status: 403 });
    }
    await api.change('reschedule', reservation_id, john, { slot_id, status: 403 });
  });

  it('a hold can be extended up to four times its life, and no further', async () => {
    const { reservation_id, expires_at } = await api.hold(harry, await api.offerSlot());
    expect(expires_at).toBe('2026-11-02T08:30:00Z');
    await open().clock.freeze('2026-11-02T08:20:00Z');
    expect((await api.change('extend', reservation_id, harry)).expires_at).toBe('2026-11-02T08:50:00Z');
    for (const time of ['08:45', '09:10', '09:35']) {
      await open().clock.freeze(`2026-11-02T${time}:00Z`);
      await api.change('extend', reservation_id, harry);
    }
    const extended = await api.require<ListedReservation>(200, 'GET', `/api/v1/reservations/${reservation_id}`);
    expect(extended.expires_at).toBe('2026-11-02T10:00:00Z');
    await api.change('extend', reservation_id, harry, { status: 422 });
    await open().clock.freeze('2026-11-02T10:00:00Z');
    await api.change('extend', reservation_id, harry, { status: 410 });
  });

  it('an extension of a confirmed reservation returns 409', async () => {
    const { reservation_id } = await api.hold(harry, await api.offerSlot());
    await api.change('confirm', reservation_id, harry);
    await api.change('extend', reservation_id, harry, { status: 409 });
  });

  it('a reschedule leaves the old slot only if it gets the new one', async () => {
    const [from, to, full] = [await api.offerSlot(), await api.offerSlot(), await api.offerSlot()];
    const { reservation_id } = await api.hold(harry, from);
    await api.change('confirm', reservation_id, harry);
    await api.hold(john, full);
    await api.change('reschedule', reservation_id, harry, { slot_id: full, status: 409 });
    expect((await api.readSlot(from)).remaining).toBe(0);
    const moved = await api.change('reschedule', reservation_id, harry, { slot_id: to });
    expect(moved).toMatchObject({ slot_id: to, status: 'confirmed' });
    expect([(await api.readSlot(from)).remaining, (await api.readSlot(to)).remaining]).toEqual([1, 0]);
  });

  it('a reschedule gets a slot whose hold has just expired, with no sweep run', async () => {
    const to = await api.offerSlot();
    await api.hold(john, to);
    await open().clock.freeze('2026-11-02T08:10:00Z');
    const { reservation_id } = await api.hold(harry, await api.offerSlot());
    await api.change('reschedule', reservation_id, harry, { slot_id: to, status: 409 });
    await open().clock.freeze('2026-11-02T08:30:00Z');
    await api.change('reschedule', reservation_id, harry, { slot_id: to });
  });

  it('a reservation has a history, and a state at any past moment', async () => {
    const { reservation_id } = await api.hold(harry, await api.offerSlot());
    const url = `/api/v1/reservations/${reservation_id}`;
    await open().clock.freeze('2026-11-02T08:10:00.000001Z');
    await api.change('confirm', reservation_id, harry);
    await open().clock.freeze('2026-11-02T09:00:00Z');
    await api.change('cancel', reservation_id, harry);
    const { history } = await api.require<{ history: object[] }>(200, 'GET', `${url}/history`);
    expect(history).toMatchObject([
      { at: '2026-11-02T08:00:00.000000Z', status: 'held' },
      { at: '2026-11-02T08:10:00.000001Z', status: 'confirmed' },
      { at: '2026-11-02T09:00:00.000000Z', status: 'cancelled' },
    ]);
    const statusAt = async (at: string) =>
      (await api.require<ListedReservation>(200, 'GET', `${url}?at=${encodeURIComponent(at)}`)).status;
    expect(await statusAt('2026-11-02T08:00:00Z')).toBe('held');
    expect(await statusAt('2026-11-02 08:10:00.000000')).toBe('held');
    expect(await statusAt('2026-11-02T08:10:00.000001Z')).toBe('confirmed');
    expect(await statusAt('2026-11-02T09:00:00Z')).toBe('cancelled');
    expect(await api.requireProblem(404, 'GET', `${url}?at=2026-11-02T07:59:59Z`)).toBe('before-first-state');
    expect(await api.requireProblem(422, 'GET', `${url}?at=2026-11-02T09:00:01Z`)).toBe('future-time');
    expect(await api.requireProblem(400, 'GET', `${url}?at=yesterday`)).toBe('malformed-request');
  });

  it('a time that an answer has shown finds, as `at`, what it described', async () => {
    type Seen = ListedReservation & { created_at: string; confirmed_at: string | null };
    await open().clock.freeze('2026-11-02T08:00:00.7Z');
    const slot_id = await api.offerSlot();
    const held = await api.require<Seen>(201, 'POST', '/api/v1/reservations', { client_id: harry, slot_id });
    const url = `/api/v1/reservations/${held.reservation_id}`;
    const at = (time: string | null) => api.require<Seen>(200, 'GET', `${url}?at=${time}`);
    expect(await at(held.created_at)).toEqual(held);
    await open().clock.freeze('2026-11-02T08:05:00.9Z');
    const confirmed = await api.require<Seen>(200, 'POST', `${url}/confirm`, { client_id: harry });
    expect(await at(confirmed.confirmed_at)).toEqual(confirmed);
    expect(await at(held.created_at)).toEqual(held);
    const { history } = await api.require<{ history: { at: string; status: string }[] }>(200, 'GET', `${url}/history`);
    for (const entry of history) expect(await at(entry.at)).toMatchObject({ status: entry.status });
    const other = await api.hold(harry, await api.offerSlot());
    await open().clock.freeze('2026-11-02T08:50:00Z');
    const expired = await api.require<Seen>(
      200,
      'GET',
      `/api/v1/reservations/${other.reservation_id}?at=${other.expires_at}`,
    );
    expect(expired.status).toBe('expired');
  });

  it('a history dates the expiry of a hold at its instant, before and after a sweep', async () => {
    const { reservation_id } = await api.hold(harry, await api.offerSlot());
    const url = `/api/v1/reservations/${reservation_id}`;
    await open().clock.freeze('2026-11-02T12:00:00Z');
    const before = await api.require<{ history: object[] }>(200, 'GET', `${url}/history`);
    expect(before.history).toMatchObject([
      { status: 'held' },
      { status: 'expired', at: '2026-11-02T08:30:00.000000Z' },
    ]);
    await api.require(200, 'PUT', '/provider/expiredReservations');
    expect(await api.require(200, 'GET', `${url}/history`)).toEqual(before);
    const atExpiry = await api.require<ListedReservation>(200, 'GET', `${url}?at=2026-11-02T08:30:00Z`);
    expect(atExpiry.status).toBe('expired');
  });

  it.each(['0', '-1', '1.5', '0x10', '1e3', '9007199254740993', 'abc', '%00'])('the id %s returns 400', async (id) => {
    await api.require(400, 'GET', `/api/v1/reservations/${id}`);
    await api.require(400, 'GET', `/client/getProviderAvailability?provider_id=${id}`);
  });

  it('a hold that is repeated with its key is answered byte for byte, and takes effect once', async () => {
    const slot_id = await api.offerSlot(9);
    const send = (body: object) =>
      api.send('POST', '/api/v1/reservations', body, { 'idempotency-key': `replay-${slot_id}` });
    const body = { client_id: harry, slot_id };
    const first = await send(body);
    const again = await send(body);
    expect([again.status, again.text]).toEqual([first.status, first.text]);
    expect((await api.readSlot(slot_id)).remaining).toBe(8);
    expect((await send({ ...body, quantity: 2 })).status).toBe(422);
    await open().clock.freeze('2026-11-03T08:00:00Z');
    expect((await send(body)).text).not.toBe(first.text);
  });

  it('a refusal that is repeated with its key is answered byte for byte', async () => {
    const { reservation_id } = await api.hold(harry, await api.offerSlot());
    const url = `/api/v1/reservations/${reservation_id}/cancel`;
    const key = { 'idempotency-key': `refusal-${reservation_id}` };
    const first = await api.send('POST', url, { client_id: john }, key);
    const again = await api.send('POST', url, { client_id: john }, key);
    expect(first.status).toBe(403);
    expect(again.text).toBe(first.text);
  });
});
