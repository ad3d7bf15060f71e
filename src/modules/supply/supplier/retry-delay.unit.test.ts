import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { retryDelayMs } from './retry-delay.ts';

const BACK_OFF = { baseMs: 1_000, capMs: 300_000 };

describe('retryDelayMs', () => {
  it('the longest delay doubles from its base up to its cap', () => {
    const longest = Array.from({ length: 11 }, (_, index) => retryDelayMs(index + 1, 1, undefined, BACK_OFF) / 1_000);
    expect(longest).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    expect(retryDelayMs(5_000, 1, undefined, BACK_OFF)).toBe(300_000);
  });

  it('a delay is between half of its longest value and all of it', () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000 }), random, (failures, jitter) => {
        const longestMs = retryDelayMs(failures, 1, undefined, BACK_OFF);
        const delayMs = retryDelayMs(failures, jitter, undefined, BACK_OFF);
        return delayMs >= longestMs / 2 && delayMs <= longestMs;
      }),
    );
  });

  it('a supplier that names a time is asked at that time, however often it has failed', () => {
    for (const failures of [1, 5, 500]) {
      expect(retryDelayMs(failures, 0.9, 50, BACK_OFF)).toBe(50);
      expect(retryDelayMs(failures, 0.1, 86_400_000, BACK_OFF)).toBe(86_400_000);
    }
  });

  it('a named time that has passed counts as none', () => {
    expect(retryDelayMs(1, 0, 0, BACK_OFF)).toBe(500);
  });
});
