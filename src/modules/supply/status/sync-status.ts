import { type Reader, readClock } from '../../../platform/db/database.ts';
import { formatDuration } from '../../../platform/time/duration.ts';
import { type InstantText, secondsOfMs, toSeconds } from '../../../platform/time/instant.ts';
import { readRemoved } from '../leader/withdrawal-store.ts';
import { readNextPull } from '../pulls/next-pull-store.ts';
import type { PullLimit, Supplier } from '../supplier/supplier.ts';
import { readPullsInWindows, readSyncProgress } from './sync-status-store.ts';

/** The sync of one supplier; sync-schemas.ts describes the fields. */
export interface SupplierStatus {
  readonly id: string;
  readonly status: SyncState;
  readonly pull_limits: readonly string[];
  readonly pulls_in_window: number;
  readonly pulls_in_windows: readonly number[];
  readonly next_pull_at: string | null;
  readonly backlog: number;
  readonly done: number;
  readonly total: number;
  readonly last_pull_at: string | null;
  readonly last_error: string | null;
  readonly last_error_at: string | null;
  readonly oldest_observed_at: string | null;
  readonly write_backs: {
    readonly waiting: number;
    readonly parked: number;
    readonly reason: string | null;
  };
}

export type SyncState = 'running' | 'paused';

export interface SyncStatus {
  readonly status: SyncState;
  readonly now: string;
  readonly suppliers: readonly SupplierStatus[];
  readonly removed: readonly { readonly id: string; readonly unsent: number }[];
}

export async function readSyncStatus(reader: Reader, suppliers: readonly Supplier[]): Promise<SyncStatus> {
  const configuredIds = suppliers.map(({ id }) => id);
  const [statuses, removed, now] = await Promise.all([
    Promise.all(suppliers.map((supplier) => readSupplierStatus(reader, supplier))),
    readRemoved(reader, configuredIds),
    readClock(reader),
  ]);
  return {
    status: overallState(statuses.map(({ status }) => status)),
    now: toSeconds(now),
    suppliers: statuses,
    removed: removed.filter(({ unsent }) => unsent > 0).map(({ id, unsent }) => ({ id, unsent })),
  };
}

/** `paused` if all suppliers are paused, and there is at least one. */
export function overallState(states: readonly SyncState[]): SyncState {
  return states.length > 0 && states.every((state) => state === 'paused') ? 'paused' : 'running';
}

export function toSyncState(isPaused: boolean | undefined): SyncState {
  return isPaused ? 'paused' : 'running';
}

async function readSupplierStatus(reader: Reader, supplier: Supplier): Promise<SupplierStatus> {
  const [pulls, progress, { nextMs }] = await Promise.all([
    readPullsInWindows(reader, supplier),
    readSyncProgress(reader, supplier),
    readNextPull(reader, supplier),
  ]);
  return {
    id: supplier.id,
    status: toSyncState(progress.paused),
    pull_limits: supplier.pullLimits.map(formatLimit),
    pulls_in_window: pulls[indexOfTightest(supplier.pullLimits, pulls)] ?? 0,
    pulls_in_windows: pulls,
    next_pull_at: nextMs === undefined ? null : secondsOfMs(nextMs),
    backlog: progress.total - progress.done,
    done: progress.done,
    total: progress.total,
    last_pull_at: secondsOrNull(progress.last_pull_at),
    last_error: progress.last_error,
    last_error_at: secondsOrNull(progress.last_error_at),
    oldest_observed_at: secondsOrNull(progress.oldest_observed_at),
    write_backs: { waiting: progress.waiting, parked: progress.parked, reason: progress.write_back_reason },
  };
}

export function formatLimit({ pulls, windowMs }: PullLimit): string {
  return `${pulls}/${formatDuration(windowMs)}`;
}

/** The index of the limit that is nearest to being used up; of several equally near ones, the longest. */
function indexOfTightest(limits: readonly PullLimit[], pulls: readonly number[]): number {
  const usedShare = (index: number) => (pulls[index] ?? 0) / (limits[index]?.pulls ?? 1);
  return limits
    .map((limit, index) => ({ index, windowMs: limit.windowMs }))
    .reduce((a, b) => {
      const difference = usedShare(b.index) - usedShare(a.index);
      return difference > 0 || (difference === 0 && b.windowMs > a.windowMs) ? b : a;
    }).index;
}

function secondsOrNull(instant: InstantText | null): string | null {
  return instant === null ? null : toSeconds(instant);
}
