import { describe, expect, it } from 'vitest';
import { NOWHERE, supplierAt } from '../../test/support/supply/supplier-at.ts';
import type { Supplier, SupplierStatus, SyncStatus } from '../modules/supply/index.ts';
import { syncScreen } from './sync-screen.ts';

const NOW = '2026-12-20T08:00:00Z';
const TOURS = supplierAt(NOWHERE, 'per-date', {
  id: 'city-tours',
  cadence: [{ days: [0, 30], everyMs: 86_400_000 }],
});
const STATUS: SupplierStatus = {
  id: 'city-tours',
  status: 'running',
  pull_limits: ['30/1m'],
  pulls_in_window: 30,
  pulls_in_windows: [30],
  next_pull_at: '2026-12-20T08:00:12Z',
  backlog: 31,
  done: 31,
  total: 62,
  last_pull_at: NOW,
  last_error: null,
  last_error_at: null,
  oldest_observed_at: '2026-12-19T08:00:00Z',
  write_backs: { waiting: 0, parked: 0, reason: null },
};

function linesOf(
  status: Partial<SupplierStatus> = {},
  supplier: Partial<Supplier> = {},
  removed: SyncStatus['removed'] = [],
): string[] {
  const syncStatus = { status: 'running' as const, now: NOW, suppliers: [{ ...STATUS, ...status }], removed };
  return syncScreen(syncStatus, [{ ...TOURS, ...supplier }]);
}

describe('syncScreen', () => {
  it('the screen shows the progress of a supplier, and the time left at the rate of its limits', () => {
    expect(linesOf()).toEqual([
      'city-tours  running',
      '  ███████████████░░░░░░░░░░░░░░░  50 %  31 of 62 fresh enough, 31 to pull',
      '  budget    30 of 30/1m; next pull in 12 s',
      '  left      about 2 min',
      '  oldest    2026-12-19T08:00:00Z',
      '',
    ]);
  });

  it('the screen shows that the backlog has no end, makes no progress or is empty', () => {
    const left = (lines: string[]) => lines.find((line) => line.startsWith('  left'))?.slice(12);
    const often = { cadence: [{ days: [0, 30], everyMs: 60_000 }] } as const;
    expect(left(linesOf({}, often))).toBe('no end: 89,280 pulls a day required, 43,200 allowed');
    expect(left(linesOf({ status: 'paused', next_pull_at: null }))).toBe('no progress while paused');
    expect(left(linesOf({ backlog: 0 }))).toBe('nothing');
    const half = { cadence: [{ days: [0, 14], everyMs: 120_000 }] } as const;
    expect(left(linesOf({}, half))).toBe('at least 2 min, about 3 min with what becomes due meanwhile');
  });

  it('the screen shows when the next pull is, or that none is due or allowed', () => {
    const next = (lines: string[]) => lines.find((line) => line.startsWith('  budget'))?.split('; ')[1];
    expect(next(linesOf({ next_pull_at: NOW }))).toBe('next pull now');
    expect(next(linesOf({ next_pull_at: NOW, backlog: 0 }))).toBe('nothing is due');
    expect(next(linesOf({ backlog: 0 }))).toBe('next pull in 12 s');
    expect(next(linesOf({ next_pull_at: null, backlog: 0 }))).toBe('no pull until resumed');
  });

  it('the screen shows unsent bookings with their reason, also those of a supplier that is no longer configured', () => {
    const write_backs = { waiting: 2, parked: 1_000, reason: 'rejected: answered 422' };
    expect(linesOf({ write_backs }, {}, [{ id: 'old-tours', unsent: 3 }]).slice(5)).toEqual([
      '  bookings  2 to be sent, 1,000 parked',
      '            rejected: answered 422',
      '',
      'old-tours  no longer configured',
      '  bookings  3 not sent',
      '',
    ]);
  });

  it('the screen shows the last error on one line without control characters', () => {
    const lines = linesOf({ last_error: `14/2026-12-20: \x1b[2Jbad\n${'x'.repeat(100)}`, last_error_at: NOW });
    const error = lines.find((line) => line.startsWith('  error'));
    expect(error).toMatch(/^ {2}error {5}2026-12-20T08:00:00Z {2}14\/2026-12-20: {2}\[2Jbad x+…$/);
  });
});
