import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection } from 'mysql2/promise';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../../../../test/support/database/test-database.ts';
import { onOwnMariaDb } from '../../../../test/support/mysql/own-mariadb.ts';
import { createPlainShop, type ShopMapping, writeMapping } from '../../../../test/support/mysql/plain-shop.ts';
import { ask, openTestApp } from '../../../../test/support/server/test-app.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';

onOwnMariaDb("values of a shop's tables", (server) => {
  let database: TestDatabase;
  let connection: Connection;
  let directory: string;
  let app: HttpServer;

  const url = () => `mysql://root@127.0.0.1:${server().port}/shop`;
  const open = async (change?: (mapping: ShopMapping) => unknown) =>
    openTestApp(database.database, {
      ORDERS_SOURCE_URL: url(),
      ORDERS_SOURCE_FILE: await writeMapping(directory, change),
    });

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'holdfast-shop-'));
    database = await openTestDatabase('pglite');
    await server().run('create database shop');
    connection = await server().connect('shop');
    await createPlainShop(connection);
    app = await open();
  }, 60_000);
  afterEach(async () => {
    await connection.query('delete from sale; delete from sale_item');
  });
  afterAll(async () => {
    await app.close();
    await connection.end();
    await database[Symbol.asyncDispose]();
    await rm(directory, { recursive: true });
  });

  const order = async (id: number) => (await ask(app, 'GET', `/api/v1/orders/${id}`)).body as Record<string, unknown>;

  it('latin1 and utf8mb3 text arrives as UTF-8', async () => {
    await connection.query("insert into sale (id, buyer, placed) values (1, 'Müller & Söhne', '2026-01-15 12:00')");
    await connection.query("insert into sale_item values (1, 1, 'Žluťoučký kůň', 1, 1, 0)");
    expect(await order(1)).toMatchObject({ customer: 'Müller & Söhne', lines: [{ description: 'Žluťoučký kůň' }] });
    const { body } = await ask(app, 'GET', `/api/v1/orders?customer=${encodeURIComponent('Müller & Söhne')}`);
    expect(body).toMatchObject({ orders: [{ order_id: 1 }] });
  });

  it('a DATETIME is in the zone of the mapping, and a date of zeros and a missing one are year 1', async () => {
    await connection.query("set session sql_mode = ''");
    await connection.query(`insert into sale (id, placed) values
      (1, '2026-01-15 12:00'), (2, '2026-07-15 12:00'), (3, '0000-00-00'), (4, null), (5, '2026-00-15')`);
    const times = await Promise.all([1, 2, 3, 4, 5].map(async (id) => (await order(id)).ordered_at));
    const none = '0001-01-01T00:00:00Z';
    expect(times).toEqual(['2026-01-15T11:00:00Z', '2026-07-15T10:00:00Z', none, none, none]);
  });

  it('a TIMESTAMP is right whatever zone the server is in', async () => {
    await using zoned = await closing(
      open((mapping) => ({ ...mapping, orders: { ...mapping.orders, ordered_at: 'paid' } })),
    );
    await connection.query(
      "set session time_zone = '+00:00'; insert into sale (id, paid) values (1, '2026-01-15 12:00:00.5')",
    );
    await server().run("set global time_zone = '+05:00'");
    const { body } = await ask(zoned.app, 'GET', '/api/v1/orders/1');
    await server().run("set global time_zone = 'SYSTEM'");
    expect(body).toMatchObject({ ordered_at: '2026-01-15T12:00:00Z' });
  });

  it('DOUBLE money is exact to four decimals, and a part of a unit is one unit', async () => {
    await connection.query('insert into sale (id) values (1)');
    await connection.query(`insert into sale_item values
      (1, 1, 'Tea', 3, 0.1, 0), (1, 2, 'Silk', 1.5, 19.99, 0.15), (1, 3, 'Salt', 2, 0.30000000000000004, 0)`);
    expect(await order(1)).toMatchObject({
      lines: [
        { quantity: 3, unit_price: 0.1 },
        { quantity: 1, unit_price: 29.985, discount: 0.15, description: '1.5 × Silk' },
        { quantity: 2, unit_price: 0.3 },
      ],
      total: 26.387,
    });
  });

  it('an order with a negative price is 503 order-unreadable and named', async () => {
    await connection.query('insert into sale (id) values (7)');
    await connection.query("insert into sale_item values (7, 1, 'Refund', 1, -3, 0)");
    const { status, body } = await ask(app, 'GET', '/api/v1/orders/7');
    expect(status).toBe(503);
    expect(body).toMatchObject({
      type: expect.stringMatching('order-unreadable'),
      detail: expect.stringMatching('Order 7 .*unit_price.*-3'),
    });
  });

  it('an id that is deleted and used again shows the new order', async () => {
    const customers = async () =>
      ((await ask(app, 'GET', '/orders/1')).body as { orders: { customer: string }[] }).orders.map(
        ({ customer }) => customer,
      );
    await connection.query("insert into sale (id, buyer) values (9, 'First')");
    await expect.poll(customers, { timeout: 10_000 }).toEqual(['First']);
    await connection.query('delete from sale where id = 9');
    await expect.poll(customers, { timeout: 10_000 }).toEqual([]);
    await connection.query("insert into sale (id, buyer) values (9, 'Second')");
    await expect.poll(customers, { timeout: 10_000 }).toEqual(['Second']);
  });

  it('an id past 2^53-1 refuses the start, and later is reported and not shown', async () => {
    await connection.query("insert into sale (id, buyer) values (1, 'Small'), (9007199254740993, 'Great')");
    await expect(open()).rejects.toThrow(/orders.id goes up to 9007199254740993, and ids past 2\^53-1/);
    await expect
      .poll(async () => (await ask(app, 'GET', '/orders/1')).body, { timeout: 10_000 })
      .toMatchObject({
        total_orders: 1,
        orders: [{ customer: 'Small' }],
      });
  });

  it.each([
    [{ table: 'sales' }, {}, 'there is no table sales, or the account may not read it'],
    [{ id: 'number' }, {}, 'orders.id: the table sale has no column number'],
    [{ id: 'state' }, {}, 'orders.id: sale.state is varchar, which is not a whole number'],
    [
      { updated_at: 'paid' },
      {},
      'orders.updated_at: no index of sale begins with paid, so each poll would read the whole table',
    ],
    [{}, { unit_price: 'what' }, 'lines.unit_price: sale_item.what is varchar, which is not money'],
    [{}, { discount: 'sale.rebate' }, 'lines.discount names sale.rebate, but lines.joins has no sale'],
    [{ zone: 'x' }, {}, 'orders.zone is not a known key'],
  ])('a mapping with %j and %j refuses the start with one line', async (orders, lines, message) => {
    const change = (mapping: ShopMapping) => ({
      ...mapping,
      orders: { ...mapping.orders, ...orders },
      lines: { ...mapping.lines, ...lines },
    });
    await expect(open(change)).rejects.toThrow(message);
  });

  it('a database that is no known shop refuses the start without a mapping', async () => {
    const opening = openTestApp(database.database, { ORDERS_SOURCE_URL: url() });
    await expect(opening).rejects.toThrow(/has the tables of no known shop/);
  });

  it('nothing can be written through the sessions', async () => {
    const { MysqlClient } = await import('../../../platform/mysql/mysql-client.ts');
    const { host, port, user } = { host: '127.0.0.1', port: server().port, user: 'root' };
    await using client = new MysqlClient({
      connection: { host, port, user, database: 'shop' },
      connections: 1,
      toFailure: (cause) => new Error(String(cause)),
    });
    await expect(client.read('delete from sale')).rejects.toThrow(/READ ONLY transaction/);
    const [row] = await client.read<{ limited: string }>('select @@max_statement_time as limited');
    expect(Number(row?.limited)).toBe(5);
  });
});

async function closing(opening: Promise<HttpServer>) {
  const app = await opening;
  return { app, [Symbol.asyncDispose]: async () => void (await app.close()) };
}
