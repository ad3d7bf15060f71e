import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../../../../test/support/database/test-database.ts';
import { allowLog, createNorthwind, shopUrl } from '../../../../test/support/mysql/northwind-shop.ts';
import { onOwnMariaDb } from '../../../../test/support/mysql/own-mariadb.ts';
import { type Answered, ask, openTestApp } from '../../../../test/support/server/test-app.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';
import { importOrders } from '../import/import-orders.ts';

const SHOP = 'northwind';
/** Far below the bound of an hour. The log takes a fraction of a second and the poll one, on a machine that is not busy. */
const SOON = { timeout: 10_000, interval: 20 };
const METHODS = ['binary-log', 'polling', 'bound'] as const;

/** The page of order 10248, and one without any order of its customer. */
const CHANGED = '/orders/1';
const UNCHANGED = '/orders/2';

onOwnMariaDb("orders in a shop's MariaDB", (server) => {
  let database: TestDatabase;
  let own: HttpServer;
  let directory: string;
  let withUpdatedAt: string;

  beforeAll(async () => {
    await createNorthwind(server(), SHOP);
    directory = await mkdtemp(join(tmpdir(), 'holdfast-shop-'));
    withUpdatedAt = join(directory, 'orders.json');
    const mapping = JSON.parse(await readFile('samples/orders-northwind.json', 'utf8'));
    await writeFile(
      withUpdatedAt,
      JSON.stringify({ ...mapping, orders: { ...mapping.orders, updated_at: 'updated_at' } }),
    );
    database = await openTestDatabase('pglite');
    await importOrders(database.database, {
      orders: createReadStream('samples/northwind-orders.csv'),
      lines: createReadStream('samples/northwind-order-lines.csv'),
    });
    own = await openTestApp(database.database);
  }, 60_000);
  afterAll(async () => {
    await own.close();
    await database[Symbol.asyncDispose]();
    await rm(directory, { recursive: true });
  });

  const statusOf = ({ headers }: Answered) => String(headers['cache-status']);
  const shippedOn = (day: string) =>
    server().run(`update ${SHOP}.orders set shipped_date = ${day} where order_id = 10248`);

  describe.each(METHODS)('followed by %s', (method) => {
    let app: HttpServer;
    const read = (path: string, headers: Record<string, string> = {}) => ask(app, 'GET', path, undefined, headers);

    beforeAll(async () => {
      await allowLog(server(), method === 'binary-log');
      app = await openTestApp(database.database, {
        ORDERS_SOURCE_URL: shopUrl(server(), SHOP),
        ORDERS_SOURCE_POLL: '1s',
        ...(method === 'polling' && { ORDERS_SOURCE_FILE: withUpdatedAt }),
      });
    });
    afterAll(() => app.close());

    it.each([1, 2, 83, 84])('page %d is the one of PostgreSQL to the byte, then a hit', async (page) => {
      const expected = await ask(own, 'GET', `/orders/${page}`);
      const first = await read(`/orders/${page}`);
      expect(first.status, first.text).toBe(200);
      expect(first.text).toBe(expected.text);
      expect(first.headers.etag).toBe(expected.headers.etag);
      // A machine that stalls for a second makes the log uncertain, and the page is read once more.
      const hit = new RegExp(`^Holdfast; hit; ttl=\\d+; source=${method}; behind=\\d+\\.\\d$`);
      await expect
        .poll(
          async () => {
            const again = await read(`/orders/${page}`);
            expect(again.text).toBe(expected.text);
            return statusOf(again);
          },
          { timeout: 10_000 },
        )
        .toMatch(hit);
    });

    it.each([
      '/api/v1/orders?limit=3',
      '/api/v1/orders?limit=3&cursor=WzEwMjU3XQ',
      '/api/v1/orders?status=open&limit=5',
      '/api/v1/orders?customer=Toms%20Spezialit%C3%A4ten',
      '/api/v1/orders?customer=TOMS%20Spezialit%C3%A4ten',
      '/api/v1/orders?ordered_from=1997-01-01&ordered_to=1997-01-04',
      '/api/v1/orders/11077',
    ])('%s is the one of PostgreSQL to the byte', async (path) => {
      const [expected, actual] = await Promise.all([ask(own, 'GET', path), read(path)]);
      expect(actual.status, actual.text).toBe(200);
      expect(actual.text).toBe(expected.text);
      expect(actual.headers.link).toBe(expected.headers.link);
    });

    it('an order that is not there is 404, and no-cache reads the shop', async () => {
      expect((await read('/api/v1/orders/1')).body).toMatchObject({
        status: 404,
        type: expect.stringMatching('no-such-order'),
      });
      await shippedOn('null');
      const fresh = await read(CHANGED, { 'cache-control': 'no-cache' });
      expect(fresh.body).toMatchObject({ orders: [{ order_id: 10_248, status: 'open' }, ...Array(9).fill({})] });
      await shippedOn("'1996-07-16'");
    });

    it('an update by another program is in the next read, and other pages stay hits', async () => {
      const statusOfFirst = async () =>
        ((await read(CHANGED)).body as { orders: [{ status: string }] }).orders[0].status;
      await expect.poll(statusOfFirst, SOON).toBe('shipped');
      await read(UNCHANGED);
      await shippedOn('null');
      if (method === 'bound') expect(await statusOfFirst()).toBe('shipped');
      else await expect.poll(statusOfFirst, SOON).toBe('open');
      expect(statusOf(await read(UNCHANGED))).toMatch(/^Holdfast; hit/);
      await shippedOn("'1996-07-16'");
      if (method !== 'bound') await expect.poll(statusOfFirst, SOON).toBe('shipped');
    });

    it('a new order and a deleted one move the pages', async () => {
      const total = async () => ((await read('/orders/84')).body as { total_orders: number }).total_orders;
      await expect.poll(total, SOON).toBe(830);
      await server().run(
        `insert into ${SHOP}.orders (order_id, customer_id, order_date) values (12000, 'VINET', '2026-01-01')`,
      );
      await expect.poll(total, SOON).toBe(831);
      expect((await read('/orders/84')).body).toMatchObject({ orders: [{ order_id: 12_000, lines: [], total: 0 }] });
      await server().run(`delete from ${SHOP}.orders where order_id = 12000`);
      await expect.poll(total, SOON).toBe(830);
    });

    it('placing and changing orders returns 409 orders-are-elsewhere', async () => {
      const order = { customer: 'Harry', currency: 'EUR', lines: [{ description: 'Tea', quantity: 1, unit_price: 2 }] };
      for (const [verb, path, body] of [
        ['POST', '/api/v1/orders', order],
        ['PUT', '/api/v1/orders/10248', order],
        ['POST', '/api/v1/orders/10248/cancel', undefined],
      ] as const) {
        const refused = await ask(app, verb, path, body);
        expect(refused.status).toBe(409);
        expect(refused.body).toMatchObject({ type: expect.stringMatching('orders-are-elsewhere') });
      }
    });

    it('readiness and metrics say which method is at work', async () => {
      const { body } = await read('/readyz');
      expect(body).toMatchObject({
        dependencies: expect.arrayContaining([{ name: 'orders-source', state: 'in-use', reason: null }]),
      });
      const { body: metrics } = await app.inject('/metrics');
      expect(metrics).toContain(`holdfast_orders_source_method{method="${method}"} 1\n`);
      expect(metrics).toMatch(/^holdfast_orders_source_behind_seconds \d/m);
    });
  });
});
