import { expect, it } from 'vitest';
import { parsePullLimit } from './pull-limit.ts';

it('a pull limit is described by its number of pulls and its window in words', () => {
  expect(['30/1m', '1/1h', '2000/1d', '5/15s', '9/P1D'].map(parsePullLimit)).toEqual([
    { maxPulls: 30, window: 'per minute' },
    { maxPulls: 1, window: 'per hour' },
    { maxPulls: 2_000, window: 'per day' },
    { maxPulls: 5, window: 'per 15 seconds' },
    { maxPulls: 9, window: 'per P1D' },
  ]);
});
