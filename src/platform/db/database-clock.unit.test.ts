import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SampledClock } from './database-clock.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const DELAY = fc.integer({ min: 0, max: 5_000 });

it('earliestMs and latestMs enclose the database’s time, whenever during the round trip it was read', () => {
  const trip = fc.record({ toDatabaseMs: DELAY, backMs: DELAY, laterMs: DELAY, skewMs: fc.integer() });
  fc.assert(
    fc.property(trip, ({ toDatabaseMs, backMs, laterMs, skewMs }) => {
      const databaseMs = () => performance.now() + skewMs;
      const clock = new SampledClock();
      const askedAt = performance.now();
      vi.advanceTimersByTime(toDatabaseMs);
      const read = databaseMs();
      vi.advanceTimersByTime(backMs);
      clock.sample(read, askedAt);
      vi.advanceTimersByTime(laterMs);
      expect(clock.earliestMs()).toBeLessThanOrEqual(databaseMs());
      expect(clock.latestMs()).toBeGreaterThanOrEqual(databaseMs());
      expect(clock.latestMs() - clock.earliestMs()).toBe(toDatabaseMs + backMs);
    }),
  );
});

it('the clock continues by the monotonic clock, whatever the machine’s wall clock does', () => {
  const clock = new SampledClock();
  clock.sample(1_000_000, performance.now());
  vi.advanceTimersByTime(500);
  vi.setSystemTime(0);
  expect([clock.earliestMs(), clock.latestMs()]).toEqual([1_000_500, 1_000_500]);
});

it('before the first sample the clock shows the machine’s own time', () => {
  vi.setSystemTime(1_234_567);
  expect(new SampledClock().latestMs()).toBe(1_234_567);
});
