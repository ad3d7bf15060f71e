import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../platform/seeded-random.ts';
import { mostInWindow } from '../index.ts';
import { type Limit, parseLimit, SlidingWindows } from './sliding-windows.ts';

describe('mostInWindow', () => {
  const at = (...times: number[]) => times.map((atMs) => ({ atMs }));

  it('mostInWindow counts the fullest half-open window, wherever it begins', () => {
    expect(mostInWindow([], 1_000)).toBe(0);
    expect(mostInWindow(at(0, 1_000, 2_000), 1_000)).toBe(1);
    expect(mostInWindow(at(0, 999, 1_000), 1_000)).toBe(2);
    expect(mostInWindow(at(0, 900, 950, 1_100, 5_000), 1_000)).toBe(3);
  });

  it('mostInWindow accepts any order, and counts reads at one instant separately', () => {
    expect(mostInWindow(at(1_100, 0, 950, 950), 1_000)).toBe(3);
  });
});

/** A fixed window, for the control: its count restarts with each minute of the clock. */
function tumblingWindow({ reads, windowMs }: Limit): { admit(nowMs: number): number } {
  let window = -1;
  let count = 0;
  return {
    admit(nowMs) {
      if (Math.floor(nowMs / windowMs) !== window) count = 0;
      window = Math.floor(nowMs / windowMs);
      count += 1;
      return count > reads ? 1 : 0;
    },
  };
}

describe('SlidingWindows', () => {
  const LIMITS = [
    { reads: 3, windowMs: 1_000 },
    { reads: 10, windowMs: 60_000 },
  ];

  /** The most reads accepted in any window, by limit, when far too many arrive. */
  function fullest(windows: { admit(nowMs: number): number }, limits: readonly Limit[]): number[] {
    const random = seededRandom(7);
    const accepted: { atMs: number }[] = [];
    for (let atMs = 0; atMs < 1_000_000; atMs += random.integer(0, 400)) {
      if (windows.admit(atMs) === 0) accepted.push({ atMs });
    }
    return limits.map(({ windowMs }) => mostInWindow(accepted, windowMs));
  }

  it('sliding windows keep every limit in every window, and allow all that each limit allows', () => {
    expect(fullest(new SlidingWindows(LIMITS), LIMITS)).toEqual([3, 10]);
  });

  it('control: a fixed window exceeds its limit', () => {
    const limit = { reads: 10, windowMs: 60_000 };
    expect(fullest(tumblingWindow(limit), [limit])[0]).toBeGreaterThan(10);
  });

  it('a refused read gets the time to wait, and does not extend it', () => {
    const windows = new SlidingWindows([{ reads: 1, windowMs: 1_000 }]);
    expect([0, 400, 999, 1_000].map((nowMs) => windows.admit(nowMs))).toEqual([0, 600, 1, 0]);
  });

  it('without limits every read is accepted', () => {
    const windows = new SlidingWindows([]);
    expect([0, 0, 0, 0].map((nowMs) => windows.admit(nowMs))).toEqual([0, 0, 0, 0]);
  });
});

describe('parseLimit', () => {
  it('a limit consists of a count and a length, and nothing else is accepted', () => {
    expect(parseLimit('30/1m')).toEqual({ reads: 30, windowMs: 60_000 });
    for (const text of ['', '30', '0/1m', '30/', '30/0s', '30/1x', '-1/1m', '30/1m ']) {
      expect(parseLimit(text), text).toBeUndefined();
    }
  });
});
