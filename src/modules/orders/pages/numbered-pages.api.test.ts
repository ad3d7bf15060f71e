import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { beforeAll, expect, it } from 'vitest';
import { eachDatabase } from '../../../../test/support/database/test-database.ts';
import { ask, openTestApp } from '../../../../test/support/server/test-app.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import { loadOrderSamples } from '../import/order-samples.ts';

const SAMPLES = fileURLToPath(new URL('../../../../samples', import.meta.url));

interface Page {
  page: number;
  page_size: number;
  total_orders: number;
  total_pages: number;
  orders: { order_id: number; total: number; status: string; lines: unknown[] }[];
}

eachDatabase('GET /orders/{page} with sample orders', (open) => {
  let app: HttpServer;

  beforeAll(async () => {
    expect(await loadOrderSamples(open().database, SAMPLES)).toBe(830);
    expect(await loadOrderSamples(open().database, SAMPLES), 'a second time').toBe(0);
    app = await openTestApp(open().database);
  });

  async function page(number: number | string, headers: Record<string, string> = {}) {
    const answer = await ask(app, 'GET', `/orders/${number}`, undefined, headers);
    expect(answer.status, answer.text).toBe(200);
    return { ...answer, body: answer.body as Page };
  }

  it('page 1 begins with order 10248 in the exact format', async () => {
    const { body, text, headers } = await page(1);
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(text.startsWith('{"page":1,"page_size":10,"total_orders":830,"total_pages":83,"orders":[{')).toBe(true);
    expect(body.orders[0]).toEqual({
      order_id: 10_248,
      customer: 'Vins et alcools Chevalier',
      ordered_at: '1996-07-04T00:00:00Z',
      status: 'shipped',
      currency: 'USD',
      total: 440,
      lines: [
        { description: 'Queso Cabrales', quantity: 12, unit_price: 14, discount: 0 },
        { description: 'Singaporean Hokkien Fried Mee', quantity: 10, unit_price: 9.8, discount: 0 },
        { description: 'Mozzarella di Giovanni', quantity: 5, unit_price: 34.8, discount: 0 },
      ],
    });
    expect(Object.keys(body.orders[0] ?? {})).toEqual([
      ...['order_id', 'customer', 'ordered_at', 'status', 'currency', 'total', 'lines'],
    ]);
  });

  it('page 83 is the last, and later pages are empty', async () => {
    const { body } = await page(83);
    expect(body.orders.map(({ order_id }) => order_id)).toEqual(Array.from({ length: 10 }, (_, n) => 11_068 + n));
    expect(body.orders.at(-1)).toMatchObject({ status: 'open' });
    expect((await page(84)).text).toBe('{"page":84,"page_size":10,"total_orders":830,"total_pages":83,"orders":[]}');
    expect((await page(Number.MAX_SAFE_INTEGER)).body).toMatchObject({ page: Number.MAX_SAFE_INTEGER, orders: [] });
  });

  it.each(['0', '-1', '1.5', '01', '1e3', '0x1', 'one', '%20', '9007199254740992', '99999999999999999999'])(
    'page %s returns 400',
    async (number) => {
      const { status, headers, body } = await ask(app, 'GET', `/orders/${number}`);
      expect(status).toBe(400);
      expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
      expect(body).toMatchObject({ status: 400, errors: [{ path: 'params/page' }] });
    },
  );

  it('the pages have every order once, ascending, with the total that SQL computes', async () => {
    const seen = new Map<string, string>();
    for (let number = 1; number <= 83; number += 1) {
      const { text } = await page(number);
      for (const [, id = '', total = ''] of text.matchAll(/"order_id":(\d+),.*?"total":([\d.]+),/g))
        seen.set(id, total);
    }
    const { rows } = await open().database.read((reader) =>
      sql<{ id: string; total: string }>`
        select order_id::text as id, trim_scale(round(sum(unit_price * quantity * (1 - discount)), 2))::text as total
          from order_line group by order_id order by order_id`.execute(reader),
    );
    expect([...seen]).toEqual(rows.map(({ id, total }) => [id, total]));
    // Half a cent is rounded up: 695.625 and 1170.375.
    expect([seen.get('10264'), seen.get('10284')]).toEqual(['695.63', '1170.38']);
  });

  it('the second read of a page is a hit with an Age', async () => {
    await page(7, { 'cache-control': 'no-cache' });
    await page(7);
    const { headers, text } = await page(7);
    expect(headers['cache-status']).toMatch(/^Holdfast; hit; ttl=\d+$/);
    expect(headers['cache-control']).toBe('max-age=3600');
    expect(Number(headers.age)).toBeGreaterThanOrEqual(0);
    const { headers: fresh, text: again } = await page(7, { 'cache-control': 'no-cache' });
    expect(fresh['cache-status']).toMatch(/^Holdfast; fwd=request; ttl=\d+$/);
    expect(again).toBe(text);
  });

  it('a page whose ETag the client has returns 304', async () => {
    const { headers } = await page(3);
    const etag = String(headers.etag);
    const { status, text } = await ask(app, 'GET', '/orders/3', undefined, { 'if-none-match': etag });
    expect([status, text]).toEqual([304, '']);
    expect((await page(4)).headers.etag).not.toBe(etag);
  });

  it('another method on a page returns 405', async () => {
    const { status, headers } = await ask(app, 'DELETE', '/orders/1');
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS']);
  });
});

eachDatabase('GET /orders/{page} without orders', (open) => {
  it('without orders page 1 is empty', async () => {
    const app = await openTestApp(open().database, { ORDERS_PAGE_SIZE: '25' });
    const { text } = await ask(app, 'GET', '/orders/1');
    expect(text).toBe('{"page":1,"page_size":25,"total_orders":0,"total_pages":0,"orders":[]}');
  });
});
