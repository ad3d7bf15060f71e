import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMoment, textOfMoment } from './moment.ts';
import { isStorable } from './timestamp.ts';

const GRAMMAR =
  /^(?<date>\d{4}-\d{2}-\d{2})(?:(?:[Tt ](?<time>\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?))(?<after> \d{2}(?::?\d{2})?)?)?(?<offset>[Zz]|[+-]\d{2}(?::?\d{2})?)?$/;

/** The instant that the grammar as a pattern and Temporal read, or `undefined`. */
function byTemporal(text: string): string | undefined {
  const parts = GRAMMAR.exec(text)?.groups;
  if (!parts?.date || parts.date.startsWith('0000') || (parts.after && parts.offset)) return undefined;
  const { time = '00:00' } = parts;
  // Temporal reads second 60 as 59.
  if (time.includes(':60')) return undefined;
  const offset = (parts.offset ?? parts.after?.replace(' ', '+') ?? 'Z').toUpperCase();
  try {
    const instant = Temporal.PlainDateTime.from(`${parts.date}T${time}`, { overflow: 'reject' })
      .round({ smallestUnit: 'microseconds', roundingMode: 'trunc' })
      .toZonedDateTime(offset === 'Z' ? 'UTC' : offset)
      .toInstant();
    return isStorable(instant.epochMilliseconds) ? instant.toString() : undefined;
  } catch {
    return undefined;
  }
}

/** The instant that `readMoment` reads, or `undefined`. */
function byHand(text: string): string | undefined {
  const moment = readMoment(text);
  return moment && textOfMoment(moment);
}

const number = (max: number, length: number) => fc.nat({ max }).map((value) => String(value).padStart(length, '0'));
const date = fc
  .tuple(
    fc.oneof(number(9_999, 4), fc.constantFrom('0000', '0001', '9999', '1900', '2000', '2024')),
    number(14, 2),
    number(33, 2),
  )
  .map((parts) => parts.join('-'));
const time = fc
  .tuple(
    fc.constantFrom('T', ' ', 't', ''),
    number(25, 2),
    number(61, 2),
    fc.option(fc.tuple(number(61, 2), fc.option(fc.oneof(number(9_999_999, 1), number(2_147_483_647, 1))))),
  )
  .map(([separator, hour, minute, rest]) => {
    const fraction = rest?.[1] == null ? '' : `.${rest[1]}`;
    return `${separator}${hour}:${minute}${rest === null ? '' : `:${rest[0]}${fraction}`}`;
  });
const offset = fc.oneof(
  fc.constantFrom('', 'Z', 'z', '+', '-', '+0', '+00:', '+000', '-00:00', '+23:59', '-2400'),
  fc
    .tuple(
      fc.constantFrom('+', '-', ' '),
      number(25, 2),
      fc.constantFrom('', ':'),
      fc.oneof(number(61, 2), fc.constant('')),
    )
    .map((parts) => parts.join('')),
);
const nearlyATimestamp = fc.tuple(date, fc.oneof(time, fc.constant('')), offset).map((parts) => parts.join(''));
/** A timestamp with one character inserted, removed or replaced. */
const mutatedTimestamp = fc
  .tuple(nearlyATimestamp, fc.nat({ max: 32 }), fc.nat({ max: 1 }), fc.string({ maxLength: 1, unit: 'binary' }))
  .map(([text, at, removed, inserted]) => text.slice(0, at) + inserted + text.slice(at + removed));

describe('readMoment', () => {
  it('readMoment reads exactly the texts that the grammar and Temporal read', () => {
    let accepted = 0;
    fc.assert(
      fc.property(fc.oneof(nearlyATimestamp, mutatedTimestamp), (text) => {
        expect(byHand(text)).toBe(byTemporal(text));
        if (byTemporal(text) !== undefined) accepted += 1;
      }),
      { numRuns: 20_000 },
    );
    expect(accepted).toBeGreaterThan(1_000);
  });

  it('readMoment reads every day of four centuries', () => {
    let day = Temporal.PlainDate.from('1799-12-31');
    for (let count = 0; count < 146_200; count += 1) {
      expect(readMoment(day.toString())?.ms).toBe(-5_364_748_800_000 + count * 86_400_000);
      day = day.add({ days: 1 });
    }
  });

  it.each([
    ['2022-09-11 17:03:17.000001+00', { ms: 1_662_915_797_000, micros: 1 }],
    ['2022-09-11t17:03:17.000001999z', { ms: 1_662_915_797_000, micros: 1 }],
    ['2022-09-11T17:03:17.999999Z', { ms: 1_662_915_797_999, micros: 999 }],
    ['1969-12-31T23:59:59.999999Z', { ms: -1, micros: 999 }],
    ['0001-01-01', { ms: -62_135_596_800_000, micros: 0 }],
  ])('readMoment keeps the microseconds of %s', (text, moment) => {
    expect(readMoment(text)).toEqual(moment);
  });

  it('readMoment starts at the given position and reads to the end of the text', () => {
    expect(readMoment('/vehicles/2/timestamp/2022-09-11', 22)?.ms).toBe(1_662_854_400_000);
  });

  it.each(['', 'now', 'infinity', '24:00', '2022-02-30', '2023-02-29', '0000-01-01', '9999-12-31T23:59-00:01'])(
    'readMoment refuses %o',
    (text) => {
      expect(readMoment(text)).toBeUndefined();
    },
  );
});
