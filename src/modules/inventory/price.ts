import { Malformed } from '../../platform/errors.ts';
import { digitsOf, isCurrency, PRICE_DECIMALS } from '../../platform/money.ts';

/** The price of one unit. */
export interface Price {
  /** An exact decimal above 0, as text. */
  readonly amount: string;
  /** ISO 4217 code. */
  readonly currency: string;
}

/** The JSON form of a price. Amounts have at most 15 significant digits, which a JavaScript number keeps exactly. */
export function toJsonPrice<P extends Price>(price: P) {
  return { ...price, amount: Number(price.amount) };
}

/** Parses the `price` of a request body. An absent price means that units are free. */
export function parsePrice(price: { readonly amount: number; readonly currency: string } | undefined): Price | null {
  if (price === undefined) return null;
  const amount = digitsOf(price.amount, PRICE_DECIMALS);
  if (amount === undefined) {
    throw new Malformed([{ path: '/price/amount', message: `must have at most ${PRICE_DECIMALS} decimals` }]);
  }
  if (!isCurrency(price.currency)) {
    throw new Malformed([{ path: '/price/currency', message: 'must be an ISO 4217 currency' }]);
  }
  return { amount, currency: price.currency };
}
