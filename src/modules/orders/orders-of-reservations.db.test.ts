import { sql } from 'kysely';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { openOtherProgram } from '../../../test/support/database/other-program.ts';
import { eachDatabase, onPostgres, type TestDatabase } from '../../../test/support/database/test-database.ts';
import { type Answered, ask, openTestApp } from '../../../test/support/server/test-app.ts';
import type { HttpServer } from '../../platform/http/http-server.ts';

const NOW = '2026-11-02T08:00:00Z';
const PRICE = { amount: 19.9, currency: 'EUR' };

interface Slot {
  slot_id: number;
  price: typeof PRICE | null;
}
interface Order {
  order_id: number;
  reservation_id: number | null;
  status: string;
}

/** A provider, two clients, and what one does with them. */
class Shop {
  readonly #app: HttpServer;
  clientId = 0;
  #hour = 0;

  constructor(app: HttpServer) {
    this.#app = app;
  }

  async open(): Promise<void> {
    this.clientId = await this.newClient('Harry', 'Smith');
  }

  async newClient(first_name: string, last_name: string): Promise<number> {
    const { client_id } = await this.must<{ client_id: number }>(201, 'POST', '/api/v1/clients', {
      first_name,
      last_name,
    });
    return client_id;
  }

  async must<T>(status: number, method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, body?: object): Promise<T> {
    const answer = await ask(this.#app, method, url, body);
    expect(answer.status, answer.text).toBe(status);
    return answer.body as T;
  }

  /** One slot of a new provider, an hour later than the one before. */
  async offer(more: object = { price: PRICE }, capacity = 5): Promise<Slot> {
    const provider = { first_name: 'Jane', last_name: 'Doe' };
    const { provider_id } = await this.must<{ provider_id: number }>(201, 'POST', '/api/v1/providers', provider);
    this.#hour = (this.#hour + 1) % 23;
    const hour = String(this.#hour).padStart(2, '0');
    const ranges = [{ start_time: `2026-12-30 ${hour}:00`, end_time: `2026-12-30 ${hour}:15` }];
    const url = `/api/v1/providers/${provider_id}/availability`;
    const { slots } = await this.must<{ slots: [Slot] }>(201, 'POST', url, { ranges, capacity, ...more });
    return slots[0];
  }

  async hold({ slot_id }: Slot, quantity = 1): Promise<number> {
    const body = { client_id: this.clientId, slot_id, quantity };
    const held = await this.must<{ reservation_id: number }>(201, 'POST', '/api/v1/reservations', body);
    return held.reservation_id;
  }

  act(what: string, reservationId: number, more: object = {}): Promise<unknown> {
    return this.must(200, 'POST', `/api/v1/reservations/${reservationId}/${what}`, {
      client_id: this.clientId,
      ...more,
    });
  }

  confirm(reservationId: number, headers: Record<string, string> = {}): Promise<Answered> {
    const url = `/api/v1/reservations/${reservationId}/confirm`;
    return ask(this.#app, 'POST', url, { client_id: this.clientId }, headers);
  }

  async ordersOf(reservationId: number): Promise<Order[]> {
    const url = `/api/v1/orders?reservation_id=${reservationId}`;
    return (await this.must<{ orders: Order[] }>(200, 'GET', url)).orders;
  }
}

async function countOrders({ database }: TestDatabase): Promise<number> {
  const { rows } = await database.read((reader) =>
    sql<{ n: number }>`select count(*) as n from orders`.execute(reader),
  );
  return rows[0]?.n ?? -1;
}

eachDatabase('orders of reservations', (open) => {
  let app: HttpServer;
  let shop: Shop;

  beforeAll(async () => {
    app = await openTestApp(open().database);
    shop = new Shop(app);
    await shop.open();
  });
  beforeEach(() => open().clock.freeze(NOW));

  it('shows what a slot costs, wherever slots are shown', async () => {
    const slot = await shop.offer();
    expect(slot.price).toEqual(PRICE);
    const { provider_id } = await shop.must<{ provider_id: number }>(200, 'GET', `/api/v1/slots/${slot.slot_id}`);
    for (const available of ['true', 'false']) {
      const url = `/api/v1/slots?provider_id=${provider_id}&available=${available}`;
      expect(await shop.must(200, 'GET', url)).toMatchObject({ slots: [{ price: PRICE }] });
    }
    expect(await shop.offer({})).toMatchObject({ price: null });
  });

  it('tells a new price at once', async () => {
    const slot = await shop.offer();
    const { provider_id } = await shop.must<{ provider_id: number }>(200, 'GET', `/api/v1/slots/${slot.slot_id}`);
    const url = `/api/v1/slots?provider_id=${provider_id}&available=true`;
    await shop.must(200, 'GET', url);
    await open().database.transaction((tx) =>
      sql`update slot set price_amount = 5 where id = ${slot.slot_id}`.execute(tx),
    );
    expect(await shop.must(200, 'GET', url)).toMatchObject({ slots: [{ price: { amount: 5, currency: 'EUR' } }] });
  });

  it.each([
    { amount: 0, currency: 'EUR' },
    { amount: -1, currency: 'EUR' },
    { amount: 1.00001, currency: 'EUR' },
    { amount: 1e-9, currency: 'EUR' },
    { amount: 1e11, currency: 'EUR' },
    { amount: '5', currency: 'EUR' },
    { amount: 5, currency: 'eur' },
    { amount: 5, currency: 'ZZZ' },
    { amount: 5 },
    { currency: 'EUR' },
    { amount: 5, currency: 'EUR', tax: 1 },
  ])('refuses the price %o', async (price) => {
    const provider = { first_name: 'Jane', last_name: 'Doe' };
    const { provider_id } = await shop.must<{ provider_id: number }>(201, 'POST', '/api/v1/providers', provider);
    const ranges = [{ start_time: '2026-12-30 10:00', end_time: '2026-12-30 10:15' }];
    const refusal = await shop.must<{ errors: { path: string }[] }>(
      ...([400, 'POST', `/api/v1/providers/${provider_id}/availability`, { ranges, price }] as const),
    );
    expect(refusal.errors[0]?.path).toMatch(/^\/price/);
  });

  it('keeps a slot offered again at the same price, and refuses another', async () => {
    const provider = { first_name: 'Jane', last_name: 'Doe' };
    const { provider_id } = await shop.must<{ provider_id: number }>(201, 'POST', '/api/v1/providers', provider);
    const url = `/api/v1/providers/${provider_id}/availability`;
    const ranges = [{ start_time: '2026-12-30 10:00', end_time: '2026-12-30 10:15' }];
    const first = await shop.must<{ slots: Slot[] }>(201, 'POST', url, { ranges, price: PRICE });
    expect(await shop.must(201, 'POST', url, { ranges, price: { amount: 19.9, currency: 'EUR' } })).toEqual(first);
    for (const price of [{ amount: 20, currency: 'EUR' }, { amount: 19.9, currency: 'USD' }, undefined]) {
      expect(await shop.must(409, 'POST', url, { ranges, ...(price && { price }) })).toMatchObject({
        type: 'urn:holdfast:problem:slots-overlap',
      });
    }
  });

  it('are placed by confirming, and shown on the last page', async () => {
    const slot = await shop.offer();
    const reservationId = await shop.hold(slot, 3);
    expect(await shop.ordersOf(reservationId)).toEqual([]);
    await shop.act('confirm', reservationId);
    const [order] = await shop.ordersOf(reservationId);
    const { start_time, end_time } = await shop.must<{ start_time: string; end_time: string }>(
      ...([200, 'GET', `/api/v1/slots/${slot.slot_id}`] as const),
    );
    expect(order).toEqual({
      order_id: expect.any(Number),
      customer: 'Harry Smith',
      ordered_at: NOW,
      status: 'open',
      currency: 'EUR',
      total: 59.7,
      lines: [{ description: `${start_time} to ${end_time}`, quantity: 3, unit_price: 19.9, discount: 0 }],
      reservation_id: reservationId,
    });
    const { total_pages } = await shop.must<{ total_pages: number }>(200, 'GET', '/orders/1');
    const last = await shop.must<{ orders: Order[] }>(200, 'GET', `/orders/${total_pages}`);
    expect(last.orders.at(-1)?.order_id).toBe(order?.order_id);
  });

  it('are placed by the fixed path too, and by any program', async () => {
    const reservationId = await shop.hold(await shop.offer());
    await shop.must(200, 'PUT', '/client/confirm', { client_id: shop.clientId, reservation_id: reservationId });
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

  it('cost what their slot did when it was held', async () => {
    const reprice = (slotId: number, amount: string | null, currency: string | null) =>
      open().database.transaction((tx) =>
        sql`update slot set price_amount = ${amount}, price_currency = ${currency} where id = ${slotId}`.execute(tx),
      );
    const [dear, free] = [await shop.offer(), await shop.offer({})];
    const [paid, unpaid] = [await shop.hold(dear), await shop.hold(free)];
    await reprice(dear.slot_id, '16000', 'JPY');
    await reprice(free.slot_id, '9', 'EUR');
    await shop.act('confirm', paid);
    await shop.act('confirm', unpaid);
    expect(await shop.ordersOf(paid)).toMatchObject([
      { currency: PRICE.currency, total: PRICE.amount, lines: [{ unit_price: PRICE.amount }] },
    ]);
    expect(await shop.ordersOf(unpaid)).toEqual([]);
    const read = (id: number) => shop.must(200, 'GET', `/api/v1/reservations/${id}`);
    expect([await read(paid), await read(unpaid)]).toMatchObject([{ price: PRICE }, { price: null }]);
  });

  it('cost what they did then in looking back, though the reservation has moved to a dearer slot', async () => {
    const reservationId = await shop.hold(await shop.offer());
    await open().clock.advance('1 second');
    const dearer = await shop.offer({ price: { amount: 20, currency: 'EUR' } });
    await shop.act('reschedule', reservationId, { slot_id: dearer.slot_id });
    const url = `/api/v1/reservations/${reservationId}`;
    expect(await shop.must(200, 'GET', `${url}?at=${NOW}`)).toMatchObject({ price: PRICE });
    expect(await shop.must(200, 'GET', url)).toMatchObject({ price: { amount: 20, currency: 'EUR' } });
  });

  it('are not placed for what is free, expires, or is cancelled before', async () => {
    const before = await countOrders(open());
    await shop.act('confirm', await shop.hold(await shop.offer({})));
    await shop.act('cancel', await shop.hold(await shop.offer()));
    await shop.hold(await shop.offer());
    await open().clock.freeze('2026-11-02T09:00:00Z');
    await shop.must(200, 'PUT', '/provider/expiredReservations');
    expect(await countOrders(open())).toBe(before);
  });

  it('are cancelled with their reservation, unless they have left already', async () => {
    const reservationId = await shop.hold(await shop.offer());
    await shop.act('confirm', reservationId);
    await shop.act('cancel', reservationId);
    expect(await shop.ordersOf(reservationId)).toMatchObject([{ status: 'cancelled' }]);
    const sent = await shop.hold(await shop.offer());
    await shop.act('confirm', sent);
    await open().database.transaction((tx) =>
      sql`update orders set status = 'shipped' where reservation_id = ${sent}`.execute(tx),
    );
    await shop.act('cancel', sent);
    expect(await shop.ordersOf(sent)).toMatchObject([{ status: 'shipped' }]);
  });

  it('are cancelled when the time is blocked with its reservations, and when a supplier had sold it', async () => {
    const slot = await shop.offer();
    const reservationId = await shop.hold(slot);
    await shop.act('confirm', reservationId);
    const { provider_id, start_time, end_time } = await shop.must<Record<string, string>>(
      ...([200, 'GET', `/api/v1/slots/${slot.slot_id}`] as const),
    );
    const query = `start=${start_time}&end=${end_time}&reservations=cancel`;
    await shop.must(200, 'DELETE', `/api/v1/providers/${provider_id}/availability?${query}`);
    expect(await shop.ordersOf(reservationId)).toMatchObject([{ status: 'cancelled' }]);
    const lost = await shop.hold(await shop.offer());
    await shop.act('confirm', lost);
    await open().database.transaction((tx) =>
      sql`update reservation set status = 'conflict', changed_at = now() where id = ${lost}`.execute(tx),
    );
    expect(await shop.ordersOf(lost)).toMatchObject([{ status: 'cancelled' }]);
  });

  it('follow their reservation to another time, at its price', async () => {
    const reservationId = await shop.hold(await shop.offer(), 2);
    await shop.act('confirm', reservationId);
    const [{ order_id = 0 } = {}] = await shop.ordersOf(reservationId);
    const dearer = await shop.offer({ price: { amount: 100, currency: 'JPY' } });
    await shop.act('reschedule', reservationId, { slot_id: dearer.slot_id });
    expect(await shop.ordersOf(reservationId)).toMatchObject([
      { order_id, currency: 'JPY', total: 200, status: 'open' },
    ]);
    await shop.act('reschedule', reservationId, { slot_id: (await shop.offer({})).slot_id });
    expect(await shop.ordersOf(reservationId)).toMatchObject([{ order_id, currency: 'JPY', total: 0, status: 'open' }]);
    await shop.act('cancel', reservationId);
    expect(await shop.ordersOf(reservationId)).toMatchObject([{ order_id, status: 'cancelled' }]);
  });

  it('are placed when a free reservation moves to time that costs something', async () => {
    const reservationId = await shop.hold(await shop.offer({}));
    await shop.act('confirm', reservationId);
    await shop.act('reschedule', reservationId, { slot_id: (await shop.offer()).slot_id });
    expect(await shop.ordersOf(reservationId)).toMatchObject([{ total: 19.9 }]);
  });

  it('are not changed or cancelled by themselves', async () => {
    const reservationId = await shop.hold(await shop.offer());
    await shop.act('confirm', reservationId);
    const [{ order_id = 0 } = {}] = await shop.ordersOf(reservationId);
    const content = { customer: 'X', currency: 'USD', lines: [{ description: 'X', quantity: 1, unit_price: 1 }] };
    for (const refused of [
      await shop.must(409, 'POST', `/api/v1/orders/${order_id}/cancel`),
      await shop.must(409, 'PUT', `/api/v1/orders/${order_id}`, content),
    ]) {
      expect(refused).toMatchObject({ type: 'urn:holdfast:problem:order-of-reservation' });
    }
  });

  it('are placed once under 20 confirms at the same time, and by retries with a key', async () => {
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

  it('would be placed twice by a second confirm, but for the state machine and the index', async () => {
    const reservationId = await shop.hold(await shop.offer());
    await shop.act('confirm', reservationId);
    const again = open().database.transaction((tx) =>
      sql`insert into orders (customer, currency, reservation_id) values ('X', 'USD', ${reservationId})`.execute(tx),
    );
    await expect(again).rejects.toMatchObject({ constraint: 'order_of_reservation' });
  });
});

onPostgres('orders of reservations whose confirming is killed', (open) => {
  const other = openOtherProgram(open);

  it('are placed by neither the killed transaction nor twice by the retry', async () => {
    const app = await openTestApp(open().database);
    const shop = new Shop(app);
    await open().clock.freeze(NOW);
    await shop.open();
    const reservationId = await shop.hold(await shop.offer());
    // The count of blocks is the last thing a confirm locks: it is killed with all of its work done.
    await other().run('begin; lock table order_block in access exclusive mode');
    const confirming = shop.confirm(reservationId, { 'idempotency-key': 'once' });
    const waiting = `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await expect.poll(async () => (await other().run(waiting)).length).toBe(1);
    await other().run(`select pg_terminate_backend(pid) from (${waiting}) waiting`);
    expect((await confirming).status).toBe(503);
    await other().run('rollback');
    expect(await countOrders(open())).toBe(0);
    expect(await shop.must(200, 'GET', `/api/v1/reservations/${reservationId}`)).toMatchObject({ status: 'held' });
    expect((await shop.confirm(reservationId, { 'idempotency-key': 'once' })).status).toBe(200);
    expect((await shop.confirm(reservationId, { 'idempotency-key': 'once' })).status).toBe(200);
    expect(await shop.ordersOf(reservationId)).toHaveLength(1);
  });
});
