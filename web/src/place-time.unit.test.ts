import { expect, it } from 'vitest';
import { placeTime } from './place-time.ts';

/** The visitor's zone is that of the machine, so the zones here are at least a day apart from one another. */
const EAST = 'Pacific/Kiritimati';
const WEST = 'Pacific/Pago_Pago';

it("a time is shown by the place's clock, with the visitor's second", () => {
  for (const zone of [EAST, WEST, 'Asia/Kolkata']) {
    const { time, clock, visitorStart } = placeTime('2030-06-01T09:30:00Z', '2030-06-01T10:00:00Z', zone);
    const [hour] = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', timeZone: zone })
      .format(new Date('2030-06-01T09:30:00Z'))
      .split(':');
    expect(time.startsWith(`${hour}:`)).toBe(true);
    expect(clock).toBe(`${zone.split('/')[1]?.replace('_', ' ')} time`);
    expect(visitorStart).toContain('your time');
  }
});

it("a whole day keeps its date and has no other clock, also when the clocks change or skip the place's midnight", () => {
  const wholeDays = [
    [EAST, '2030-05-31T10:00:00Z', '2030-06-01T10:00:00Z', '1 '],
    [WEST, '2030-06-01T11:00:00Z', '2030-06-02T11:00:00Z', '1 '],
    ['Europe/Berlin', '2030-03-30T23:00:00Z', '2030-03-31T22:00:00Z', '31 '],
    ['Europe/Berlin', '2030-10-26T22:00:00Z', '2030-10-27T23:00:00Z', '27 '],
    // Beirut's clocks go from 24:00 to 01:00.
    ['Asia/Beirut', '2030-03-30T22:00:00Z', '2030-03-31T21:00:00Z', '31 '],
  ] as const;
  for (const [zone, start, end, day] of wholeDays) {
    const shown = placeTime(start, end, zone);
    expect(shown).toMatchObject({ time: 'All day', clock: undefined, visitorStart: undefined });
    expect(shown.day).toMatch(new RegExp(`\\b${day.trim()}\\b`));
  }
  expect(placeTime('2030-06-01T11:00:00Z', '2030-06-02T10:00:00Z', WEST).time).not.toBe('All day');
  expect(placeTime('2030-06-01T12:00:00Z', '2030-06-02T12:00:00Z', WEST).time).not.toBe('All day');
});

it("without a known zone the visitor's clock is used and named", () => {
  const { clock, visitorStart } = placeTime('2030-06-01T09:30:00Z', '2030-06-01T10:00:00Z', undefined);
  expect(clock).toMatch(/^your time \(/);
  expect(visitorStart).toBeUndefined();
});
