import { Type } from 'typebox';
import { digitsOf, isCurrency, PRICE_DECIMALS } from '../../../platform/money.ts';
import { SupplierFailure } from './adapter.ts';

/** No control characters: PostgreSQL refuses U+0000, and no others belong into a name. No halves of a pair either. */
const PLAIN = '^[^\\p{Cc}\\p{Cs}]*$';
const MOST_UNITS = 1_000_000;

export const PlainText = (minLength: number, maxLength: number) =>
  Type.String({ minLength, maxLength, pattern: PLAIN });

export const UpstreamIdField = Type.Union([
  PlainText(1, 200),
  Type.Integer({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }),
]);

export const Count = Type.Integer({ minimum: 0 });

/** With four decimals that is 15 digits, and so many come through JavaScript as they were written. */
export const Amount = Type.Number({ minimum: 0, exclusiveMaximum: 1e11 });

export const Currency = Type.String({ pattern: '^[A-Z]{3}$' });

/** Nothing of a refused answer is believed. `where` is a path of our own making, never the supplier's text. */
export function refuse(where: string, why: string): never {
  throw new SupplierFailure(`answered what cannot be believed: ${where} ${why}`);
}

export interface Validator<Checked> {
  Check(value: unknown): value is Checked;
  Errors(value: unknown): readonly { readonly instancePath: string; readonly message: string }[];
}

/** The answer, as what its schema says it is. */
export function believed<Checked>(validator: Validator<Checked>, answer: unknown): Checked {
  if (validator.Check(answer)) return answer;
  const [first] = validator.Errors(answer);
  return refuse(first?.instancePath || 'it', first?.message ?? 'is of another shape');
}

export function exactDigits(amount: number, where: string): string {
  return digitsOf(amount, PRICE_DECIMALS) ?? refuse(where, `has more than ${PRICE_DECIMALS} decimals`);
}

export function knownCurrency(code: string, where: string): string {
  return isCurrency(code) ? code : refuse(where, 'is no currency');
}

/** How much one supplier has of one thing; beyond a million nobody counts, and columns have an end. */
export function cappedCount(count: number): number {
  return Math.min(count, MOST_UNITS);
}
