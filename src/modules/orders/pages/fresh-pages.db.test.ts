import { sql } from 'kysely';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { openOtherProgram } from '../../../../test/support/database/other-program.ts';
import { eachDatabase } from '../../../../test/support/database/test-database.ts';
import { ask, openTestApp } from '../../../../test/support/server/test-app.ts';
import type { HttpServer } from '../../../platform/http/http-server.ts';

interface Page {
  total_orders: number;
  orders: { order_id: number; customer: string; status: string; total: number; lines: unknown[] }[];
}

/** Another program makes every change here with its own SQL. Pages have three orders. */
eachDatabase('pages of orders that another program changes', (open) => {
  let app: HttpServer;
  const other = openOtherProgram(open);

  beforeAll(async () => {
    app = await openTestApp(open().database, { ORDERS_PAGE_SIZE: '3' });
  });
  beforeEach(async () => {
    await other().run('truncate orders restart identity cascade');
    await other().run(`
      with placed as (
        insert into orders (id, customer, currency, ordered_at)
        select id, 'Customer ' || id, 'USD', '2026-01-01' from generate_series(1000, 1019) id returning id)
      insert into order_line (order_id, line, description, quantity, unit_price)
      select id, 1, 'Thing', 1, 2.5 from placed`);
    await settled();
  });

  /** Resolves when the other program's changes have arrived: a commit of this program returns after them. */
  const settled = () => open().database.transaction((tx) => sql`select 1`.execute(tx));

  async function page(number: number): Promise<Page & { hit: boolean; ids: number[] }> {
    const { status, body, text, headers } = await ask(app, 'GET', `/orders/${number}`);
    expect(status, text).toBe(200);
    const hit = String(headers['cache-status']).startsWith('Holdfast; hit');
    return { ...(body as Page), hit, ids: (body as Page).orders.map(({ order_id }) => order_id) };
  }

  /** Reads the pages twice, so that they are in memory. */
  async function warm(...numbers: number[]): Promise<void> {
    for (const number of numbers) await page(number);
    for (const number of numbers) expect((await page(number)).hit, `page ${number}`).toBe(true);
  }

  async function hits(...numbers: number[]): Promise<boolean[]> {
    const found: boolean[] = [];
    for (const number of numbers) found.push((await page(number)).hit);
    return found;
  }

  it('a changed order is shown soon, and no other page is read again', async () => {
    await warm(1, 2, 3);
    await other().run("update orders set customer = 'Harry' where id = 1004");
    await expect.poll(async () => (await page(2)).orders[1]?.customer).toBe('Harry');
    await other().run("update orders set status = 'cancelled' where id = 1004");
    await settled();
    expect(await hits(1, 2, 3)).toEqual([true, false, true]);
    expect(await page(2)).toMatchObject({ total_orders: 20, orders: [{}, { status: 'cancelled' }, {}] });
  });

  it('changed, inserted and deleted lines are shown', async () => {
    await warm(1, 2);
    const first = async () => {
      await settled();
      return (await page(1)).orders[0];
    };
    await other().run('update order_line set quantity = 3 where order_id = 1000');
    expect(await first()).toMatchObject({ total: 7.5 });
    await other().run("insert into order_line values (1000, 2, 'More', 1, 0.05, 0.5)");
    expect(await first()).toMatchObject({ total: 7.53, lines: [{}, { unit_price: 0.05, discount: 0.5 }] });
    await other().run('delete from order_line where order_id = 1000 and line = 1');
    expect(await first()).toMatchObject({ total: 0.03 });
    await other().run('delete from order_line where order_id = 1000');
    expect(await first()).toMatchObject({ total: 0, lines: [] });
    expect(await hits(2)).toEqual([true]);
  });

  it('after an insertion at the end only the last page is read again, and every page has the new total', async () => {
    await warm(1, 6, 7);
    await other().run("insert into orders (customer, currency) values ('Last', 'USD')");
    await settled();
    expect(await hits(1, 6, 7)).toEqual([true, true, false]);
    expect(await page(7)).toMatchObject({ ids: [1018, 1019, 1020], total_orders: 21 });
    expect(await page(1)).toMatchObject({ hit: true, total_orders: 21 });
    await other().run("insert into orders (customer, currency) values ('Another', 'USD')");
    await settled();
    expect(await page(8)).toMatchObject({ ids: [1021], total_orders: 22 });
    expect(await hits(1, 6, 7)).toEqual([true, true, true]);
  });

  it('a deletion in the middle moves every later page up, and an insertion moves them down', async () => {
    await warm(1, 2, 3, 4, 5, 6, 7);
    await other().run('delete from orders where id = 1004');
    await settled();
    expect(await page(1)).toMatchObject({ hit: true, ids: [1000, 1001, 1002] });
    // All of these orders are in memory. Only their ranks have changed.
    expect(await page(2)).toMatchObject({ hit: true, ids: [1003, 1005, 1006] });
    expect(await page(3)).toMatchObject({ hit: true, ids: [1007, 1008, 1009] });
    expect(await page(7)).toMatchObject({ hit: true, ids: [1019], total_orders: 19 });
    await other().run("insert into orders (id, customer, currency) values (500, 'First', 'USD')");
    await settled();
    expect(await page(1)).toMatchObject({ hit: false, ids: [500, 1000, 1001] });
    expect(await page(2)).toMatchObject({ hit: true, ids: [1002, 1003, 1005] });
    expect(await page(7)).toMatchObject({ hit: true, ids: [1018, 1019] });
  });

  it('pages are right after changes that are too large to list', async () => {
    await warm(1, 7);
    await other().run("insert into orders (customer, currency) select 'Many', 'USD' from generate_series(1, 150)");
    await settled();
    expect(await page(7)).toMatchObject({ ids: [1018, 1019, 1020], total_orders: 170 });
    await other().run(
      "insert into orders (id, customer, currency) select 5000 + 256 * n, 'Sparse', 'USD' from generate_series(1, 150) n",
    );
    await settled();
    expect(await page(100)).toMatchObject({ total_orders: 320 });
    await other().run('delete from orders where id >= 1020');
    await settled();
    expect(await page(7)).toMatchObject({ ids: [1018, 1019], total_orders: 20 });
    await other().run("update orders set customer = 'Changed'");
    await settled();
    expect(await page(1)).toMatchObject({ orders: [{ customer: 'Changed' }, {}, {}] });
    await other().run('truncate orders cascade');
    await settled();
    expect(await page(1)).toMatchObject({ orders: [], total_orders: 0 });
  });

  it('a transaction that rolls back changes no page', async () => {
    await warm(1);
    await other().run(
      "begin; delete from orders where id = 1001; update orders set customer = 'Rolled back' where id = 1000; rollback",
    );
    await settled();
    expect(await page(1)).toMatchObject({
      hit: true,
      ids: [1000, 1001, 1002],
      orders: [{ customer: 'Customer 1000' }, {}, {}],
    });
  });

  it('the id of an order cannot change, and the sequence skips ids that another program inserts', async () => {
    await expect(other().run('update orders set id = 3 where id = 1000')).rejects.toThrow(
      'the id of an order cannot be changed',
    );
    await other().run(
      "insert into orders (id, customer, currency) values (50000, 'Far', 'USD'), (2000000, 'Farther', 'USD')",
    );
    const placed = await ask(app, 'POST', '/api/v1/orders', {
      customer: 'Next',
      currency: 'USD',
      lines: [{ description: 'Thing', quantity: 1, unit_price: 1 }],
    });
    expect(placed.body).toMatchObject({ order_id: 2_000_001 });
    expect(await page(8)).toMatchObject({ ids: [50_000, 2_000_000].slice(1).concat(2_000_001) });
  });
});
