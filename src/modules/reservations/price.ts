import { Malformed } from '../../platform/errors.ts';
import { digitsOf, isCurrency, PRICE_DECIMALS } from '../../platform/money.ts';
import type { Price } from '../inventory/index.ts';

/** Reads a price as a request words it; free unless told. */
export function priceOf(written: { readonly amount: number; readonly currency: string } | undefined): Price | null {
  if (written === undefined) return null;
  const amount = digitsOf(written.amount, PRICE_DECIMALS);
  if (amount === undefined) {
    throw new Malformed([{ path: '/price/amount', message: `must have ${PRICE_DECIMALS} decimals at most` }]);
  }
  if (!isCurrency(written.currency)) {
    throw new Malformed([{ path: '/price/currency', message: 'is not an ISO 4217 currency' }]);
  }
  return { amount, currency: written.currency };
}
