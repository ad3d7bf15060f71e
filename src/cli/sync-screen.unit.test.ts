import { describe, expect, it } from 'vitest';
import { NOWHERE, supplierAt } from '../../test/support/supply/supplier-at.ts';
import type { Supplier, SupplierStatus, SyncStatus } from '../modules/supply/index.ts';
import { drawSync } from './sync-screen.ts';

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

function draw(
  status: Partial<SupplierStatus> = {},
  supplier: Partial<Supplier> = {},
  removed: SyncStatus['removed'] = [],
): string[] {
  const told = { status: 'running' as const, now: NOW, suppliers: [{ ...STATUS, ...status }], removed };
  return drawSync(told, [{ ...TOURS, ...supplier }]);
}

describe('holdfast sync', () => {
  it('draws how far a supplier is, and what is left at the rate its limits allow', () => {
    expect(draw()).toEqual([
      'city-tours  running',
      '  ███████████████░░░░░░░░░░░░░░░  50 %  31 of 62 as young as asked, 31 to pull',
      '  budget    30 of 30/1m; next pull in 12 s',
      '  left      about 2 min',
      '  oldest    2026-12-19T08:00:00Z',
      '',
    ]);
  });

  it('says when there is no end to it, when it stands still, and when nothing is left', () => {
    const left = (lines: string[]) => lines.find((line) => line.startsWith('  left'))?.slice(12);
    const often = { cadence: [{ days: [0, 30], everyMs: 60_000 }] } as const;
    expect(left(draw({}, often))).toBe('no end: 89,280 pulls a day are asked for, and 43,200 allowed');
    expect(left(draw({ status: 'paused', next_pull_at: null }))).toBe('stands still while it is paused');
    expect(left(draw({ backlog: 0 }))).toBe('nothing');
    const half = { cadence: [{ days: [0, 14], everyMs: 120_000 }] } as const;
    expect(left(draw({}, half))).toBe('2 min at least, about 3 min with what grows old meanwhile');
  });

  it('tells when the next pull is, and that none is due where nothing is left to pull', () => {
    const next = (lines: string[]) => lines.find((line) => line.startsWith('  budget'))?.split('; ')[1];
    expect(next(draw({ next_pull_at: NOW }))).toBe('next pull now');
    expect(next(draw({ next_pull_at: NOW, backlog: 0 }))).toBe('nothing is due');
    expect(next(draw({ backlog: 0 }))).toBe('next pull in 12 s');
    expect(next(draw({ next_pull_at: null, backlog: 0 }))).toBe('no pull before it is resumed');
  });

  it('tells what a supplier was not told, and why, also of one that is not configured any more', () => {
    const write_backs = { waiting: 2, parked: 1_000, reason: 'rejected: answered 422' };
    expect(draw({ write_backs }, {}, [{ id: 'old-tours', untold: 3 }]).slice(5)).toEqual([
      '  bookings  2 to be sent, 1,000 set aside',
      '            rejected: answered 422',
      '',
      'old-tours  not configured any more',
      '  bookings  3 it was not told of',
      '',
    ]);
  });

  it('tells the last error on one line, whatever it is', () => {
    const lines = draw({ last_error: `14/2026-12-20: \x1b[2Jbad\n${'x'.repeat(100)}`, last_error_at: NOW });
    const error = lines.find((line) => line.startsWith('  error'));
    expect(error).toMatch(/^ {2}error {5}2026-12-20T08:00:00Z {2}14\/2026-12-20: {2}\[2Jbad x+…$/);
  });
});
