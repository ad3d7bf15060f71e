import type { Id } from '../../platform/ids.ts';
import {
  type Decimal,
  minorUnitOf,
  minus,
  ONE,
  parseDecimal,
  plainDecimal,
  plus,
  roundHalfUp,
  times,
} from '../../platform/money.ts';
import type { InstantText } from '../../platform/time/instant.ts';
import { OrderNotOpen, OrderOfReservation } from './order-failures.ts';

/** An `open` order can be changed and cancelled. `shipped` and `cancelled` are final. */
export const ORDER_STATUSES = ['open', 'shipped', 'cancelled'] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

export interface OrderLine {
  readonly description: string;
  readonly quantity: number;
  /** Exact decimal. */
  readonly unit_price: string;
  /** Fraction of the price that is taken off, from 0 to 1. Exact decimal. */
  readonly discount: string;
}

/** The part of an order that a caller supplies. */
export interface OrderContent {
  readonly customer: string;
  /** ISO 4217 code. */
  readonly currency: string;
  readonly lines: readonly OrderLine[];
}

export interface Order extends OrderContent {
  readonly order_id: Id;
  readonly ordered_at: InstantText;
  readonly status: OrderStatus;
  /** The reservation whose confirmation placed the order. */
  readonly reservation_id: Id | null;
}

/** Amount of a line, unit_price × quantity × (1 − discount), not rounded. */
function amountOf(line: OrderLine): Decimal {
  const gross = times(decimal(line.unit_price), { units: BigInt(line.quantity), scale: 0 });
  return times(gross, minus(ONE, decimal(line.discount)));
}

/**
 * Sum of the exact amounts of the lines, rounded once, half up, to the currency's minor unit. A supplier's price may be
 * finer; the total then keeps the decimals of that price, and only those that a discount adds are rounded.
 */
export function totalOf({ currency, lines }: Pick<Order, 'currency' | 'lines'>): Decimal {
  const sum = lines.map(amountOf).reduce(plus, { units: 0n, scale: 0 });
  const priceDecimals = lines.map(({ unit_price }) => decimal(plainDecimal(unit_price)).scale);
  return roundHalfUp(sum, Math.max(minorUnitOf(currency), ...priceDecimals));
}

function decimal(text: string): Decimal {
  const value = parseDecimal(text);
  if (value === undefined) throw new Error(`${text} is not a decimal`);
  return value;
}

/** Refuses to change a final order, and an order that follows a reservation: the two would then disagree. */
export function requireChangeable({ status, reservation_id }: Order): void {
  if (status !== 'open') throw new OrderNotOpen(status);
  if (reservation_id !== null) throw new OrderOfReservation(reservation_id);
}
