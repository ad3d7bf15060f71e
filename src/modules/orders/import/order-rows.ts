import { type Id, parseId } from '../../../platform/ids.ts';
import { type Fields, RowRefused } from '../../../platform/import/csv-rows.ts';
import { isPayable, PRICE_DECIMALS, parseDecimal, writeDecimal } from '../../../platform/money.ts';
import { parseDate } from '../../../platform/time/timestamp.ts';
import { isVisibleText, visibleTextMessage } from '../../../platform/visible-text.ts';
import { amountsOf } from '../../inventory/index.ts';
import type { OrderStatus } from '../order.ts';
import { MAX_TEXT_LENGTH } from '../order-schemas.ts';

/** An order, from a row of the orders file. */
export interface OrderRow {
  readonly id: Id;
  readonly customer: string;
  readonly orderedAt: string;
  readonly status: OrderStatus;
}

/** A line of an order, from a row of the lines file. */
export interface LineRow {
  readonly orderId: Id;
  readonly description: string;
  readonly quantity: number;
  readonly unitPrice: string;
  readonly discount: string;
}

/** The columns that each file must have. Other columns are ignored. */
export const ORDER_COLUMNS = ['order_id', 'customer_name', 'ordered_on', 'shipped_on'] as const;
export const LINE_COLUMNS = ['order_id', 'product_name', 'unit_price', 'quantity', 'discount'] as const;

/** Reads an order. It is shipped if the row has a shipping date, else open. */
export function readOrderRow(fields: Fields): OrderRow {
  const shippedOn = fields.shipped_on ?? '';
  if (shippedOn !== '') requireDate(fields, 'shipped_on');
  return {
    id: readId(fields),
    customer: readText(fields, 'customer_name'),
    orderedAt: `${requireDate(fields, 'ordered_on')}T00:00:00Z`,
    status: shippedOn === '' ? 'open' : 'shipped',
  };
}

/** Reads a line of an order in a currency, whose minor unit limits the decimals of its price. */
export function readLineRow(fields: Fields, currency: string): LineRow {
  return {
    orderId: readId(fields),
    description: readText(fields, 'product_name'),
    quantity: readQuantity(fields),
    unitPrice: readPrice(fields, currency),
    discount: readAmount(fields, 'discount', /^(0(\.|$)|1(\.0+)?$)/, 'a fraction from 0 to 1 such as 0.15'),
  };
}

function readId(fields: Fields): Id {
  const id = parseId(fields.order_id ?? '');
  if (id === undefined) throw refused(fields, 'order_id', 'a whole number from 1 to 2^53-1');
  return id;
}

function readQuantity(fields: Fields): number {
  const text = fields.quantity ?? '';
  if (!/^[1-9]\d{0,5}$|^1000000$/.test(text)) throw refused(fields, 'quantity', 'a whole number from 1 to 1000000');
  return Number(text);
}

function readPrice(fields: Fields, currency: string): string {
  const price = readAmount(fields, 'unit_price', /^\d{1,11}(\.|$)/, 'an amount such as 9.80');
  const value = parseDecimal(price);
  if (value && !isPayable(value, currency)) {
    throw refused(fields, 'unit_price', `an amount in ${currency}, with ${amountsOf(currency)}`);
  }
  return price;
}

function readAmount(fields: Fields, name: string, shape: RegExp, expected: string): string {
  const text = fields[name] ?? '';
  const value = parseDecimal(text);
  if (value === undefined || !shape.test(text)) throw refused(fields, name, expected);
  const plain = writeDecimal(value);
  if (/\.\d{5}/.test(plain)) throw refused(fields, name, `${expected}, with at most ${PRICE_DECIMALS} decimals`);
  return plain;
}

function readText(fields: Fields, name: string): string {
  const text = fields[name] ?? '';
  if (!isVisibleText(text, MAX_TEXT_LENGTH))
    throw refused(fields, name, `a text: it ${visibleTextMessage(MAX_TEXT_LENGTH)}`);
  return text;
}

/** Reads a calendar date strictly. JavaScript would turn 30 February into 2 March; PostgreSQL would accept `now`. */
function requireDate(fields: Fields, name: string): string {
  const text = fields[name] ?? '';
  const date = parseDate(text);
  if (!date) throw refused(fields, name, 'a date such as 1996-07-04');
  return date.toString();
}

function refused(fields: Fields, name: string, expected: string): RowRefused {
  const text = fields[name];
  if (text === undefined || text === '') return new RowRefused(`${name} is missing`);
  return new RowRefused(`${name} ${JSON.stringify(text.slice(0, 60))} is not ${expected}`);
}
