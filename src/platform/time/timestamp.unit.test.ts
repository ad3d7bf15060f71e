import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDate, parseTimestamp } from './timestamp.ts';

describe('parseTimestamp', () => {
  it.each([
    ['2026-12-30', '2026-12-30T00:00:00Z'],
    ['2026-12-30T10:00', '2026-12-30T10:00:00Z'],
    ['2026-12-30 10:00:01', '2026-12-30T10:00:01Z'],
    ['2026-12-30 10:00:01.123456Z', '2026-12-30T10:00:01.123456Z'],
    ['2026-12-30T10:00:01.5+05', '2026-12-30T05:00:01.5Z'],
    ['2026-12-30T10:00-0330', '2026-12-30T13:30:00Z'],
    ['2026-12-30T10:00+05:45', '2026-12-30T04:15:00Z'],
    ['2024-02-29', '2024-02-29T00:00:00Z'],
    ['2026-12-30t10:00:01.1234567z', '2026-12-30T10:00:01.123456Z'],
    ['2026-12-30T10:00:01.999999999-05:00', '2026-12-30T15:00:01.999999Z'],
    ['2026-12-30 10:00 05:45', '2026-12-30T04:15:00Z'],
    ['2026-12-30+05', '2026-12-29T19:00:00Z'],
  ])('parseTimestamp reads %j as %s', (text, expected) => {
    expect(parseTimestamp(text, 'UTC').toString()).toBe(expected);
  });

  it.each([
    '',
    'now',
    'infinity',
    '2026-02-30',
    '2025-02-29',
    '2026-13-01',
    '2026-12-30T24:00',
    '2026-12-30T23:60',
    '2026-12-30T10:00:60',
    '2026-12-30T10:00:01.1234567890',
    '2026-12-30T10:00:01.',
    '2026-12-30 05',
    '2026-12-30T10:00  05',
    '2026-12-30T10:00 +05',
    '2026-12-30T10:00zZ',
    '2026-12-30T10',
    '2026-12-30T10:00 Z',
    '2026-12-30T10:00+24:00',
    '2026-12-30T10:00+5',
    '0000-01-01',
    '10000-01-01',
    '+2026-12-30',
    '9999-12-31T23:59-05:00',
    ' 2026-12-30',
    '2026-12-30\n',
  ])('parseTimestamp refuses %j', (text) => {
    expect(parseTimestamp(text, 'UTC')).toBe('malformed');
  });

  it('a local time that a clock change skips or repeats is refused, and accepted with its offset', () => {
    expect(parseTimestamp('2027-03-28 02:30', 'Europe/Berlin')).toBe('skipped-or-repeated');
    expect(parseTimestamp('2027-10-31 02:30', 'Europe/Berlin')).toBe('skipped-or-repeated');
    expect(parseTimestamp('2027-10-31 02:30+02:00', 'Europe/Berlin').toString()).toBe('2027-10-31T00:30:00Z');
  });

  it('a local time whose zone moves it out of the years 1 to 9999 is refused', () => {
    expect(parseTimestamp('9999-12-31 23:45', 'America/New_York')).toBe('malformed');
    expect(parseTimestamp('0001-01-01', 'Asia/Singapore')).toBe('malformed');
  });

  it('parseTimestamp never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9T:.Z+ -]{0,40}$/)), (text) => {
        const read = parseTimestamp(text, 'America/New_York');
        return typeof read === 'string' || read.toString().length >= 20;
      }),
    );
  });

  it('parseTimestamp reads what .NET and Go write, cut to the microsecond', () => {
    const nanos = fc.bigInt(-62_135_596_800_000_000_000n, 253_402_300_799_999_999_999n);
    // .NET writes seven decimals; Go up to nine, without trailing zeros.
    const decimals = fc.constantFrom<7 | 9 | 'auto'>(7, 9, 'auto');
    fc.assert(
      fc.property(nanos, decimals, fc.boolean(), (ns, fractionalSecondDigits, isLower) => {
        const text = Temporal.Instant.fromEpochNanoseconds(ns).toString({ fractionalSecondDigits });
        const microseconds = (ns - (((ns % 1_000n) + 1_000n) % 1_000n)) / 1_000n;
        const expected = Temporal.Instant.fromEpochNanoseconds(microseconds * 1_000n).toString();
        return parseTimestamp(isLower ? text.toLowerCase() : text, 'Europe/Berlin').toString() === expected;
      }),
    );
  });

  it('a time with an offset is the same instant in every zone, and one without follows the zone', () => {
    const micros = fc.bigInt(-62_000_000_000_000_000n, 253_000_000_000_000_000n);
    const zone = fc.constantFrom('UTC', 'Asia/Kolkata', 'America/New_York', 'Pacific/Chatham', 'Europe/Berlin');
    fc.assert(
      fc.property(micros, zone, (us, timeZone) => {
        const instant = Temporal.Instant.fromEpochNanoseconds(us * 1_000n);
        const zoned = instant.toZonedDateTimeISO(timeZone);
        const written = zoned.toString({ timeZoneName: 'never' });
        // The offset of a zone before 1900 may have seconds, which Temporal rounds away.
        if (zoned.year > 1980) expect(parseTimestamp(written, 'Africa/Abidjan').toString()).toBe(instant.toString());
        const local = parseTimestamp(zoned.toPlainDateTime().toString(), timeZone);
        if (local !== 'skipped-or-repeated') expect(local.toString()).toBe(instant.toString());
      }),
    );
  });
});

it.each(['0000-01-01', '2026-02-30', '2026-1-01', '2026-01-01T00:00', ''])('parseDate refuses %j', (text) => {
  expect(parseDate(text)).toBeUndefined();
});
