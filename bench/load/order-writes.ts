import { setTimeout as delay } from 'node:timers/promises';
import { withClient } from '../stock/bench-database.ts';
import { ORDERS } from '../stock/order-stock.ts';

/** Interval between two statements. */
const EVERY_MS = 10;

const INSERT = `
  with inserted as (insert into orders (customer, currency) values ('Another customer', 'EUR') returning id)
  insert into order_line (order_id, line, description, quantity, unit_price) select id, 1, 'Another product', 1, 9.8 from inserted`;
const CANCEL = `update orders set status = 'cancelled' where id = (select min(id) from orders where id >= $1)`;
const DELETE = 'delete from orders where id = (select min(id) from orders where id >= $1)';

export interface WriteRate {
  /** Committed statements per second. */
  readonly perSecond: number;
}

/**
 * Changes orders at random ids while `work` runs, as another program would. An insertion, a cancellation and a deletion
 * alternate, so that there are never fewer orders than at the start.
 */
export async function whileOrdersChange(url: string, work: () => Promise<void>): Promise<WriteRate> {
  return withClient(url, async (client) => {
    const from = performance.now();
    let working = true;
    let committed = 0;
    const write = async () => {
      for (; working; committed += 1) {
        const paced = delay(EVERY_MS);
        const randomId = [1 + Math.floor(Math.random() * ORDERS)];
        if (committed % 3 === 0) await client.query(INSERT);
        else await client.query(committed % 3 === 1 ? CANCEL : DELETE, randomId);
        await paced;
      }
    };
    const writing = write();
    try {
      await Promise.race([work(), writing]);
    } finally {
      working = false;
    }
    await writing;
    return { perSecond: (committed * 1_000) / (performance.now() - from) };
  });
}
