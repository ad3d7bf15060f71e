import { type Reader, readClock } from '../../../platform/db/database.ts';
import { formatDuration } from '../../../platform/time/duration.ts';
import { type InstantText, secondsOfMs, toSeconds } from '../../../platform/time/instant.ts';
import type { PullLimit, Supplier } from '../supplier/supplier.ts';
import { readNextPull } from './next-pull-store.ts';
import { readProgress, readWindows } from './sync-status-store.ts';
import { readRemoved } from './withdrawal-store.ts';

export interface SupplierStatus {
  readonly id: string;
  readonly status: SyncState;
  readonly pull_limits: readonly string[];
  /** Under the limit that is nearest to being used up; of those that are equally near, the longest. */
  readonly pulls_in_window: number;
  /** Under each of the limits, in their order. */
  readonly pulls_in_windows: readonly number[];
  readonly next_pull_at: string | null;
  /** Parts that are known less well than asked, those that are known as well as that, and both together. */
  readonly backlog: number;
  readonly done: number;
  readonly total: number;
  readonly last_pull_at: string | null;
  readonly last_error: string | null;
  readonly last_error_at: string | null;
  /** Of the parts that are known at all. */
  readonly oldest_observed_at: string | null;
  readonly write_backs: {
    readonly waiting: number;
    readonly parked: number;
    /** Why one is parked, else why one has to wait. */
    readonly reason: string | null;
  };
}

export type SyncState = 'running' | 'paused';

export interface SyncStatus {
  /** `paused` when all suppliers are. */
  readonly status: SyncState;
  /** By the database's clock, which all the other times are by. */
  readonly now: string;
  readonly suppliers: readonly SupplierStatus[];
  /** Suppliers that are not configured any more, and were not told of everything. */
  readonly removed: readonly { readonly id: string; readonly untold: number }[];
}

export async function readSyncStatus(reader: Reader, suppliers: readonly Supplier[]): Promise<SyncStatus> {
  const configuredIds = suppliers.map(({ id }) => id);
  const [read, removed, now] = await Promise.all([
    Promise.all(suppliers.map((supplier) => readSupplierStatus(reader, supplier))),
    readRemoved(reader, configuredIds),
    readClock(reader),
  ]);
  return {
    status: overall(read.map(({ status }) => status)),
    now: toSeconds(now),
    suppliers: read,
    removed: removed.filter(({ untold }) => untold > 0).map(({ id, untold }) => ({ id, untold })),
  };
}

/** Of all together: one that runs is enough. */
export function overall(states: readonly SyncState[]): SyncState {
  return states.length > 0 && states.every((state) => state === 'paused') ? 'paused' : 'running';
}

export function stateOf(paused: boolean | undefined): SyncState {
  return paused ? 'paused' : 'running';
}

async function readSupplierStatus(reader: Reader, supplier: Supplier): Promise<SupplierStatus> {
  const [windows, progress, { nextMs }] = await Promise.all([
    readWindows(reader, supplier),
    readProgress(reader, supplier),
    readNextPull(reader, supplier),
  ]);
  return {
    id: supplier.id,
    status: stateOf(progress.paused),
    pull_limits: supplier.pullLimits.map(writeLimit),
    pulls_in_window: windows[nearestLimit(supplier.pullLimits, windows)] ?? 0,
    pulls_in_windows: windows,
    next_pull_at: nextMs === undefined ? null : secondsOfMs(nextMs),
    backlog: progress.total - progress.done,
    done: progress.done,
    total: progress.total,
    last_pull_at: secondsOrNull(progress.last_pull_at),
    last_error: progress.last_error,
    last_error_at: secondsOrNull(progress.last_error_at),
    oldest_observed_at: secondsOrNull(progress.oldest_observed_at),
    write_backs: { waiting: progress.waiting, parked: progress.parked, reason: progress.untold_because },
  };
}

function writeLimit({ pulls, windowMs }: PullLimit): string {
  return `${pulls}/${formatDuration(windowMs)}`;
}

function nearestLimit(limits: readonly PullLimit[], used: readonly number[]): number {
  const nearness = (place: number) => (used[place] ?? 0) / (limits[place]?.pulls ?? 1);
  return limits
    .map((limit, place) => ({ place, windowMs: limit.windowMs }))
    .reduce((a, b) => {
      const difference = nearness(b.place) - nearness(a.place);
      return difference > 0 || (difference === 0 && b.windowMs > a.windowMs) ? b : a;
    }).place;
}

function secondsOrNull(instant: InstantText | null): string | null {
  return instant === null ? null : toSeconds(instant);
}
