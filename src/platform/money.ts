/**
 * An exact decimal, zero or positive: `units` × 10^−`scale`. Money is never a floating-point number between the database
 * and an answer.
 */
export interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}

export const ONE: Decimal = { units: 1n, scale: 0 };

/** Parses plain decimal digits such as `14` or `9.80`. Returns `undefined` for anything else, signs and exponents too. */
export function parseDecimal(text: string): Decimal | undefined {
  const parts = /^(\d{1,40})(?:\.(\d{1,40}))?$/.exec(text);
  if (!parts) return undefined;
  const [, whole = '', fraction = ''] = parts;
  return { units: BigInt(whole + fraction), scale: fraction.length };
}

/** Formats a decimal as plain digits without trailing zeros, which is also a JSON number. */
export function writeDecimal({ units, scale }: Decimal): string {
  const digits = units.toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, '');
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

/** Removes the trailing zeros that a database keeps from a decimal text. */
export function plainDecimal(text: string): string {
  const value = parseDecimal(text);
  if (value === undefined) throw new Error(`${text} is not a decimal`);
  return writeDecimal(value);
}

/**
 * The digits of a JSON number as it was written, or `undefined` when it has more than `maxDecimals` decimals. Numbers of
 * up to 15 digits pass through JavaScript unchanged, as long as nothing is computed with them.
 */
export function digitsOf(amount: number, maxDecimals: number): string | undefined {
  const value = parseDecimal(String(amount));
  return value && value.scale <= maxDecimals ? writeDecimal(value) : undefined;
}

/** The sum of two decimals. */
export function plus(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return { units: unitsAt(a, scale) + unitsAt(b, scale), scale };
}

/** The difference of two decimals. `b` must not be greater than `a`. */
export function minus(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return { units: unitsAt(a, scale) - unitsAt(b, scale), scale };
}

/** The product of two decimals. */
export function times(a: Decimal, b: Decimal): Decimal {
  return { units: a.units * b.units, scale: a.scale + b.scale };
}

/** A negative number, 0 or a positive number when `a` is less than, equal to or greater than `b`. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale);
  const [first, second] = [unitsAt(a, scale), unitsAt(b, scale)];
  return first < second ? -1 : Number(first > second);
}

/** Rounds to `scale` decimals. Exactly half a unit is rounded up. */
export function roundHalfUp(value: Decimal, scale: number): Decimal {
  if (value.scale <= scale) return { units: unitsAt(value, scale), scale };
  const divisor = 10n ** BigInt(value.scale - scale);
  return { units: (value.units + divisor / 2n) / divisor, scale };
}

/** The units of a value at a scale that is not below its own. */
function unitsAt(value: Decimal, scale: number): bigint {
  return value.units * 10n ** BigInt(scale - value.scale);
}

/**
 * Decimals of the currencies whose minor unit is not a hundredth, by ISO 4217. `Intl.NumberFormat` has how many decimals
 * people usually see, which is fewer for currencies such as HUF, IDR and PKR: their fractions can be paid all the same.
 */
const DECIMALS: Readonly<Record<string, number>> = Object.fromEntries([
  ...'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ').map((code) => [code, 0]),
  ...'BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 3]),
  ...'CLF UYW'.split(' ').map((code) => [code, 4]),
]);

/** Number of decimals of a currency's minor unit. */
export function minorUnitOf(currency: string): number {
  return DECIMALS[currency] ?? 2;
}

/** Whether a whole number of the currency's minor units makes this amount. */
export function isPayable(amount: Decimal, currency: string): boolean {
  const finer = 10n ** BigInt(Math.max(0, amount.scale - minorUnitOf(currency)));
  return amount.units % finer === 0n;
}

const CURRENCIES = new Set(Intl.supportedValuesOf('currency'));

/** Maximum decimals of a price. With up to 11 digits before the point, every JSON reader keeps such numbers exactly. */
export const PRICE_DECIMALS = 4;

/** Whether a text is the ISO 4217 code of a currency in use. */
export function isCurrency(code: string): boolean {
  return CURRENCIES.has(code);
}
