import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eachDatabase } from '../../../../test/support/database/test-database.ts';
import { ask, openTestApp } from '../../../../test/support/server/test-app.ts';
import { addSupplier, suppliedIds, supplyItems, upstreamItem } from '../../../../test/support/supply/supplied-slots.ts';
import {
  itemsAdapter,
  openTestFeed,
  openWorker,
  untilSent,
} from '../../../../test/support/supply/write-back-fixture.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import { startSimulator } from '../../../simulator/index.ts';
import type { Adapter } from '../adapters/adapter.ts';

eachDatabase('booking routes', (open) => {
  let app: HttpServer;
  let clientId: number;
  let itemId: number;
  let rareId: number;

  beforeAll(async () => {
    const { database } = open();
    app = await openTestApp(database);
    await addSupplier(database, 'venue');
    await supplyItems(database, 'venue', [upstreamItem(7, 1_000), upstreamItem('7', 2)]);
    const ids = await suppliedIds(database, 'venue');
    itemId = ids.get(7) ?? 0;
    rareId = ids.get('7') ?? 0;
    const client = await ask(app, 'POST', '/client/create', { first_name: 'Harry', last_name: 'Smith' });
    clientId = (client.body as { client_id: number }).client_id;
  });
  afterAll(() => app.close());

  const book = (changes: object = {}, headers: Record<string, string> = {}) =>
    ask(app, 'POST', '/api/bookings', { client_id: clientId, item_id: itemId, ...changes }, headers);
  async function bookOne(changes: object = {}): Promise<{ booking_id: number }> {
    return (await book(changes)).body as { booking_id: number };
  }
  async function findBooking(bookingId: number): Promise<unknown> {
    const { body } = await ask(app, 'GET', `/api/bookings?client_id=${clientId}&limit=1000`);
    return (body as { bookings: { booking_id: number }[] }).bookings.find(({ booking_id }) => booking_id === bookingId);
  }

  it('a new booking is pending and has a confirmed reservation of the same id', async () => {
    const answer = await book({ quantity: 2 });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      booking_id: expect.any(Number),
      item_id: itemId,
      client_id: clientId,
      quantity: 2,
      status: 'pending',
      price: { amount: 12.5, currency: 'EUR' },
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    });
    const { booking_id } = answer.body as { booking_id: number };
    expect(await findBooking(booking_id)).toEqual(answer.body);
    expect((await ask(app, 'GET', `/api/bookings/${booking_id}`)).body).toEqual(answer.body);
    const reservation = await ask(app, 'GET', `/api/v1/reservations/${booking_id}`);
    expect(reservation.body).toMatchObject({
      slot_id: itemId,
      status: 'confirmed',
      provider_id: null,
      name: 'item 7',
      write_back: 'pending',
    });
    const history = await ask(app, 'GET', `/api/v1/reservations/${booking_id}/history`);
    expect((history.body as { history: { status: string }[] }).history.map(({ status }) => status)).toEqual([
      'held',
      'confirmed',
    ]);
  });

  it('the order of a booking names the item', async () => {
    await book({ quantity: 3 });
    const { body } = await ask(app, 'GET', '/api/v1/orders?limit=1000');
    const { orders } = body as { orders: { lines: { description: string; quantity: number }[] }[] };
    expect(orders.flatMap(({ lines }) => lines)).toContainEqual({
      description: expect.stringMatching(/^item 7, \d{4}-06-01 10:00 to 12:00 UTC$/),
      quantity: 3,
      unit_price: 12.5,
      discount: 0,
    });
  });

  it('a booking is made once for each Idempotency-Key', async () => {
    const [first, second] = [await book({}, { 'idempotency-key': 'k' }), await book({}, { 'idempotency-key': 'k' })];
    expect([first.status, second.text]).toEqual([201, first.text]);
    expect((await book({ quantity: 2 }, { 'idempotency-key': 'k' })).status).toBe(422);
  });

  it('a booking of an unknown item, by an unknown client, or of more units than are left is refused', async () => {
    const refusals = [
      await book({ item_id: 999_999 }),
      await book({ client_id: 999_999 }),
      await book({ item_id: rareId, quantity: 3 }),
      await book({ quantity: 0 }),
      await book({ extra: 1 }),
    ];
    expect(refusals.map(({ status, body }) => [status, (body as { type: string }).type.split(':').at(-1)])).toEqual([
      [404, 'no-such-item'],
      [404, 'no-such-client'],
      [409, 'item-sold-out'],
      [400, 'malformed-request'],
      [400, 'malformed-request'],
    ]);
    expect(refusals[2]?.body).toMatchObject({
      detail: `Item ${rareId} does not have 3 left. Choose fewer units or another item`,
      remaining: 2,
    });
    expect((await book({ item_id: rareId, quantity: 2 })).status).toBe(201);
    expect((await book({ item_id: rareId })).body).toMatchObject({
      detail: `Item ${rareId} is sold out. Choose another item`,
      remaining: 0,
    });
  });

  it('a slot of a provider cannot be booked as an item', async () => {
    await ask(app, 'POST', '/provider/create', { first_name: 'Ada', last_name: 'Berg' });
    const range = { start_time: '2030-03-18T09:00:00Z', end_time: '2030-03-18T09:15:00Z' };
    const offered = await ask(app, 'POST', '/provider/availability', { provider_id: 1, ...range });
    const [slot] = (offered.body as { 'available timeslots': { timeslot_id: number }[] })['available timeslots'];
    expect((await book({ item_id: slot?.timeslot_id })).body).toMatchObject({
      type: 'urn:holdfast:problem:no-such-item',
    });
  });

  it('bookings are listed by id, page by page', async () => {
    const url = `/api/bookings?client_id=${clientId}&limit=1`;
    await bookOne();
    await bookOne();
    const ids: number[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body } = await ask(app, 'GET', cursor === '' ? url : `${url}&cursor=${cursor}`);
      const page = body as { bookings: { booking_id: number }[]; next_cursor: string | null };
      ids.push(...page.bookings.map(({ booking_id }) => booking_id));
      cursor = page.next_cursor;
    }
    expect(ids.length).toBeGreaterThan(1);
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
    const foreign = await ask(app, 'GET', '/api/bookings?client_id=999999');
    expect(foreign.body).toMatchObject({ status: 404, type: 'urn:holdfast:problem:no-such-client' });
    expect((await ask(app, 'GET', '/api/bookings')).status).toBe(400);
  });

  it('a booking can be cancelled repeatedly by its own client, and not by another', async () => {
    const { booking_id } = await bookOne();
    const foreign = await ask(app, 'DELETE', `/api/bookings/${booking_id}?client_id=${clientId + 1}`);
    expect(foreign.status, 'an unknown client').toBe(404);
    const other = await ask(app, 'POST', '/client/create', { first_name: 'John', last_name: 'Bird' });
    const otherId = (other.body as { client_id: number }).client_id;
    expect((await ask(app, 'DELETE', `/api/bookings/${booking_id}?client_id=${otherId}`)).status).toBe(403);
    for (const query of ['', `?client_id=${clientId}`, '']) {
      const answer = await ask(app, 'DELETE', `/api/bookings/${booking_id}${query}`);
      expect([answer.status, answer.text]).toEqual([204, '']);
    }
    expect(await findBooking(booking_id)).toMatchObject({ status: 'cancelled' });
    expect((await ask(app, 'DELETE', '/api/bookings/999999')).body).toMatchObject({
      type: 'urn:holdfast:problem:no-such-booking',
    });
  });

  it('a booking is read by its id, and another reservation or an unknown id returns 404', async () => {
    const { booking_id } = await bookOne();
    await ask(app, 'DELETE', `/api/bookings/${booking_id}`);
    expect((await ask(app, 'GET', `/api/bookings/${booking_id}`)).body).toMatchObject({
      booking_id,
      status: 'cancelled',
    });
    const held = await ask(app, 'POST', '/api/v1/reservations', { client_id: clientId, slot_id: itemId });
    const { reservation_id } = held.body as { reservation_id: number };
    for (const id of [reservation_id, 999_999]) {
      expect((await ask(app, 'GET', `/api/bookings/${id}`)).body).toMatchObject({
        type: 'urn:holdfast:problem:no-such-booking',
      });
    }
    expect((await ask(app, 'GET', '/api/bookings/0x1')).status).toBe(400);
  });

  it('a reservation shows in every answer whether its supplier has accepted it', async () => {
    const { database } = open();
    const body = { client_id: clientId };
    type Shown = { reservation_id: number; write_back: string | null };
    const held = (await ask(app, 'POST', '/api/v1/reservations', { ...body, slot_id: itemId })).body as Shown;
    const url = `/api/v1/reservations/${held.reservation_id}`;
    const act = async (action: string) => ((await ask(app, 'POST', `${url}/${action}`, body)).body as Shown).write_back;
    async function shown() {
      const { reservations } = (await ask(app, 'GET', `/api/v1/reservations?client_id=${clientId}&limit=1000`))
        .body as { reservations: Shown[] };
      const listed = reservations.find(({ reservation_id }) => reservation_id === held.reservation_id)?.write_back;
      return [((await ask(app, 'GET', url)).body as Shown).write_back, listed];
    }
    const setState = (state: string) =>
      database.transaction((tx) =>
        sql`update write_back set state = ${state} where reservation_id = ${held.reservation_id}`.execute(tx),
      );
    expect([held.write_back, ...(await shown())]).toEqual([null, null, null]);
    expect([await act('confirm'), ...(await shown())]).toEqual(['pending', 'pending', 'pending']);
    await setState('parked');
    expect(await shown()).toEqual(['parked', 'parked']);
    await setState('done');
    expect(await shown()).toEqual(['accepted', 'accepted']);
    expect([await act('cancel'), ...(await shown())]).toEqual(['pending', 'pending', 'pending']);
  });

  it('a booking becomes confirmed or a conflict as the supplier answers', async () => {
    const { database } = open();
    await using simulator = await startSimulator({ kind: 'snapshot' });
    const simulatedAdapter = itemsAdapter(simulator.url);
    const refusing: Adapter = {
      ...simulatedAdapter,
      book: async () => ({ kind: 'refused', reason: 'answered 409: sold out' }),
    };
    const feed = await openTestFeed(database);
    const lost = await bookOne();
    {
      await using _worker = openWorker(database, feed, { venue: refusing });
      await untilSent(database, ['venue']);
    }
    expect(await findBooking(lost.booking_id)).toMatchObject({
      status: 'conflict',
      reason: 'The supplier does not have it',
    });
    const reservation = await ask(app, 'GET', `/api/v1/reservations/${lost.booking_id}`);
    expect(reservation.body).toMatchObject({ status: 'conflict' });
    expect((await ask(app, 'DELETE', `/api/bookings/${lost.booking_id}`)).body).toMatchObject({
      type: 'urn:holdfast:problem:already-ended',
    });
    await supplyItems(database, 'venue', [upstreamItem(7, 500), upstreamItem('7', 2)]);
    const won = await bookOne();
    {
      const holding: Adapter = { ...simulatedAdapter, book: async () => ({ kind: 'booked', id: 'B1' }) };
      await using _worker = openWorker(database, feed, { venue: holding });
      await untilSent(database, ['venue']);
    }
    expect(await findBooking(won.booking_id)).toMatchObject({ status: 'confirmed' });
    expect(await findBooking(won.booking_id)).not.toHaveProperty('reason');
  });
});
