import { describe, expect, it } from 'vitest';
import { fromPostgres, isTimeZone, toSeconds } from './instant.ts';

describe('times of the database', () => {
  it('fromPostgres keeps microseconds', () => {
    expect(fromPostgres('2026-12-30 10:00:00.123456+00')).toBe('2026-12-30T10:00:00.123456Z');
    expect(fromPostgres('2026-12-30 10:00:00+00')).toBe('2026-12-30T10:00:00Z');
  });

  it('toSeconds cuts to whole seconds and never rounds up', () => {
    expect(toSeconds('2026-12-30T10:00:00.999999Z')).toBe('2026-12-30T10:00:00Z');
    expect(toSeconds('2026-12-30T10:00:00Z')).toBe('2026-12-30T10:00:00Z');
  });
});

it.each([
  ['Europe/Berlin', true],
  ['UTC', true],
  ['Mars/Olympus', false],
  ['+05:00', false],
  ['', false],
])('isTimeZone(%j) is %s', (name, expected) => {
  expect(isTimeZone(name)).toBe(expected);
});
