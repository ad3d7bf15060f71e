import { expect, it } from 'vitest';
import { backOffMs } from './back-off.ts';

const BOUNDS = { firstMs: 1_000, maxMs: 30_000 };

it('delays double up to their maximum, each between half of it and all of it', () => {
  const delays = (random: number) =>
    [0, 1, 2, 3, 4, 5, 6, 500].map((failures) => backOffMs(failures, BOUNDS, () => random));
  expect(delays(1)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  expect(delays(0)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
});
