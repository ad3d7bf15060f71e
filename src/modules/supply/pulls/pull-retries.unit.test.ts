import { describe, expect, it } from 'vitest';
import { supplierAt } from '../../../../test/support/supply/supplier-at.ts';
import { tuningFor } from '../leader/sync-tuning.ts';
import { EVERYTHING, productDate } from '../supplier/partition.ts';
import { PullRetries } from './pull-retries.ts';

const NOW_MS = Date.parse('2026-12-02T17:00:00Z');
const TODAY = productDate(14, '2026-12-03');
const NEXT_WEEK = productDate(14, '2026-12-10');
const MINUTE_MS = 60_000;
const FAILED = { kind: 'failed', retryAfterMs: undefined } as const;

const TOURS = supplierAt('http://127.0.0.1', 'per-date', {
  products: [14],
  timeZone: 'Asia/Singapore',
  cadence: [
    { days: [0, 0], everyMs: 2 * MINUTE_MS },
    { days: [1, 30], everyMs: 240 * MINUTE_MS },
  ],
});

/** With the tuning in service, and without jitter. */
const retriesOf = (supplier = TOURS) => new PullRetries(supplier, tuningFor(supplier, {}), () => 1);
const venue = (pulls: number) =>
  supplierAt('http://127.0.0.1', 'snapshot', { products: [], pullLimits: [{ pulls, windowMs: 60 * MINUTE_MS }] });

describe('PullRetries', () => {
  it('failures of a partition back off from one second to five minutes, and those of others do not count', () => {
    const retries = retriesOf();
    const delays = Array.from({ length: 11 }, () => retries.unstored(TODAY, FAILED, NOW_MS) - NOW_MS);
    expect(delays.map((ms) => ms / 1_000)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    expect(retries.unstored(NEXT_WEEK, FAILED, NOW_MS)).toBe(NOW_MS + 1_000);
  });

  it('a stored or an unconfirmed answer ends a series of failures', () => {
    const retries = retriesOf();
    for (const answer of [
      () => retries.stored(TODAY),
      () => retries.unstored(TODAY, { kind: 'unconfirmed' }, NOW_MS),
    ]) {
      retries.unstored(TODAY, FAILED, NOW_MS);
      expect(retries.unstored(TODAY, FAILED, NOW_MS)).toBe(NOW_MS + 2_000);
      answer();
      expect(retries.unstored(TODAY, FAILED, NOW_MS)).toBe(NOW_MS + 1_000);
      retries.stored(TODAY);
    }
  });

  it('a partition is due at the time that the supplier names, after any number of failures', () => {
    const retries = retriesOf();
    for (let count = 0; count < 8; count += 1) retries.unstored(TODAY, FAILED, NOW_MS);
    for (const retryAfterMs of [40, 3_000, 3_540_000]) {
      expect(retries.unstored(TODAY, { kind: 'failed', retryAfterMs }, NOW_MS)).toBe(NOW_MS + retryAfterMs);
    }
  });

  it.each([
    ['a date with a cadence of two minutes', TOURS, TODAY, 2],
    ['a date with a cadence of four hours', TOURS, NEXT_WEEK, 5],
    ['a snapshot that may be pulled once a minute', venue(60), EVERYTHING, 1],
    ['a snapshot that may be pulled once an hour', venue(1), EVERYTHING, 5],
  ])('an unconfirmed answer of %s is pulled again after its own cadence, at most five minutes', (...given) => {
    const [, supplier, partition, minutes] = given;
    expect(retriesOf(supplier).unstored(partition, { kind: 'unconfirmed' }, NOW_MS) - NOW_MS).toBe(minutes * MINUTE_MS);
  });

  it('an answer that came too late to be stored leaves its partition due', () => {
    expect(retriesOf().unstored(TODAY, { kind: 'older' }, NOW_MS)).toBe(NOW_MS);
  });
});
