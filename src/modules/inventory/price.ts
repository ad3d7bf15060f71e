import { type FieldError, failure, Malformed } from '../../platform/errors.ts';
import { digitsOf, isCurrency, isPayable, minorUnitOf, PRICE_DECIMALS, parseDecimal } from '../../platform/money.ts';

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

/** An amount has a fraction of the currency's minor unit, which no one can pay. */
export class AmountTooFine extends failure('unprocessable', 'amount-too-fine', 'Amount cannot be paid') {
  override readonly errors: readonly FieldError[];

  /** @param paths JSON pointers of the amounts; at least one */
  constructor(currency: string, paths: readonly string[]) {
    const allowed = amountsOf(currency);
    super(`Amounts in ${currency} have ${allowed}. Change ${paths.join(', ')}`);
    this.errors = paths.map((path) => ({ path, message: `must have ${allowed}` }));
  }
}

/** The decimals that amounts in a currency may have, in words. */
export function amountsOf(currency: string): string {
  const decimals = minorUnitOf(currency);
  return decimals === 0 ? 'no decimals' : `at most ${decimals} decimals`;
}

/** Refuses amounts with a fraction of the currency's minor unit. @throws AmountTooFine */
export function requirePayable(
  currency: string,
  amounts: readonly { readonly path: string; readonly amount: string }[],
): void {
  const tooFine = amounts.filter(({ amount }) => {
    const value = parseDecimal(amount);
    return value !== undefined && !isPayable(value, currency);
  });
  if (tooFine.length > 0)
    throw new AmountTooFine(
      currency,
      tooFine.map(({ path }) => path),
    );
}

/**
 * Parses the `price` of a request body. An absent price means that units are free.
 *
 * @throws Malformed, AmountTooFine
 */
export function parsePrice(price: { readonly amount: number; readonly currency: string } | undefined): Price | null {
  if (price === undefined) return null;
  const amount = digitsOf(price.amount, PRICE_DECIMALS);
  if (amount === undefined) {
    throw new Malformed([{ path: '/price/amount', message: `must have at most ${PRICE_DECIMALS} decimals` }]);
  }
  if (!isCurrency(price.currency)) {
    throw new Malformed([{ path: '/price/currency', message: 'must be an ISO 4217 currency' }]);
  }
  requirePayable(price.currency, [{ path: '/price/amount', amount }]);
  return { amount, currency: price.currency };
}
