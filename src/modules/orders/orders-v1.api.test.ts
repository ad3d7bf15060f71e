import { beforeAll, expect, it } from 'vitest';
import { openOtherProgram } from '../../../test/support/database/other-program.ts';
import { eachDatabase } from '../../../test/support/database/test-database.ts';
import { type Answered, ask, openTestApp } from '../../../test/support/server/test-app.ts';
import type { HttpServer } from '../../platform/http/http-server.ts';

const LINE = { description: 'Queso Cabrales', quantity: 12, unit_price: 14, discount: 0.15 };
const CONTENT = { customer: 'Vins et alcools Chevalier', currency: 'USD', lines: [LINE] };

interface Order {
  order_id: number;
  status: string;
  total: number;
}

eachDatabase('/api/v1/orders', (open) => {
  let app: HttpServer;
  const other = openOtherProgram(open);

  beforeAll(async () => {
    await open().clock.freeze('2026-11-02T08:00:00.999Z');
    app = await openTestApp(open().database);
  });

  function send(method: 'GET' | 'POST' | 'PUT', path: string, body?: object, key?: string): Promise<Answered> {
    return ask(app, method, `/api/v1/orders${path}`, body, key === undefined ? {} : { 'idempotency-key': key });
  }

  async function expectStatus<T = Order>(status: number, ...request: Parameters<typeof send>): Promise<T> {
    const answer = await send(...request);
    expect(answer.status, answer.text).toBe(status);
    return answer.body as T;
  }

  it('a placed order is open and has the current time', async () => {
    const { text, body, headers } = await send('POST', '', CONTENT);
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    const { order_id } = body as Order;
    expect(text).toBe(
      `{"order_id":${order_id},"customer":"Vins et alcools Chevalier","ordered_at":"2026-11-02T08:00:00Z",` +
        '"status":"open","currency":"USD","total":142.8,"lines":[{"description":"Queso Cabrales","quantity":12,' +
        '"unit_price":14,"discount":0.15}],"reservation_id":null}',
    );
    expect((await send('GET', `/${order_id}`)).text).toBe(text);
  });

  it('amounts keep every digit', async () => {
    const lines = [
      { description: 'Dear', quantity: 1_000_000, unit_price: 99_999_999_999.999 },
      { description: 'Cheap', quantity: 1, unit_price: 0.001, discount: 0.9999 },
    ];
    const { text } = await send('POST', '', { customer: 'Rich', currency: 'KWD', lines });
    expect(text).toContain('"total":99999999999999000,');
    expect(text).toContain('"unit_price":99999999999.999,');
    expect(text).toContain('"unit_price":0.001,"discount":0.9999');
  });

  it.each([
    [{ ...CONTENT, customer: '' }, '/customer'],
    [{ ...CONTENT, customer: 'a\u0000b' }, '/customer'],
    [{ ...CONTENT, customer: '   ' }, '/customer'],
    [{ ...CONTENT, currency: 'usd' }, '/currency'],
    [{ ...CONTENT, currency: 'ZZZ' }, '/currency'],
    [{ ...CONTENT, status: 'shipped' }, '/status'],
    [{ ...CONTENT, lines: [] }, '/lines'],
    [{ ...CONTENT, lines: [{ ...LINE, quantity: 0 }] }, '/lines/0/quantity'],
    [{ ...CONTENT, lines: [{ ...LINE, quantity: 1.5 }] }, '/lines/0/quantity'],
    [{ ...CONTENT, lines: [LINE, { ...LINE, unit_price: -1 }] }, '/lines/1/unit_price'],
    [{ ...CONTENT, lines: [{ ...LINE, unit_price: '14' }] }, '/lines/0/unit_price'],
    [{ ...CONTENT, lines: [{ ...LINE, unit_price: 1.23456 }] }, '/lines/0/unit_price'],
    [{ ...CONTENT, lines: [{ ...LINE, unit_price: 1e-7 }] }, '/lines/0/unit_price'],
    [{ ...CONTENT, lines: [{ ...LINE, unit_price: 1e11 }] }, '/lines/0/unit_price'],
    [{ ...CONTENT, lines: [{ ...LINE, discount: 1.01 }] }, '/lines/0/discount'],
    [{ ...CONTENT, lines: [{ ...LINE, discount: 0.00001 }] }, '/lines/0/discount'],
    [{ ...CONTENT, lines: [{ ...LINE, colour: 'blue' }] }, '/lines/0/colour'],
    [{ customer: 'X', currency: 'USD' }, '/lines'],
  ])('the order %j returns 400', async (body, path) => {
    for (const method of ['POST', 'PUT'] as const) {
      const refusal = await expectStatus<{ errors: { path: string }[] }>(
        400,
        method,
        method === 'PUT' ? '/1' : '',
        body,
      );
      expect(refusal.errors[0]?.path).toBe(path);
    }
  });

  it.each([
    ['JPY', 10.5],
    ['EUR', 1.001],
    ['HUF', 0.005],
    ['KWD', 0.0005],
  ])('an order in %s with a price of %d, which cannot be paid, returns 422', async (currency, unit_price) => {
    const body = {
      ...CONTENT,
      currency,
      lines: [
        { ...LINE, unit_price: 7 },
        { ...LINE, unit_price },
      ],
    };
    for (const [method, url] of [
      ['POST', ''],
      ['PUT', '/1'],
    ] as const) {
      const refusal = await expectStatus<{ type: string; errors: { path: string }[] }>(422, method, url, body);
      expect(refusal.type).toBe('urn:holdfast:problem:amount-too-fine');
      expect(refusal.errors.map(({ path }) => path)).toEqual(['/lines/1/unit_price']);
    }
  });

  it.each([
    ['JPY', 10],
    ['HUF', 0.5],
    ['KWD', 0.005],
  ])('an order in %s with a price of %d, the smallest amounts included, is placed', async (currency, unit_price) => {
    const order = await expectStatus<{ total: number }>(201, 'POST', '', {
      ...CONTENT,
      currency,
      lines: [{ ...LINE, quantity: 1, discount: 0, unit_price }],
    });
    expect(order.total).toBe(unit_price);
  });

  it('replacing an open order changes all of its content, and its page shows it at once', async () => {
    const { order_id } = await expectStatus(201, 'POST', '', CONTENT);
    const lines = [
      { ...LINE, quantity: 1 },
      { description: 'Tofu', quantity: 2, unit_price: 23.25 },
    ];
    const changed = await expectStatus(200, 'PUT', `/${order_id}`, { customer: 'Toms', currency: 'EUR', lines });
    expect(changed).toMatchObject({ order_id, customer: 'Toms', currency: 'EUR', total: 58.4, status: 'open' });
    expect(await expectStatus(200, 'GET', `/${order_id}`)).toEqual(changed);
    const first = (await ask(app, 'GET', '/orders/1')).body as { total_pages: number };
    const last = (await ask(app, 'GET', `/orders/${first.total_pages}`)).body as { orders: Order[] };
    expect(last.orders.at(-1)).toMatchObject({ order_id, customer: 'Toms' });
  });

  it('cancelling an open order keeps it listed, and cancelling it again answers the same', async () => {
    const { order_id } = await expectStatus(201, 'POST', '', CONTENT);
    expect(await expectStatus(200, 'POST', `/${order_id}/cancel`)).toMatchObject({
      order_id,
      status: 'cancelled',
      total: 142.8,
    });
    const again = await expectStatus(200, 'POST', `/${order_id}/cancel`);
    expect(again).toEqual(await expectStatus(200, 'GET', `/${order_id}`));
    expect(await expectStatus(409, 'PUT', `/${order_id}`, CONTENT)).toMatchObject({
      type: 'urn:holdfast:problem:order-not-open',
    });
    expect(await expectStatus(200, 'GET', `/${order_id}`)).toMatchObject({ status: 'cancelled' });
  });

  it('a shipped order can be neither changed nor cancelled', async () => {
    const { order_id } = await expectStatus(201, 'POST', '', CONTENT);
    await other().run(`update orders set status = 'shipped' where id = ${order_id}`);
    await expectStatus(409, 'PUT', `/${order_id}`, CONTENT);
    await expectStatus(409, 'POST', `/${order_id}/cancel`);
    expect(await expectStatus(200, 'GET', `/${order_id}`)).toMatchObject({ status: 'shipped' });
  });

  it('an unknown order returns 404 and a malformed id 400', async () => {
    await expectStatus(404, 'GET', '/999999999');
    await expectStatus(404, 'PUT', '/999999999', CONTENT);
    await expectStatus(404, 'POST', '/999999999/cancel');
    await expectStatus(400, 'GET', '/9007199254740992');
    await expectStatus(400, 'GET', '/x');
  });

  it('a repeated idempotency key has one effect and the same answer in every byte', async () => {
    const { total_orders: before } = (await ask(app, 'GET', '/orders/1')).body as { total_orders: number };
    const placed = await Promise.all([1, 2, 3].map(() => send('POST', '', CONTENT, 'place')));
    const again = await send('POST', '', CONTENT, 'place');
    expect(placed.filter(({ status }) => status === 201).map(({ text }) => text)).toContain(again.text);
    const { order_id } = again.body as Order;
    const other = { ...CONTENT, customer: 'Other' };
    expect(await expectStatus(422, 'POST', '', other, 'place')).toMatchObject({
      type: 'urn:holdfast:problem:idempotency-key-reused',
    });
    const changed = await send('PUT', `/${order_id}`, other, 'change');
    const cancelled = await send('POST', `/${order_id}/cancel`, undefined, 'cancel');
    expect((await send('PUT', `/${order_id}`, other, 'change')).text).toBe(changed.text);
    expect((await send('POST', `/${order_id}/cancel`, undefined, 'cancel')).text).toBe(cancelled.text);
    const { total_orders: after } = (await ask(app, 'GET', '/orders/1')).body as { total_orders: number };
    expect(after).toBe(before + 1);
  });

  it('a list read by cursor has every order once while others are inserted and deleted', async () => {
    await other().run("insert into orders (customer, currency) select 'Many', 'USD' from generate_series(1, 25)");
    const listed: number[] = [];
    let link: string | undefined = '/api/v1/orders?limit=10';
    while (link !== undefined) {
      const { status, body, headers }: Answered = await ask(app, 'GET', link);
      expect(status).toBe(200);
      const { orders, next_cursor } = body as { orders: Order[]; next_cursor: string | null };
      listed.push(...orders.map(({ order_id }) => order_id));
      link = /^<(.*)>; rel="next"$/.exec(String(headers.link ?? ''))?.[1];
      expect(link === undefined).toBe(next_cursor === null);
      await other().run(`delete from orders where id = ${listed[0]}`);
    }
    const rows = (await other().run('select id::integer from orders order by id')) as { id: number }[];
    expect(listed.slice(1)).toEqual(rows.map(({ id }) => id));
    await expectStatus(400, 'GET', '?cursor=nonsense');
    await expectStatus(400, 'GET', '?limit=0');
    expect(await expectStatus(200, 'GET', '?reservation_id=1')).toEqual({ orders: [], next_cursor: null });
  });
});
