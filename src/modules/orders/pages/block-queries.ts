import { sql } from 'kysely';
import type { Reader } from '../../../platform/db/database.ts';
import type { Order } from '../order.ts';
import { ORDER_COLUMNS } from '../order-view.ts';
import type { BlockIds } from './order-block.ts';
import { BLOCK_IDS, type BlockCount } from './order-directory.ts';

/** Reads the count of every block, ascending. */
export async function readBlockCounts(reader: Reader): Promise<BlockCount[]> {
  const { rows } = await sql<BlockCount>`select block, orders, version from order_block order by block`.execute(reader);
  return rows;
}

/** Reads the ids in blocks and the versions of the blocks, in one statement, so that they belong together. */
export async function readBlockIds(reader: Reader, blocks: readonly number[]): Promise<BlockIds[]> {
  const { rows } = await sql<BlockIds>`
    select b.block, b.version,
           (select coalesce(json_agg(o.id order by o.id), '[]') from orders o
             where o.id >= b.block * ${BLOCK_IDS} and o.id < (b.block + 1) * ${BLOCK_IDS}) as ids
      from order_block b where b.block = any(${blocks}::bigint[])`.execute(reader);
  return rows;
}

/**
 * Reads up to `count` orders from rank `first` on, and the number of all orders, in one statement and so as of one
 * moment. The statement sums over all blocks and then skips less than one block of orders, wherever the page lies.
 */
export async function readOrdersFromRank(
  reader: Reader,
  first: number,
  count: number,
): Promise<{ total: number; orders: Order[] }> {
  const { rows } = await sql<{ total: number } & (Order | { order_id: null })>`
    with counted as (
      select block, orders, sum(orders) over (order by block) as running_sum from order_block
    ), start as (
      select block, ${first}::bigint - (running_sum - orders) as skipped
        from counted where running_sum > ${first}::bigint order by block limit 1
    )
    select counts.total, page.*
      from (select coalesce(sum(orders), 0)::bigint as total from counted) counts
      left join (select o.* from start cross join lateral (
                   select ${ORDER_COLUMNS} from orders o where o.id >= start.block * ${BLOCK_IDS}
                    order by o.id offset start.skipped limit ${count}) o) page on true
     order by order_id`.execute(reader);
  const orders = rows.flatMap(({ total: _, ...order }) => (order.order_id === null ? [] : [order]));
  return { total: rows[0]?.total ?? 0, orders };
}
