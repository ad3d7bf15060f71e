import type { KeptStock } from './bench-database.ts';

/** How many orders there are, and ids to a filling statement: `order_block` is brought up to date by each. */
export const ORDERS = 10_000_000;
const BATCH = 250_000;

/** Every eleventh id is missing, as if those orders had been deleted: a page's place cannot be reckoned from its number. */
function placeOrders(from: number): string {
  return `
    with placed as (
      insert into orders (id, customer, ordered_at, currency)
        select n * 11 / 10, 'Customer ' || n % 5000, timestamptz '2020-01-01 00:00:00+00' + n * interval '15 seconds', 'EUR'
          from generate_series(${from}::bigint, ${from + BATCH - 1}::bigint) n
      returning id
    )
    insert into order_line (order_id, line, description, quantity, unit_price)
      select id, line, 'Product ' || (id + line) % 1000, 1 + id % 9, (id % 10000)::numeric / 100
        from placed, generate_series(1, 2) line`;
}

const fills = Array.from({ length: ORDERS / BATCH }, (_, batch) => placeOrders(1 + batch * BATCH));

/** Two lines to an order. */
export const ORDER_STOCK: KeptStock = { name: 'orders', statements: [...fills, 'vacuum (analyze)'] };
