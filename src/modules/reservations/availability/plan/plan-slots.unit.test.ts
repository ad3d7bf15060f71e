import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Failure } from '../../../../platform/errors.ts';
import { wallClockAt } from '../../times/wall-clock.ts';
import { planSlots, type SlotPlan } from './plan-slots.ts';
import { writtenRange } from './written-range.ts';

interface Written {
  readonly ranges: readonly (readonly [string, string])[];
  readonly breaks?: readonly (readonly [string, string])[];
  readonly minutes: number;
  readonly until?: string;
}

function plan(zone: string, { ranges, breaks = [], minutes, until }: Written): SlotPlan {
  const read = (kind: 'range' | 'break', texts: readonly (readonly [string, string])[]) =>
    texts.map(([start_time, end_time], index) => writtenRange(kind, `/${kind}s/${index}`, { start_time, end_time }));
  const offer = { ranges: read('range', ranges), breaks: read('break', breaks), slotLengthMs: minutes * 60_000 };
  return planSlots({ ...offer, repeatWeeklyUntil: until }, zone, Date.parse('2020-01-01'));
}

function startsOf({ slots }: SlotPlan, zone: string): string[] {
  return slots.map(({ startMs }) => wallClockAt(startMs, zone).toString({ smallestUnit: 'minute' }));
}

function refusal(zone: string, written: Written): Pick<Failure, 'type' | 'message' | 'errors'> {
  try {
    plan(zone, written);
  } catch (error) {
    return error as Failure;
  }
  throw new Error('the offer was not refused');
}

describe('a weekly repetition', () => {
  it('a break on the day after its range is kept in the last week', () => {
    const night = plan('UTC', {
      ranges: [['2030-03-03 23:00', '2030-03-04 02:00']],
      breaks: [['2030-03-04 00:00', '2030-03-04 01:00']],
      minutes: 60,
      until: '2030-03-10',
    });
    expect(startsOf(night, 'UTC')).toEqual([
      ...['2030-03-03T23:00', '2030-03-04T01:00'],
      ...['2030-03-10T23:00', '2030-03-11T01:00'],
    ]);
  });

  it('every occurrence is the first one moved by weeks of wall-clock time, with its breaks', () => {
    const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'Australia/Lord_Howe', 'America/New_York', 'Asia/Kolkata');
    const quarters = (max: number) => fc.nat({ max });
    const spans = fc.record({ startQuarter: quarters(8 * 96), lengthQuarters: fc.integer({ min: 1, max: 120 }) });
    const breaks = fc.array(fc.tuple(quarters(120), fc.integer({ min: 1, max: 24 })), { maxLength: 4 });
    let compared = 0;
    fc.assert(
      fc.property(
        ...[zones, fc.integer({ min: 0, max: 300 }), fc.array(spans, { minLength: 1, maxLength: 2 }), breaks],
        fc.integer({ min: 1, max: 4 }),
        (zone, day, ranges, pauses, weeks) => {
          const monday = Temporal.PlainDateTime.from('2030-01-01T00:00').add({ days: day });
          const at = (quarter: number) => monday.add({ minutes: quarter * 15 }).toString({ smallestUnit: 'minute' });
          for (const { startQuarter, lengthQuarters } of ranges) {
            const written = {
              ranges: [[at(startQuarter), at(startQuarter + lengthQuarters)] as const],
              // Within the range: a break that starts after the first occurrence begins in a later week.
              breaks: pauses.map(([offset, length]) => {
                const start = startQuarter + (offset % lengthQuarters);
                return [at(start), at(start + length)] as const;
              }),
              minutes: 15,
              until: monday
                .add({ minutes: startQuarter * 15, weeks })
                .toPlainDate()
                .toString(),
            };
            compared += compareWeeks(zone, written, weeks);
          }
        },
      ),
      { numRuns: 60 },
    );
    expect(compared).toBeGreaterThan(30);
  });

  /** Compares each occurrence without a clock change with the first one. Returns how many were compared. */
  function compareWeeks(zone: string, written: Written, weeks: number): number {
    const [start, end] = (written.ranges[0] ?? []).map((text) => Temporal.PlainDateTime.from(text));
    if (!start || !end) return 0;
    let planned: SlotPlan;
    try {
      planned = plan(zone, written);
    } catch {
      return 0;
    }
    const starts = startsOf(planned, zone).map((text) => Temporal.PlainDateTime.from(text));
    const isSteady = (week: number) => {
      const from = start.add({ weeks: week }).toZonedDateTime(zone);
      const until = end.add({ weeks: week, days: 1 }).toZonedDateTime(zone);
      return from.subtract({ hours: 3 }).offset === until.offset;
    };
    const during = (week: number) =>
      starts
        .map((wallClock) => wallClock.subtract({ weeks: week }))
        .filter((wallClock) => Temporal.PlainDateTime.compare(wallClock, start) >= 0)
        .filter((wallClock) => Temporal.PlainDateTime.compare(wallClock, end) < 0)
        .map(String);
    const steady = Array.from({ length: weeks }, (_, index) => index + 1).filter(isSteady);
    if (!isSteady(0)) return 0;
    for (const week of steady) expect(during(week), `${zone} ${JSON.stringify(written)}`).toEqual(during(0));
    return steady.length;
  }

  it.each([
    ['Europe/Berlin', ['2024-03-24 02:00', '2024-03-24 03:00'], 30, '2024-04-07', ['skipped-time', '2024-03-31T02:00']],
    [
      'Europe/Berlin',
      ['2024-10-20 02:00', '2024-10-20 02:30'],
      30,
      '2024-11-03',
      ['repeated-time', '2024-10-27T02:00'],
    ],
    [
      'Europe/Berlin',
      ['2024-03-24 00:00', '2024-03-24 04:00'],
      120,
      '2024-04-07',
      ['not-whole-slots', '2024-03-31T00:00'],
    ],
    [
      'Australia/Lord_Howe',
      ['2024-09-29 01:00', '2024-09-29 04:00'],
      60,
      '2024-10-13',
      ['not-whole-slots', '2024-10-06T01:00'],
    ],
    [
      'Australia/Lord_Howe',
      ['2024-03-31 01:00', '2024-03-31 04:00'],
      60,
      '2024-04-14',
      ['not-whole-slots', '2024-04-07T01:00'],
    ],
    [
      'Australia/Lord_Howe',
      ['2024-09-29 02:00', '2024-09-29 03:00'],
      60,
      '2024-10-13',
      ['skipped-time', '2024-10-06T02:00'],
    ],
  ] as const)('in %s, an occurrence of %j that a clock change makes impossible is left out and reported', (...row) => {
    const [zone, range, minutes, until, [reason, start_time]] = row;
    const weekly = plan(zone, { ranges: [range], minutes, until });
    expect(weekly.skipped).toMatchObject([{ path: '/ranges/0', start_time, reason }]);
    const days = new Set(startsOf(weekly, zone).map((text) => text.slice(0, 10)));
    expect([...days]).toEqual([range[0].slice(0, 10), until]);
  });

  it('a break is kept in both passes of a repeated hour, and its skipped part is empty', () => {
    const autumn = plan('Europe/Berlin', {
      ranges: [['2024-10-20 01:00', '2024-10-20 04:00']],
      breaks: [['2024-10-20 02:00', '2024-10-20 02:30']],
      minutes: 30,
      until: '2024-10-27',
    });
    expect(startsOf(autumn, 'Europe/Berlin').slice(5)).toEqual([
      ...['2024-10-27T01:00', '2024-10-27T01:30', '2024-10-27T02:30', '2024-10-27T03:00', '2024-10-27T03:30'],
    ]);
    const spring = plan('Europe/Berlin', {
      ranges: [['2024-03-24 01:00', '2024-03-24 04:00']],
      breaks: [['2024-03-24 02:30', '2024-03-24 03:30']],
      minutes: 30,
      until: '2024-03-31',
    });
    expect(startsOf(spring, 'Europe/Berlin').slice(4)).toEqual([
      ...['2024-03-31T01:00', '2024-03-31T01:30', '2024-03-31T03:30'],
    ]);
  });
});

describe('a refused offer', () => {
  const good = ['2030-03-03 10:00', '2030-03-03 11:00'] as const;

  it.each<[string, Written, string, string]>([
    [
      'UTC',
      { ranges: [good, ['2030-03-03 12:00', '2030-03-03 11:00']], minutes: 30 },
      '/ranges/1',
      'The range 2030-03-03 12:00 to',
    ],
    [
      'UTC',
      { ranges: [good, ['2019-03-03 10:00', '2019-03-03 11:00']], minutes: 30 },
      '/ranges/1',
      'starts in the past',
    ],
    ['UTC', { ranges: [good, ['2030-03-03 12:00', '2030-03-03 12:40']], minutes: 30 }, '/ranges/1', 'lasts 40 minutes'],
    [
      'UTC',
      { ranges: [good], breaks: [good, ['2030-03-03 11:00', '2030-03-03 10:00']], minutes: 30 },
      '/breaks/1',
      'The break 2030-03-03 11:00 to',
    ],
    ['UTC', { ranges: [good], breaks: [['24:00', '25:00']], minutes: 30 }, '/breaks/0/start_time', 'must be a time'],
    ['UTC', { ranges: [good], breaks: [good], minutes: 30, until: '2030-04-01' }, '/breaks', 'leave nothing'],
    [
      'UTC',
      { ranges: [good, ['2030-03-20 10:00', '2030-03-20 11:00']], minutes: 30, until: '2030-03-10' },
      '/ranges/1',
      'starts after',
    ],
    [
      'Europe/Berlin',
      { ranges: [['2030-03-31 02:00', '2030-03-31 03:00']], minutes: 30 },
      '/ranges/0/start_time',
      'clocks go forward to 03:00. Choose that',
    ],
    [
      'Australia/Lord_Howe',
      { ranges: [['2024-10-06 02:15', '2024-10-06 03:15']], minutes: 30 },
      '/ranges/0/start_time',
      'clocks go forward to 02:30. Choose that',
    ],
    [
      'Europe/Berlin',
      { ranges: [['2030-10-27 01:00', '2030-10-27 02:30']], minutes: 30 },
      '/ranges/0/end_time',
      'Add the offset +02:00 or +01:00',
    ],
  ])('in %s, the refusal of %j points at %s', (zone, written, path, words) => {
    const { errors, message } = refusal(zone, written);
    expect(errors.map((each) => each.path)).toEqual([path]);
    expect(message).toContain(words);
  });

  it.each(['Choose that', '+02:00', '+01:00'])('the advice %s of a refusal leads to an accepted time', (advice) => {
    const start = advice === 'Choose that' ? '2030-03-31 03:00' : `2030-10-27 02:00${advice}`;
    const end = advice === 'Choose that' ? '2030-03-31 04:00' : '2030-10-27 04:00';
    expect(plan('Europe/Berlin', { ranges: [[start, end]], minutes: 30 }).slots.length).toBeGreaterThan(0);
  });
});
