import { Type } from 'typebox';
import { digitsOf, isCurrency, PRICE_DECIMALS } from '../../../platform/money.ts';
import { SupplierFailure } from './adapter.ts';

/** No control characters: PostgreSQL refuses U+0000, and a name contains no others. No unpaired surrogates either. */
const PLAIN = '^[^\\p{Cc}\\p{Cs}]*$';
const MOST_UNITS = 1_000_000;

export const PlainText = (minLength: number, maxLength: number) =>
  Type.String({ minLength, maxLength, pattern: PLAIN });

export const UpstreamIdField = Type.Union([
  PlainText(1, 200),
  Type.Integer({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }),
]);

export const Count = Type.Integer({ minimum: 0 });

/** With four decimals that is at most 15 digits, which a JavaScript number keeps exactly. */
export const Amount = Type.Number({ minimum: 0, exclusiveMaximum: 1e11 });

export const Currency = Type.String({ pattern: '^[A-Z]{3}$' });

/**
 * Refuses a whole answer.
 *
 * @param where a JSON pointer; never text of the supplier
 */
export function refuse(where: string, why: string): never {
  throw new SupplierFailure(`sent an invalid answer: ${where} ${why}`);
}

export interface Validator<Checked> {
  Check(value: unknown): value is Checked;
  Errors(value: unknown): readonly { readonly instancePath: string; readonly message: string }[];
}

/** Checks an answer against its schema. */
export function validate<Checked>(validator: Validator<Checked>, answer: unknown): Checked {
  if (validator.Check(answer)) return answer;
  const [first] = validator.Errors(answer);
  return refuse(first?.instancePath || 'it', first?.message ?? 'has another shape');
}

export function exactDigits(amount: number, where: string): string {
  return digitsOf(amount, PRICE_DECIMALS) ?? refuse(where, `has more than ${PRICE_DECIMALS} decimals`);
}

export function knownCurrency(code: string, where: string): string {
  return isCurrency(code) ? code : refuse(where, 'is not an ISO 4217 currency');
}

/** A number of units, at most a million: the greatest number that the database stores. */
export function cappedCount(count: number): number {
  return Math.min(count, MOST_UNITS);
}
