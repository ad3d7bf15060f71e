import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Decimal,
  isCurrency,
  isPayable,
  minorUnitOf,
  minus,
  ONE,
  parseDecimal,
  plus,
  roundHalfUp,
  times,
  writeDecimal,
} from './money.ts';

function decimal(text: string): Decimal {
  const value = parseDecimal(text);
  if (!value) throw new Error(`${text} is not a decimal`);
  return value;
}

const anyDecimal = fc.record({ units: fc.bigInt({ min: 0n, max: 10n ** 30n }), scale: fc.nat(10) });

describe('exact decimals', () => {
  it.each(['', '.5', '5.', '-1', '+1', '1e3', '0x10', ' 1', '1 ', '1,5', 'NaN', 'Infinity', '1.2.3', '१'])(
    'parseDecimal refuses %j',
    (text) => expect(parseDecimal(text)).toBeUndefined(),
  );

  it.each([
    ['0', '0'],
    ['0.0', '0'],
    ['14', '14'],
    ['14.00', '14'],
    ['9.80', '9.8'],
    ['0.05', '0.05'],
    ['007.10', '7.1'],
    ['12345678901234567890.123', '12345678901234567890.123'],
  ])('writeDecimal writes %s as %s', (text, written) => expect(writeDecimal(decimal(text))).toBe(written));

  it('arithmetic is exact where floating-point numbers are not', () => {
    expect(writeDecimal(plus(decimal('0.1'), decimal('0.2')))).toBe('0.3');
    expect(writeDecimal(times(decimal('1.15'), decimal('100')))).toBe('115');
    expect(writeDecimal(minus(ONE, decimal('0.9')))).toBe('0.1');
  });

  it.each([
    ['0.005', 2, '0.01'],
    ['0.00499999', 2, '0'],
    ['1.005', 2, '1.01'],
    ['2.675', 2, '2.68'],
    ['695.625', 2, '695.63'],
    ['0.5', 0, '1'],
    ['1.0005', 3, '1.001'],
    ['7', 2, '7'],
  ])('roundHalfUp rounds %s to %i decimals: %s', (text, scale, rounded) =>
    expect(writeDecimal(roundHalfUp(decimal(text), scale))).toBe(rounded),
  );

  it('parseDecimal reads back every text that writeDecimal writes', () => {
    fc.assert(
      fc.property(anyDecimal, (value) => {
        const again = decimal(writeDecimal(value));
        expect(times(again, { units: 10n ** BigInt(value.scale), scale: value.scale })).toMatchObject({
          units: value.units * 10n ** BigInt(again.scale),
        });
      }),
    );
  });

  it('roundHalfUp rounds to the nearest decimal, and up at exactly half', () => {
    fc.assert(
      fc.property(anyDecimal, fc.nat(6), (value, scale) => {
        const rounded = roundHalfUp(value, scale);
        const at = 10n ** BigInt(Math.max(value.scale, scale) + 1);
        const exact = (value.units * at) / 10n ** BigInt(value.scale);
        const near = (rounded.units * at) / 10n ** BigInt(scale);
        const half = at / 10n ** BigInt(scale) / 2n;
        expect(near - exact <= half && exact - near < half).toBe(true);
      }),
    );
  });
});

describe('currencies', () => {
  it.each([
    ['USD', 2],
    ['EUR', 2],
    ['JPY', 0],
    ['KWD', 3],
    ['CLF', 4],
    ['HUF', 2],
  ])('minorUnitOf(%j) is %i', (code, decimals) => expect(minorUnitOf(code)).toBe(decimals));

  it.each([
    ['10', 'JPY', true],
    ['10.0', 'JPY', true],
    ['10.5', 'JPY', false],
    ['0.01', 'IDR', true],
    ['0.001', 'EUR', false],
    ['0.001', 'TND', true],
    ['0.0001', 'TND', false],
    ['0.0001', 'UYW', true],
  ])('isPayable(%s %s) is %s', (amount, currency, expected) =>
    expect(isPayable(decimal(amount), currency)).toBe(expected),
  );

  it.each(['usd', 'US', 'USDX', 'ZZZ', 'DEM', ''])('isCurrency(%j) is false', (code) =>
    expect(isCurrency(code)).toBe(false),
  );
  it.each(['USD', 'SGD', 'EUR'])('isCurrency(%j) is true', (code) => expect(isCurrency(code)).toBe(true));
});
