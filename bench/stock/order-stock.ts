import type { KeptStock } from './bench-database.ts';

/** Number of orders. */
export const ORDERS = 10_000_000;
/** Orders per statement. Each statement also updates `order_block`. */
const BATCH = 250_000;

/**
 * Inserts a batch. Every eleventh id is missing, as if that order had been deleted, so that a page cannot be found by
 * computing ids from its number.
 */
function insertBatch(from: number): string {
  return `
    with inserted as (
      insert into orders (id, customer, ordered_at, currency)
        select n * 11 / 10, 'Customer ' || n % 5000, timestamptz '2020-01-01 00:00:00+00' + n * interval '15 seconds', 'EUR'
          from generate_series(${from}::bigint, ${from + BATCH - 1}::bigint) n
      returning id
    )
    insert into order_line (order_id, line, description, quantity, unit_price)
      select id, line, 'Product ' || (id + line) % 1000, 1 + id % 9, (id % 10000)::numeric / 100
        from inserted, generate_series(1, 2) line`;
}

const batches = Array.from({ length: ORDERS / BATCH }, (_, batch) => insertBatch(1 + batch * BATCH));

/** Orders with two lines each. */
export const ORDER_STOCK: KeptStock = { name: 'orders', statements: [...batches, 'vacuum (analyze)'] };
