import { expect, it } from 'vitest';
import {
  dateIn,
  formatBareAmount,
  formatCountdown,
  formatDuration,
  formatMoney,
  formatQuantity,
  hourIn,
  zoneName,
} from './format.ts';

it('a duration is formatted in its largest unit, rounded down', () => {
  const seconds = [-5, 0, 59.9, 60, 3_599, 3_600, 86_399, 86_400, 3 * 86_400];
  expect(seconds.map((each) => formatDuration(each * 1_000))).toEqual([
    '0 s',
    '0 s',
    '59 s',
    '1 min',
    '59 min',
    '1 h',
    '23 h',
    '1 day',
    '3 days',
  ]);
});

it('a countdown is rounded up, so that it reaches zero only at the end', () => {
  expect([0, 1, 249_000, 3_849_000].map(formatCountdown)).toEqual(['00:00', '00:01', '04:09', '1:04:09']);
});

it('a quantity of one is singular and any other is plural', () => {
  expect([0, 1, 2].map((count) => formatQuantity(count, 'slot'))).toEqual(['0 slots', '1 slot', '2 slots']);
});

it('an amount in the month grid has cents only below 100, and never a currency sign', () => {
  const withCents = new Intl.NumberFormat(undefined, { minimumFractionDigits: 2 }).format(30.5);
  expect([30, 30.5, 341.25].map((amount) => formatBareAmount(amount, 'SGD'))).toEqual(['30', withCents, '341']);
});

it('an amount is shown with all its decimals, also in a currency that usually has fewer', () => {
  const digits = (text: string) => text.replace(/[^\d]/g, '');
  const amounts = [
    [10.5, 'JPY'],
    [0.5, 'HUF'],
    [10.005, 'EUR'],
    [9.5, 'EUR'],
    [12, 'JPY'],
  ] as const;
  expect(amounts.map(([amount, currency]) => digits(formatMoney(amount, currency)))).toEqual([
    '105',
    '05',
    '10005',
    '950',
    '12',
  ]);
});

it('the date and the hour of an instant depend on the zone', () => {
  const instant = '2026-11-28T20:00:00Z';
  expect(['UTC', 'Asia/Singapore', '+08:00'].map((zone) => dateIn(instant, zone))).toEqual([
    '2026-11-28',
    '2026-11-29',
    '2026-11-29',
  ]);
  expect(hourIn(instant, 'Asia/Singapore')).toBe(4);
});

it('a zone is named after its city, and a fixed offset after UTC', () => {
  expect(['America/New_York', 'UTC', '+08:00'].map(zoneName)).toEqual(['New York', 'UTC', 'UTC+08:00']);
});
