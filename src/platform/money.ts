/**
 * An exact decimal that is not negative: `units` × 10^−`scale`. Money never becomes a floating number on its way from
 * the database to an answer.
 */
export interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}

export const ONE: Decimal = { units: 1n, scale: 0 };

/** Reads plain decimal digits, `14` or `9.80`; anything else, a sign or an exponent too, is `undefined`. */
export function parseDecimal(text: string): Decimal | undefined {
  const parts = /^(\d{1,40})(?:\.(\d{1,40}))?$/.exec(text);
  if (!parts) return undefined;
  const [, whole = '', fraction = ''] = parts;
  return { units: BigInt(whole + fraction), scale: fraction.length };
}

/** Writes plain digits without zeros at the end, which is a JSON number too. */
export function writeDecimal({ units, scale }: Decimal): string {
  const digits = units.toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, '');
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

/** The same for a decimal that is a text already, without the zeros at the end that a database keeps. */
export function plainDecimal(text: string): string {
  const value = parseDecimal(text);
  if (value === undefined) throw new Error(`${text} is not a decimal`);
  return writeDecimal(value);
}

/**
 * The digits a JSON number was written with, or `undefined` when it has more than `maxDecimals`. With 15 digits or
 * less a number comes through JavaScript as it was written; nothing is reckoned with it.
 */
export function digitsOf(amount: number, maxDecimals: number): string | undefined {
  const value = parseDecimal(String(amount));
  return value && value.scale <= maxDecimals ? writeDecimal(value) : undefined;
}

export function plus(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return { units: unitsAt(a, scale) + unitsAt(b, scale), scale };
}

/** `b` is not above `a`. */
export function minus(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return { units: unitsAt(a, scale) - unitsAt(b, scale), scale };
}

export function times(a: Decimal, b: Decimal): Decimal {
  return { units: a.units * b.units, scale: a.scale + b.scale };
}

/** Below 0, 0 or above 0, as the first is less than, equal to or greater than the second. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale);
  const [first, second] = [unitsAt(a, scale), unitsAt(b, scale)];
  return first < second ? -1 : Number(first > second);
}

/** Rounds to `scale` decimals; exactly half a unit goes up. */
export function roundHalfUp(value: Decimal, scale: number): Decimal {
  if (value.scale <= scale) return { units: unitsAt(value, scale), scale };
  const divisor = 10n ** BigInt(value.scale - scale);
  return { units: (value.units + divisor / 2n) / divisor, scale };
}

/** To a scale that is not below the value's own. */
function unitsAt(value: Decimal, scale: number): bigint {
  return value.units * 10n ** BigInt(scale - value.scale);
}

/** ISO 4217's currencies whose minor unit is not a hundredth. Intl's own data differ from it for several. */
const DECIMALS: Readonly<Record<string, number>> = Object.fromEntries([
  ...'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ').map((code) => [code, 0]),
  ...'BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 3]),
  ...'CLF UYW'.split(' ').map((code) => [code, 4]),
]);

/** How many decimals the smallest coin of a currency has. */
export function minorUnitOf(currency: string): number {
  return DECIMALS[currency] ?? 2;
}

const CURRENCIES = new Set(Intl.supportedValuesOf('currency'));

/** Prices have no more decimals than this, so that with 11 digits before the point every JSON reader keeps them. */
export const PRICE_DECIMALS = 4;

/** Whether a text is an ISO 4217 code of our days. */
export function isCurrency(code: string): boolean {
  return CURRENCIES.has(code);
}
