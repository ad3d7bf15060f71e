import { type FieldError, Malformed } from '../../platform/errors.ts';
import { digitsOf, isCurrency, PRICE_DECIMALS } from '../../platform/money.ts';
import type { OrderContent } from './order.ts';

/** An order as a request words it, once its schema has let it through. */
export interface WrittenOrder {
  readonly customer: string;
  readonly currency: string;
  readonly lines: readonly {
    readonly description: string;
    readonly quantity: number;
    readonly unit_price: number;
    readonly discount?: number;
  }[];
}

/** Reads what a schema cannot check: that the currency is one, and that amounts are no finer than we keep them. */
export function readContent({ customer, currency, lines }: WrittenOrder): OrderContent {
  const flaws: FieldError[] = isCurrency(currency)
    ? []
    : [{ path: '/currency', message: 'is not an ISO 4217 currency' }];
  const exact = (amount: number, path: string): string => {
    const text = digitsOf(amount, PRICE_DECIMALS);
    if (text === undefined) flaws.push({ path, message: `must have ${PRICE_DECIMALS} decimals at most` });
    return text ?? '0';
  };
  const content = {
    customer,
    currency,
    lines: lines.map(({ description, quantity, unit_price, discount = 0 }, index) => ({
      description,
      quantity,
      unit_price: exact(unit_price, `/lines/${index}/unit_price`),
      discount: exact(discount, `/lines/${index}/discount`),
    })),
  };
  if (flaws.length > 0) throw new Malformed(flaws);
  return content;
}
