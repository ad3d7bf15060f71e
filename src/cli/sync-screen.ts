import { pullsPerDay, type Supplier, type SupplierStatus, type SyncStatus } from '../modules/supply/index.ts';
import { toBar } from '../platform/progress-bar.ts';

const DAY_MS = 86_400_000;

/** The lines of the sync screen, for a terminal of 80 columns or more. */
export function syncScreen(
  { suppliers: statuses, removed, now }: SyncStatus,
  suppliers: readonly Supplier[],
): string[] {
  const configured = statuses.flatMap((status) => {
    const supplier = suppliers.find(({ id }) => id === status.id);
    return supplier ? [...supplierLines(status, supplier, Date.parse(now)), ''] : [];
  });
  const unconfigured = removed.flatMap(({ id, unsent }) => [
    `${id}  no longer configured`,
    `  bookings  ${count(unsent)} not sent`,
    '',
  ]);
  return [...configured, ...unconfigured];
}

function supplierLines(status: SupplierStatus, supplier: Supplier, nowMs: number): string[] {
  const { id, total, done, backlog, pull_limits, pulls_in_windows, last_error, last_error_at } = status;
  const share = total === 0 ? 1 : done / total;
  const used = pull_limits.map((limit, index) => `${pulls_in_windows[index] ?? 0} of ${limit}`);
  const { waiting, parked, reason } = status.write_backs;
  const lines = [
    `${id}  ${status.status}`,
    `  ${toBar(share)} ${percent(share)}  ${count(done)} of ${count(total)} fresh enough, ${count(backlog)} to pull`,
    `  budget    ${used.join(', ')}; ${nextPull(status, nowMs)}`,
    `  left      ${timeLeft(status, supplier, nowMs)}`,
    `  oldest    ${status.oldest_observed_at ?? 'nothing pulled yet'}`,
  ];
  if (waiting + parked > 0) lines.push(`  bookings  ${count(waiting)} to be sent, ${count(parked)} parked`);
  if (reason !== null) lines.push(`            ${singleLine(reason)}`);
  if (last_error !== null) lines.push(`  error     ${last_error_at ?? ''}  ${singleLine(last_error)}`);
  return lines;
}

/**
 * The time until the backlog is empty: the least time the limits allow, and an estimate that includes the partitions
 * that become due meanwhile. If the cadence requires more pulls than the limits allow, the backlog is never empty.
 */
function timeLeft({ backlog, status, next_pull_at }: SupplierStatus, supplier: Supplier, nowMs: number): string {
  if (backlog === 0) return 'nothing';
  if (status === 'paused' || next_pull_at === null) return 'no progress while paused';
  const allowed = pullsPerDay(supplier);
  const required = requiredPullsPerDay(supplier);
  if (required > allowed) {
    return `no end: ${count(Math.round(required))} pulls a day required, ${count(Math.floor(allowed))} allowed`;
  }
  const waitMs = Math.max(0, Date.parse(next_pull_at) - nowMs);
  // The share of the pulls that is not needed for partitions that become due meanwhile.
  const spareShare = required < allowed ? 1 - required / allowed : 1;
  const least = roundedUp(waitMs + ((backlog - 1) / allowed) * DAY_MS);
  const estimate = roundedUp(waitMs + ((backlog - 1) / (allowed * spareShare)) * DAY_MS);
  return least === estimate ? `about ${least}` : `at least ${least}, about ${estimate} with what becomes due meanwhile`;
}

function requiredPullsPerDay({ products, cadence }: Supplier): number {
  const perProduct = cadence.reduce(
    (sum, { days: [first, last], everyMs }) => sum + ((last - first + 1) * DAY_MS) / everyMs,
    0,
  );
  return products.length * perProduct;
}

/** A duration in its two greatest units, rounded up. */
function roundedUp(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function nextPull({ next_pull_at, backlog }: SupplierStatus, nowMs: number): string {
  if (next_pull_at === null) return 'no pull until resumed';
  const waitMs = Date.parse(next_pull_at) - nowMs;
  if (waitMs > 0) return `next pull in ${roundedUp(waitMs)}`;
  // The limits allow a pull, but it is only made if a partition is due.
  return backlog === 0 ? 'nothing is due' : 'next pull now';
}

function percent(share: number): string {
  return `${String(Math.floor(share * 100)).padStart(3)} %`;
}

function count(number: number): string {
  return number.toLocaleString('en');
}

/** Shortens a supplier's text, and removes the characters that could move the cursor. */
function singleLine(text: string): string {
  const line = text.replaceAll(/\p{C}+/gu, ' ');
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
