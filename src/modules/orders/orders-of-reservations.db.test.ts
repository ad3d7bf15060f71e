import { sql } from 'kysely';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { openOtherProgram } from '../../../test/support/database/other-program.ts';
import { eachDatabase, onPostgres, type TestDatabase } from '../../../test/support/database/test-database.ts';
import { PRICE, Shop, type ShopOrder } from '../../../test/support/orders/shop.ts';
import { openTestApp } from '../../../test/support/server/test-app.ts';

const NOW = '2026-11-02T08:00:00Z';

async function countOrders({ database }: TestDatabase): Promise<number> {
  const { rows } = await database.read((reader) =>
    sql<{ n: number }>`select count(*) as n from orders`.execute(reader),
  );
  return rows[0]?.n ?? -1;
}

eachDatabase('orders of reservations', (open) => {
  let shop: Shop;

  beforeAll(async () => {
    shop = new Shop(await openTestApp(open().database));
    await shop.open();
  });
  beforeEach(() => open().clock.freeze(NOW));

  it('confirming a priced reservation places its order, which the last page shows', async () => {
    const slot = await shop.offer();
    const reservationId = await shop.hold(slot, 3);
    expect(await shop.ordersOf(reservationId)).toEqual([]);
    await shop.act('confirm', reservationId);
    const [order] = await shop.ordersOf(reservationId);
    const { start_time, end_time } = await shop.send<{ start_time: string; end_time: string }>(
      ...([200, 'GET', `/api/v1/slots/${slot.slot_id}`] as const),
    );
    expect(order).toEqual({
      order_id: expect.any(Number),
      customer: 'Harry Smith',
      ordered_at: NOW,
      status: 'open',
      currency: 'EUR',
      total: 59.7,
      lines: [
        {
          description: `${start_time.slice(0, 10)} ${start_time.slice(11, 16)} to ${end_time.slice(11, 16)} UTC`,
          quantity: 3,
          unit_price: 19.9,
          discount: 0,
        },
      ],
      reservation_id: reservationId,
    });
    const { total_pages } = await shop.send<{ total_pages: number }>(200, 'GET', '/orders/1');
    const last = await shop.send<{ orders: ShopOrder[] }>(200, 'GET', `/orders/${total_pages}`);
    expect(last.orders.at(-1)?.order_id).toBe(order?.order_id);
  });

  it.each([
    ['UTC', '2026-12-30T23:30Z', '2026-12-30T23:45Z', '2026-12-30 23:30 to 23:45 UTC'],
    ['Europe/Berlin', '2026-12-30T10:00Z', '2026-12-30T10:15Z', '2026-12-30 11:00 to 11:15 Europe/Berlin'],
    ['Asia/Kolkata', '2026-12-30T18:15Z', '2026-12-30T18:45Z', '2026-12-30 23:45 to 2026-12-31 00:15 Asia/Kolkata'],
    ['UTC', '2026-12-30T10:00:30Z', '2026-12-30T10:15Z', '2026-12-30 10:00:30 to 10:15:00 UTC'],
    ['No/Such', '2026-12-30T10:00Z', '2026-12-30T10:15Z', '2026-12-30 10:00 to 10:15 UTC'],
  ])('a line describes time in %s from %s to %s as %s', async (zone, start, end, expected) => {
    const { rows } = await open().database.read((reader) =>
      sql<{ text: string }>`
        select describe_time(${start}::timestamptz, ${end}::timestamptz, ${zone}) as text`.execute(reader),
    );
    expect(rows).toEqual([{ text: expected }]);
  });

  it("an order's line is in the time zone of the slot's provider", async () => {
    const slot = await shop.offer();
    await open().database.transaction((tx) =>
      sql`update provider set time_zone = 'Asia/Tokyo'
           where id = (select provider_id from slot where id = ${slot.slot_id})`.execute(tx),
    );
    const reservationId = await shop.hold(slot);
    await shop.act('confirm', reservationId);
    const [order] = await shop.ordersOf(reservationId);
    expect(order).toMatchObject({ lines: [{ description: expect.stringMatching(/ to \d\d:15 Asia\/Tokyo$/) }] });
  });

  it('a confirmation by the fixed path or by another program places the order too', async () => {
    const reservationId = await shop.hold(await shop.offer());
    await shop.send(200, 'PUT', '/client/confirm', { client_id: shop.clientId, reservation_id: reservationId });
    expect(await shop.ordersOf(reservationId)).toHaveLength(1);
    const slot = await shop.offer();
    const other = await shop.hold(slot);
    await open().database.transaction((tx) =>
      sql`update reservation set status = 'confirmed', decided_at = held_at where id = ${other}`.execute(tx),
    );
    expect(await shop.ordersOf(other)).toHaveLength(1);
    const { rows } = await open().database.transaction((tx) =>
      sql<{ id: number }>`
        insert into reservation (slot_id, client_id, price_amount, price_currency, status, held_at, decided_at,
                                 expires_at, changed_at)
        values (${slot.slot_id}, ${shop.clientId}, 9.5, 'EUR', 'confirmed', now(), now(), now() + interval '1 hour', now())
        returning id`.execute(tx),
    );
    expect(await shop.ordersOf(rows[0]?.id ?? 0)).toHaveLength(1);
  });

  it('an order costs what the slot cost when it was held', async () => {
    const reprice = (slotId: number, amount: string | null, currency: string | null) =>
      open().database.transaction((tx) =>
        sql`update slot set price_amount = ${amount}, price_currency = ${currency} where id = ${slotId}`.execute(tx),
      );
    const [priced, free] = [await shop.offer(), await shop.offer({})];
    const [paid, unpaid] = [await shop.hold(priced), await shop.hold(free)];
    await reprice(priced.slot_id, '16000', 'JPY');
    await reprice(free.slot_id, '9', 'EUR');
    await shop.act('confirm', paid);
    await shop.act('confirm', unpaid);
    expect(await shop.ordersOf(paid)).toMatchObject([
      { currency: PRICE.currency, total: PRICE.amount, lines: [{ unit_price: PRICE.amount }] },
    ]);
    expect(await shop.ordersOf(unpaid)).toEqual([]);
    const read = (id: number) => shop.send(200, 'GET', `/api/v1/reservations/${id}`);
    expect([await read(paid), await read(unpaid)]).toMatchObject([{ price: PRICE }, { price: null }]);
  });

  it('a reservation read at an earlier time has its earlier price, although it has moved to a more expensive slot', async () => {
    const reservationId = await shop.hold(await shop.offer());
    await open().clock.advance('1 second');
    const expensive = await shop.offer({ price: { amount: 20, currency: 'EUR' } });
    await shop.act('reschedule', reservationId, { slot_id: expensive.slot_id });
    const url = `/api/v1/reservations/${reservationId}`;
    expect(await shop.send(200, 'GET', `${url}?at=${NOW}`)).toMatchObject({ price: PRICE });
    expect(await shop.send(200, 'GET', url)).toMatchObject({ price: { amount: 20, currency: 'EUR' } });
  });

  it('a reservation that is free, expires or is cancelled before its confirmation has no order', async () => {
    const before = await countOrders(open());
    await shop.act('confirm', await shop.hold(await shop.offer({})));
    await shop.act('cancel', await shop.hold(await shop.offer()));
    await shop.hold(await shop.offer());
    await open().clock.freeze('2026-11-02T09:00:00Z');
    await shop.send(200, 'PUT', '/provider/expiredReservations');
    expect(await countOrders(open())).toBe(before);
  });

  it('cancelling a reservation cancels its order unless that is shipped', async () => {
    const reservationId = await shop.hold(await shop.offer());
    await shop.act('confirm', reservationId);
    await shop.act('cancel', reservationId);
    expect(await shop.ordersOf(reservationId)).toMatchObject([{ status: 'cancelled' }]);
    const shipped = await shop.hold(await shop.offer());
    await shop.act('confirm', shipped);
    await open().database.transaction((tx) =>
      sql`update orders set status = 'shipped' where reservation_id = ${shipped}`.execute(tx),
    );
    await shop.act('cancel', shipped);
    expect(await shop.ordersOf(shipped)).toMatchObject([{ status: 'shipped' }]);
  });

  it('an order is cancelled when its time is blocked and when its reservation is in conflict', async () => {
    const slot = await shop.offer();
    const reservationId = await shop.hold(slot);
    await shop.act('confirm', reservationId);
    const { provider_id, start_time, end_time } = await shop.send<Record<string, string>>(
      ...([200, 'GET', `/api/v1/slots/${slot.slot_id}`] as const),
    );
    const query = `start=${start_time}&end=${end_time}&reservations=cancel`;
    await shop.send(200, 'DELETE', `/api/v1/providers/${provider_id}/availability?${query}`);
    expect(await shop.ordersOf(reservationId)).toMatchObject([{ status: 'cancelled' }]);
    const conflicted = await shop.hold(await shop.offer());
    await shop.act('confirm', conflicted);
    await open().database.transaction((tx) =>
      sql`update reservation set status = 'conflict', changed_at = now() where id = ${conflicted}`.execute(tx),
    );
    expect(await shop.ordersOf(conflicted)).toMatchObject([{ status: 'cancelled' }]);
  });

  it('rescheduling a reservation changes its order to the new time and price', async () => {
    const reservationId = await shop.hold(await shop.offer(), 2);
    await shop.act('confirm', reservationId);
    const [{ order_id = 0 } = {}] = await shop.ordersOf(reservationId);
    const expensive = await shop.offer({ price: { amount: 100, currency: 'JPY' } });
    await shop.act('reschedule', reservationId, { slot_id: expensive.slot_id });
    expect(await shop.ordersOf(reservationId)).toMatchObject([
      { order_id, currency: 'JPY', total: 200, status: 'open' },
    ]);
    await shop.act('reschedule', reservationId, { slot_id: (await shop.offer({})).slot_id });
    expect(await shop.ordersOf(reservationId)).toMatchObject([{ order_id, currency: 'JPY', total: 0, status: 'open' }]);
    await shop.act('cancel', reservationId);
    expect(await shop.ordersOf(reservationId)).toMatchObject([{ order_id, status: 'cancelled' }]);
  });

  it('rescheduling a free reservation to a priced slot places an order', async () => {
    const reservationId = await shop.hold(await shop.offer({}));
    await shop.act('confirm', reservationId);
    await shop.act('reschedule', reservationId, { slot_id: (await shop.offer()).slot_id });
    expect(await shop.ordersOf(reservationId)).toMatchObject([{ total: 19.9 }]);
  });

  it('an order of a reservation cannot be changed or cancelled by itself', async () => {
    const reservationId = await shop.hold(await shop.offer());
    await shop.act('confirm', reservationId);
    const [{ order_id = 0 } = {}] = await shop.ordersOf(reservationId);
    const content = { customer: 'X', currency: 'USD', lines: [{ description: 'X', quantity: 1, unit_price: 1 }] };
    for (const refused of [
      await shop.send(409, 'POST', `/api/v1/orders/${order_id}/cancel`),
      await shop.send(409, 'PUT', `/api/v1/orders/${order_id}`, content),
    ]) {
      expect(refused).toMatchObject({ type: 'urn:holdfast:problem:order-of-reservation' });
    }
  });

  it('20 concurrent confirmations and retries with a key place one order', async () => {
    const reservationId = await shop.hold(await shop.offer());
    const answers = await Promise.all(Array.from({ length: 20 }, () => shop.confirm(reservationId)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 19 }, () => 409)]);
    expect(await shop.ordersOf(reservationId)).toHaveLength(1);

    const keyed = await shop.hold(await shop.offer());
    const key = { 'idempotency-key': `confirm-${keyed}` };
    await Promise.all(Array.from({ length: 20 }, () => shop.confirm(keyed, key)));
    const replays = await Promise.all(Array.from({ length: 5 }, () => shop.confirm(keyed, key)));
    expect(new Set(replays.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(replays[0]?.status).toBe(200);
    expect(await shop.ordersOf(keyed)).toHaveLength(1);
  });

  it('control: a second order of a reservation violates the unique index', async () => {
    const reservationId = await shop.hold(await shop.offer());
    await shop.act('confirm', reservationId);
    const again = open().database.transaction((tx) =>
      sql`insert into orders (customer, currency, reservation_id) values ('X', 'USD', ${reservationId})`.execute(tx),
    );
    await expect(again).rejects.toMatchObject({ constraint: 'order_of_reservation' });
  });
});

onPostgres('an order whose confirmation is killed', (open) => {
  const other = openOtherProgram(open);

  it('a killed confirmation places no order, and its retries place one', async () => {
    const app = await openTestApp(open().database);
    const shop = new Shop(app);
    await open().clock.freeze(NOW);
    await shop.open();
    const reservationId = await shop.hold(await shop.offer());
    // The block of the order is the last lock of a confirmation, so all of its work is done when it is killed.
    await other().run('begin; lock table order_block in access exclusive mode');
    const confirming = shop.confirm(reservationId, { 'idempotency-key': 'once' });
    const waiting = `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await expect.poll(async () => (await other().run(waiting)).length).toBe(1);
    await other().run(`select pg_terminate_backend(pid) from (${waiting}) waiting`);
    expect((await confirming).status).toBe(503);
    await other().run('rollback');
    expect(await countOrders(open())).toBe(0);
    expect(await shop.send(200, 'GET', `/api/v1/reservations/${reservationId}`)).toMatchObject({ status: 'held' });
    expect((await shop.confirm(reservationId, { 'idempotency-key': 'once' })).status).toBe(200);
    expect((await shop.confirm(reservationId, { 'idempotency-key': 'once' })).status).toBe(200);
    expect(await shop.ordersOf(reservationId)).toHaveLength(1);
  });
});
