import { sql } from 'kysely';
import type { Reader } from '../../platform/db/database.ts';
import { NotFound } from '../../platform/errors.ts';
import type { Id } from '../../platform/ids.ts';
import type { Order } from './order.ts';
import type { BlockIds } from './pages/order-block.ts';
import { BLOCK_IDS, type BlockCount } from './pages/order-directory.ts';

/** The columns of an `Order`, of `orders o`. Amounts come as text: a JSON number would be read as a floating one. */
const ORDER = sql`
  o.id as order_id, o.customer, o.ordered_at, o.status, o.currency, o.reservation_id,
  (select coalesce(json_agg(json_build_object(
            'description', l.description, 'quantity', l.quantity,
            'unit_price', l.unit_price::text, 'discount', l.discount::text) order by l.line), '[]')
     from order_line l where l.order_id = o.id) as lines`;

/** Those of the orders that there are, in no order. */
export async function readOrders(reader: Reader, orderIds: readonly Id[]): Promise<Order[]> {
  const { rows } = await sql<Order>`select ${ORDER} from orders o where o.id = any(${orderIds}::bigint[])`.execute(
    reader,
  );
  return rows;
}

export async function readOrder(reader: Reader, orderId: Id): Promise<Order> {
  const [order] = await readOrders(reader, [orderId]);
  if (!order) throw new NotFound('order', orderId);
  return order;
}

/** Up to `limit` orders with ids above `afterId`, by id; of one reservation, if told. */
export async function listOrders(
  reader: Reader,
  reservationId: Id | undefined,
  afterId: Id | 0,
  limit: number,
): Promise<Order[]> {
  const ofReservation = reservationId === undefined ? sql`` : sql`and o.reservation_id = ${reservationId}`;
  const { rows } = await sql<Order>`
    select ${ORDER} from orders o where o.id > ${afterId} ${ofReservation} order by o.id limit ${limit}`.execute(
    reader,
  );
  return rows;
}

export async function hasOrders(reader: Reader): Promise<boolean> {
  const { rows } = await sql`select from orders limit 1`.execute(reader);
  return rows.length > 0;
}

export async function readBlockCounts(reader: Reader): Promise<BlockCount[]> {
  const { rows } = await sql<BlockCount>`select block, orders, version from order_block order by block`.execute(reader);
  return rows;
}

/** The ids in each block and its version, by one statement: they belong together. */
export async function readBlocks(reader: Reader, blocks: readonly number[]): Promise<BlockIds[]> {
  const { rows } = await sql<BlockIds>`
    select b.block, b.version,
           (select coalesce(json_agg(o.id order by o.id), '[]') from orders o
             where o.id >= b.block * ${BLOCK_IDS} and o.id < (b.block + 1) * ${BLOCK_IDS}) as ids
      from order_block b where b.block = any(${blocks}::bigint[])`.execute(reader);
  return rows;
}

/**
 * The orders from rank `first` on and how many there are in all, by one statement, so as they stood at one moment.
 * It sums over all blocks, and then skips less than one of them, wherever the page lies.
 */
export async function readStretch(
  reader: Reader,
  first: number,
  count: number,
): Promise<{ total: number; orders: Order[] }> {
  const { rows } = await sql<{ total: number } & (Order | { order_id: null })>`
    with counted as (
      select block, orders, sum(orders) over (order by block) as up_to from order_block
    ), start as (
      select block, ${first}::bigint - (up_to - orders) as skipped
        from counted where up_to > ${first}::bigint order by block limit 1
    )
    select counts.total, stretch.*
      from (select coalesce(sum(orders), 0)::bigint as total from counted) counts
      left join (select o.* from start cross join lateral (
                   select ${ORDER} from orders o where o.id >= start.block * ${BLOCK_IDS}
                    order by o.id offset start.skipped limit ${count}) o) stretch on true
     order by order_id`.execute(reader);
  const orders = rows.flatMap(({ total: _, ...order }) => (order.order_id === null ? [] : [order]));
  return { total: rows[0]?.total ?? 0, orders };
}
