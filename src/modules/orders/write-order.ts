import { plainDecimal, writeDecimal } from '../../platform/money.ts';
import { toSeconds } from '../../platform/time/instant.ts';
import { type Order, type OrderLine, totalOf } from './order.ts';

/**
 * JSON text of an order as `GET /orders/{page}` returns it. Orders are written by hand because their amounts are exact
 * decimals, which no JavaScript number is.
 */
export function writePagedOrder(order: Order): string {
  return `{${fieldsOf(order)}}`;
}

/** JSON text of an order as `/api/v1` returns it. */
export function writeOrder(order: Order): string {
  return `{${fieldsOf(order)},"reservation_id":${order.reservation_id}}`;
}

export function writeOrderList(orders: readonly Order[], nextCursor: string | null): string {
  return `{"orders":[${orders.map(writeOrder).join(',')}],"next_cursor":${JSON.stringify(nextCursor)}}`;
}

/** JSON text of a numbered page. A page past the last has no orders. */
export function writeNumberedPage(
  page: number,
  pageSize: number,
  { total, orders }: { readonly total: number; readonly orders: readonly string[] },
): string {
  const pages = Math.ceil(total / pageSize);
  return (
    `{"page":${page},"page_size":${pageSize},"total_orders":${total},"total_pages":${pages},` +
    `"orders":[${orders.join(',')}]}`
  );
}

function fieldsOf(order: Order): string {
  return (
    `"order_id":${order.order_id},"customer":${JSON.stringify(order.customer)},` +
    `"ordered_at":"${toSeconds(order.ordered_at)}","status":"${order.status}","currency":"${order.currency}",` +
    `"total":${writeDecimal(totalOf(order))},"lines":[${order.lines.map(writeLine).join(',')}]`
  );
}

function writeLine({ description, quantity, unit_price, discount }: OrderLine): string {
  return (
    `{"description":${JSON.stringify(description)},"quantity":${quantity},` +
    `"unit_price":${plainDecimal(unit_price)},"discount":${plainDecimal(discount)}}`
  );
}
