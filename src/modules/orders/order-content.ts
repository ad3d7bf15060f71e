import { type FieldError, Malformed } from '../../platform/errors.ts';
import { digitsOf, isCurrency, PRICE_DECIMALS } from '../../platform/money.ts';
import { requirePayable } from '../inventory/index.ts';
import type { OrderContent } from './order.ts';

/** An order in a request body that its schema has accepted. */
export interface OrderRequest {
  readonly customer: string;
  readonly currency: string;
  readonly lines: readonly {
    readonly description: string;
    readonly quantity: number;
    readonly unit_price: number;
    readonly discount?: number;
  }[];
}

/**
 * Checks what the schema cannot: that the currency exists, and that amounts have no more decimals than are stored and no
 * fraction of the currency's minor unit.
 *
 * @throws Malformed, AmountTooFine
 */
export function readContent({ customer, currency, lines }: OrderRequest): OrderContent {
  const errors: FieldError[] = isCurrency(currency)
    ? []
    : [{ path: '/currency', message: 'is not an ISO 4217 currency' }];
  const toDecimal = (amount: number, path: string): string => {
    const text = digitsOf(amount, PRICE_DECIMALS);
    if (text === undefined) errors.push({ path, message: `must have at most ${PRICE_DECIMALS} decimals` });
    return text ?? '0';
  };
  const content = {
    customer,
    currency,
    lines: lines.map(({ description, quantity, unit_price, discount = 0 }, index) => ({
      description,
      quantity,
      unit_price: toDecimal(unit_price, `/lines/${index}/unit_price`),
      discount: toDecimal(discount, `/lines/${index}/discount`),
    })),
  };
  if (errors.length > 0) throw new Malformed(errors);
  const prices = content.lines.map((line, index) => ({ path: `/lines/${index}/unit_price`, amount: line.unit_price }));
  requirePayable(currency, prices);
  return content;
}
