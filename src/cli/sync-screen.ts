import { pullsPerDay, type Supplier, type SupplierStatus, type SyncStatus } from '../modules/supply/index.ts';
import { toBar } from '../platform/progress-bar.ts';

const DAY_MS = 86_400_000;

/** How far the sync is, in lines for a terminal of 80 columns or more. */
export function drawSync({ suppliers: told, removed, now }: SyncStatus, suppliers: readonly Supplier[]): string[] {
  const drawn = told.flatMap((status) => {
    const supplier = suppliers.find(({ id }) => id === status.id);
    return supplier ? [...drawSupplier(status, supplier, Date.parse(now)), ''] : [];
  });
  const left = removed.flatMap(({ id, untold }) => [
    `${id}  not configured any more`,
    `  bookings  ${count(untold)} it was not told of`,
    '',
  ]);
  return [...drawn, ...left];
}

function drawSupplier(status: SupplierStatus, supplier: Supplier, nowMs: number): string[] {
  const { id, total, done, backlog, pull_limits, pulls_in_windows, last_error, last_error_at } = status;
  const part = total === 0 ? 1 : done / total;
  const used = pull_limits.map((limit, place) => `${pulls_in_windows[place] ?? 0} of ${limit}`);
  const { waiting, parked, reason } = status.write_backs;
  const lines = [
    `${id}  ${status.status}`,
    `  ${toBar(part)} ${percent(part)}  ${count(done)} of ${count(total)} as young as asked, ${count(backlog)} to pull`,
    `  budget    ${used.join(', ')}; ${sayNext(status, nowMs)}`,
    `  left      ${sayLeft(status, supplier, nowMs)}`,
    `  oldest    ${status.oldest_observed_at ?? 'nothing is known yet'}`,
  ];
  if (waiting + parked > 0) lines.push(`  bookings  ${count(waiting)} to be sent, ${count(parked)} set aside`);
  if (reason !== null) lines.push(`            ${onOneLine(reason)}`);
  if (last_error !== null) lines.push(`  error     ${last_error_at ?? ''}  ${onOneLine(last_error)}`);
  return lines;
}

/**
 * What the limits allow at best. Parts grow old meanwhile: where more is asked for than the limits allow, the backlog
 * never comes to nothing, and that is what is said.
 */
function sayLeft({ backlog, status, next_pull_at }: SupplierStatus, supplier: Supplier, nowMs: number): string {
  if (backlog === 0) return 'nothing';
  if (status === 'paused' || next_pull_at === null) return 'stands still while it is paused';
  const perDay = pullsPerDay(supplier);
  const asked = askedPerDay(supplier);
  if (asked > perDay) {
    return `no end: ${count(Math.round(asked))} pulls a day are asked for, and ${count(Math.floor(perDay))} allowed`;
  }
  const waitMs = Math.max(0, Date.parse(next_pull_at) - nowMs);
  // Meanwhile others grow old, and take their share of the pulls.
  const share = asked < perDay ? 1 - asked / perDay : 1;
  const leastMs = waitMs + ((backlog - 1) / perDay) * DAY_MS;
  const withOthersMs = waitMs + ((backlog - 1) / (perDay * share)) * DAY_MS;
  const least = sayDuration(leastMs);
  const most = sayDuration(withOthersMs);
  return least === most ? `about ${least}` : `${least} at least, about ${most} with what grows old meanwhile`;
}

function askedPerDay({ products, cadence }: Supplier): number {
  const perProduct = cadence.reduce(
    (sum, { days: [first, last], everyMs }) => sum + ((last - first + 1) * DAY_MS) / everyMs,
    0,
  );
  return products.length * perProduct;
}

function sayDuration(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function sayNext({ next_pull_at, backlog }: SupplierStatus, nowMs: number): string {
  if (next_pull_at === null) return 'no pull before it is resumed';
  const waitMs = Date.parse(next_pull_at) - nowMs;
  if (waitMs > 0) return `next pull in ${sayDuration(waitMs)}`;
  // The budget is free, and that alone causes no pull.
  return backlog === 0 ? 'nothing is due' : 'next pull now';
}

function percent(part: number): string {
  return `${String(Math.floor(part * 100)).padStart(3)} %`;
}

function count(number: number): string {
  return number.toLocaleString('en');
}

/** What a supplier sends must not move the cursor. */
function onOneLine(text: string): string {
  const line = text.replaceAll(/\p{C}+/gu, ' ');
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
