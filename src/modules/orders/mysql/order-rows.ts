import { Unavailable } from '../../../platform/errors.ts';
import {
  type Decimal,
  isCurrency,
  PRICE_DECIMALS,
  parseDecimal,
  plainDecimal,
  times,
  writeDecimal,
} from '../../../platform/money.ts';
import type { InstantText } from '../../../platform/time/instant.ts';
import type { Order, OrderLine, OrderStatus } from '../order.ts';

/** A row of the joined statement: an order with one of its lines. */
export interface OrderRow {
  readonly id: number | string;
  readonly customer: string | null;
  readonly ordered_at: string | null;
  readonly status: OrderStatus;
  readonly currency: string | null;
  readonly has_line: number;
  readonly description: string | null;
  readonly quantity: string | null;
  /** Price of a unit, or of the line. */
  readonly price: string | null;
  readonly discount: string | null;
}

/** Stands for a missing time: earlier than any time that MySQL can store. */
const NO_TIME = '0001-01-01T00:00:00Z';

export interface RowReading {
  /** Zone of times that have none. */
  readonly timeZone: string;
  /** Whether `price` is that of all units, after the discount. */
  readonly hasAmounts: boolean;
}

/** Gathers rows into orders, in the sequence of the rows. @throws Unavailable for an order that cannot be shown exactly */
export function readOrderRows(rows: readonly OrderRow[], reading: RowReading): Order[] {
  const byId = new Map<number | string, OrderRow[]>();
  for (const row of rows) {
    const known = byId.get(row.id);
    if (known) known.push(row);
    else byId.set(row.id, [row]);
  }
  return [...byId].map(([id, ofOrder]) => readOrder(Number(id), ofOrder, reading));
}

function readOrder(orderId: number, rows: readonly OrderRow[], { timeZone, hasAmounts }: RowReading): Order {
  const [{ customer, ordered_at, status, currency } = unreadable(orderId, 'it has no row')] = rows;
  const code = (currency ?? '').trim().toUpperCase();
  if (!isCurrency(code)) unreadable(orderId, `its currency is ${JSON.stringify(currency)}`);
  return {
    order_id: orderId,
    customer: customer ?? '',
    ordered_at: readInstant(ordered_at, timeZone),
    status,
    currency: code,
    lines: rows.flatMap((row) => (row.has_line ? readLine(orderId, row, hasAmounts) : [])),
    reservation_id: null,
  };
}

/** A missing time, and MySQL's date of zeros or with a zero month or day, becomes `NO_TIME`. */
function readInstant(text: string | null, timeZone: string): InstantText {
  if (text === null || /^0000|-00/.test(text.slice(0, 10))) return NO_TIME;
  const local = Temporal.PlainDateTime.from(text.replace(' ', 'T'));
  return local.toZonedDateTime(timeZone).toInstant().toString();
}

function readLine(orderId: number, row: OrderRow, hasAmounts: boolean): OrderLine {
  const decimal = (value: string | null, column: string): Decimal =>
    parseDecimal(value ?? '0') ?? unreadable(orderId, `${column} of one of its lines is ${value}`);
  const description = row.description ?? '';
  const quantity = decimal(row.quantity, 'quantity');
  const price = decimal(row.price, hasAmounts ? 'amount' : 'unit_price');
  const discount = decimal(row.discount, 'discount');
  if (discount.units > 10n ** BigInt(discount.scale))
    unreadable(orderId, `discount of one of its lines is ${row.discount}`);
  const units = wholeOf(quantity);
  const unitPrice = !hasAmounts ? price : units === undefined ? undefined : dividedBy(price, units);
  if (units !== undefined && unitPrice !== undefined) {
    return {
      description,
      quantity: Number(units),
      unit_price: writeDecimal(unitPrice),
      discount: writeDecimal(discount),
    };
  }
  // A part of a unit, and an amount that no price of a unit makes, are shown as one unit: the total stays exact.
  return {
    description: `${plainDecimal(row.quantity ?? '0')} × ${description}`,
    quantity: 1,
    unit_price: writeDecimal(hasAmounts ? price : times(price, quantity)),
    discount: writeDecimal(discount),
  };
}

function wholeOf(value: Decimal): bigint | undefined {
  const divisor = 10n ** BigInt(value.scale);
  return value.units % divisor === 0n ? value.units / divisor : undefined;
}

/** The exact quotient, if a price has enough decimals for it. */
function dividedBy(value: Decimal, divisor: bigint): Decimal | undefined {
  const scale = Math.max(value.scale, PRICE_DECIMALS);
  const units = value.units * 10n ** BigInt(scale - value.scale);
  if (divisor === 0n) return units === 0n ? { units: 0n, scale: 0 } : undefined;
  return units % divisor === 0n ? { units: units / divisor, scale } : undefined;
}

function unreadable(orderId: number, reason: string): never {
  throw new Unavailable(
    'order-unreadable',
    `Order ${orderId} of the shop cannot be shown: ${reason}. Correct it there, or leave it out by "only" in ORDERS_SOURCE_FILE.`,
    60,
  );
}
