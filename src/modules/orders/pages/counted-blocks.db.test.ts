import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { eachDatabase, onPostgres, type TestDatabase } from '../../../../test/support/database/test-database.ts';
import { openClient } from '../../../platform/db/session/session.ts';

/** The blocks whose count is not the number of their orders. */
async function miscounted({ database }: TestDatabase): Promise<unknown[]> {
  const { rows } = await database.read((reader) =>
    sql`
      select coalesce(counted.block, present.block) as block, counted.orders, present.present
        from (select block, orders from order_block where orders <> 0) counted
        full join (select id >> 8 as block, count(*)::integer as present from orders group by 1) present using (block)
       where counted.orders is distinct from present.present`.execute(reader),
  );
  return rows;
}

eachDatabase('order_block', (open) => {
  const run = (text: string) => open().database.transaction((tx) => sql.raw(text).execute(tx));

  it('order_block counts the effect of every statement, and nothing of a statement that fails', async () => {
    await run("insert into orders (id, customer, currency) select id, 'C', 'USD' from generate_series(1, 1500, 7) id");
    await run('delete from orders where id % 3 = 0');
    await run("update orders set status = 'cancelled' where id % 2 = 0");
    await run(
      "with gone as (delete from orders where id < 300 returning id) insert into orders (id, customer, currency) select id + 100000, 'C', 'USD' from gone",
    );
    await expect(
      run("insert into orders (id, customer, currency) values (3, 'C', 'USD'), (100, 'C', 'usd')"),
    ).rejects.toThrow();
    expect(await miscounted(open())).toEqual([]);
    await run('delete from orders where id is not null');
    expect(await miscounted(open())).toEqual([]);
    await run("insert into orders (id, customer, currency) values (1, 'C', 'USD')");
    await run('truncate orders cascade');
    expect(await miscounted(open())).toEqual([]);
  });

  it('the version of a block rises with every insertion and deletion in it', async () => {
    await run('truncate orders cascade');
    const version = async () => {
      const { rows } = await open().database.read((reader) =>
        sql<{ version: number }>`select version from order_block where block = 4`.execute(reader),
      );
      return rows[0]?.version;
    };
    await run("insert into orders (id, customer, currency) values (1024, 'C', 'USD'), (1279, 'C', 'USD')");
    expect(await version()).toBe(1);
    await run("update orders set customer = 'D'");
    expect(await version()).toBe(1);
    await run('delete from orders where id = 1024');
    await run("insert into orders (id, customer, currency) values (1024, 'C', 'USD'), (1280, 'C', 'USD')");
    expect(await version()).toBe(3);
  });

  it('control: a wrong count is found', async () => {
    await run("insert into orders (id, customer, currency) values (9000, 'C', 'USD')");
    await run('alter table orders disable trigger count_deleted_orders');
    await run('delete from orders where id = 9000');
    await run('alter table orders enable trigger count_deleted_orders');
    expect(await miscounted(open())).toEqual([expect.objectContaining({ block: 35, orders: 1 })]);
    await run('truncate orders cascade');
  });
});

onPostgres('order_block under several writers', (open) => {
  const WRITERS = 6;
  const ROUNDS = 40;

  async function write(url: string, writer: number): Promise<number> {
    const client = await openClient(url, { applicationName: 'writer' });
    let deadlocks = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      // Every writer inserts into and deletes from the same few blocks, each with one statement.
      const base = 1 + writer + WRITERS * round * 5;
      const ids = Array.from({ length: 5 }, (_, n) => base + n * 331 * WRITERS);
      try {
        await client.query('begin');
        await client.query("insert into orders (customer, currency) values ('C', 'USD')");
        await client.query('commit');
        await client.query(
          `insert into orders (id, customer, currency) select id + 1000000, 'C', 'USD' from unnest($1::bigint[]) id
           on conflict do nothing`,
          [ids.toReversed()],
        );
        if (round % 3 === 0)
          await client.query('delete from orders where id = any ($1)', [ids.map((id) => id + 1_000_000)]);
        if (round % 5 === 0) {
          await client.query(
            "begin; insert into orders (customer, currency) select 'C', 'USD' from generate_series(1, 300); rollback",
          );
        }
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === '40P01')) throw error;
        deadlocks += 1;
        await client.query('rollback');
      }
    }
    await client.end();
    return deadlocks;
  }

  it('the counts of order_block are right after six concurrent writers, and no writer meets a deadlock', async () => {
    const { url = '' } = open();
    const deadlocks = await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(url, writer)));
    expect(deadlocks).toEqual(Array.from({ length: WRITERS }, () => 0));
    expect(await miscounted(open())).toEqual([]);
    const { rows } = await open().database.read((reader) =>
      sql<{ sum: number; count: number }>`
        select (select sum(orders)::integer from order_block) as sum, (select count(*)::integer from orders) as count`.execute(
        reader,
      ),
    );
    expect(rows[0]?.sum).toBe(rows[0]?.count);
    expect(rows[0]?.count).toBeGreaterThan(WRITERS * ROUNDS);
  });
});
