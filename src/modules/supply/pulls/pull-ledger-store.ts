import { sql } from 'kysely';
import type { Reader, Tx } from '../../../platform/db/database.ts';
import type { InstantText } from '../../../platform/time/instant.ts';
import { formatPartition, type Partition } from '../supplier/partition.ts';
import { type PullLimit, type Supplier, shortestTargetAgeMs } from '../supplier/supplier.ts';

/** A pull that may be sent. It is open, and counts against the limits, until it is closed or its lease ends. */
export interface ReservedPull {
  readonly kind: 'reserved';
  readonly pullId: number;
  /** Time to wait before the request is sent, in milliseconds. */
  readonly sendAfterMs: number;
  /** A time before the request is sent. The answer is true as of this time. */
  readonly observedAt: InstantText;
}

export type PullReservation =
  | ReservedPull
  | { readonly kind: 'wait'; readonly waitMs: number }
  | { readonly kind: 'paused' }
  /** Another instance holds the leader lease now. */
  | { readonly kind: 'fenced' };

interface Row {
  readonly outcome: PullReservation['kind'];
  readonly pull_id: number;
  readonly reserved_at: InstantText;
  readonly wait_ms: number;
}

/**
 * Records a pull before it is sent, if all limits allow it. One statement.
 *
 * @param aheadMs how long before its place becomes free a pull may be reserved. At 0, each place stays unused while the
 *   sync wakes up, asks for it and waits for the disk
 */
export async function reservePull(
  tx: Tx,
  { id, pullLimits }: Pick<Supplier, 'id' | 'pullLimits'>,
  epoch: number,
  partition: Partition,
  leaseMs: number,
  aheadMs = 0,
): Promise<PullReservation> {
  const { rows } = await sql<Row>`
    select outcome, pull_id, reserved_at,
           case when wait_until > reserved_at then ceil(extract(epoch from wait_until - reserved_at) * 1000) else 0 end
             ::double precision as wait_ms
      from reserve_pull(${id}, ${epoch}, ${formatPartition(partition)}, ${pullsOf(pullLimits)}::integer[],
                        ${windowsOf(pullLimits)}::interval[], ${`${leaseMs} milliseconds`}::interval,
                        ${`${aheadMs} milliseconds`}::interval)`.execute(tx);
  const row = rows[0];
  if (!row) throw new Error('reserve_pull returned no row');
  if (row.outcome === 'reserved') {
    return { kind: 'reserved', pullId: row.pull_id, sendAfterMs: row.wait_ms, observedAt: row.reserved_at };
  }
  if (row.outcome === 'wait') return { kind: 'wait', waitMs: row.wait_ms };
  return { kind: row.outcome };
}

/** The number of pulls of each limit, for the SQL functions that take limits as two arrays. */
export function pullsOf(limits: readonly PullLimit[]): number[] {
  return limits.map(({ pulls }) => pulls);
}

/** The window of each limit as a PostgreSQL interval. */
export function windowsOf(limits: readonly PullLimit[]): string[] {
  return limits.map(({ windowMs }) => `${windowMs} milliseconds`);
}

/** Whether a supplier has a pull that is reserved and not closed, so that its request may still be sent or answered. */
export async function hasOpenPull(reader: Reader, supplierIds: readonly string[]): Promise<boolean> {
  const { rows } = await sql`
    select from pull
     where supplier_id = any(${supplierIds}::text[]) and outcome is null and open_until > holdfast_clock()
     limit 1`.execute(reader);
  return rows.length > 0;
}

/**
 * Closes a pull.
 *
 * @param answeredAfterMs time from before the pull was reserved until its answer began. The supplier has counted the
 *   pull by then, so its window starts there. `undefined` for a pull without an answer: the request may still be on its
 *   way, so its window starts at the end of its lease
 */
export async function closePull(
  tx: Tx,
  pullId: number,
  answeredAfterMs: number | undefined,
  outcome: string,
): Promise<void> {
  const answered = answeredAfterMs === undefined ? null : `${answeredAfterMs} milliseconds`;
  await sql`
    update pull set open_until = coalesce(reserved_at + ${answered}::interval, open_until), outcome = ${outcome}
     where id = ${pullId}`.execute(tx);
}

/** A supplier fails after so many failed pulls in a row. */
const FAILING_AFTER_PULLS = 10;
/** A supplier fails when no pull has succeeded for N times its shortest target age. */
const FAILING_AFTER_TARGETS = 3;

/**
 * Stores a supplier's last error, and blocks its pulls for as long as the supplier asked.
 *
 * @returns whether the supplier fails from now on
 */
export async function recordFailure(
  tx: Tx,
  supplier: Supplier,
  message: string,
  retryAfterMs: number | undefined,
): Promise<boolean> {
  const failingAfter = `${FAILING_AFTER_TARGETS * shortestTargetAgeMs(supplier)} milliseconds`;
  const { rows } = await sql<{ beginsToFail: boolean }>`
    with before as (select failing_since from supplier where id = ${supplier.id} for no key update)
    update supplier
       set last_error = ${message}, last_error_at = clock.now, failures = failures + 1,
           failures_began_at = coalesce(failures_began_at, clock.now),
           failing_since = case when failures + 1 >= ${FAILING_AFTER_PULLS}
                                  or failures_began_at <= clock.now - ${failingAfter}::interval
                                then coalesce(supplier.failing_since, clock.now) else supplier.failing_since end,
           blocked_until = greatest(blocked_until, clock.now + ${`${retryAfterMs ?? 0} milliseconds`}::interval)
      from before, (select holdfast_clock() as now) clock
     where id = ${supplier.id}
    returning supplier.failing_since is not null and before.failing_since is null as "beginsToFail"`.execute(tx);
  return rows[0]?.beginsToFail ?? false;
}

/** Notes that a pull has succeeded. It writes only after failures. @returns whether the supplier has failed until now */
export async function recordSuccess(tx: Tx, supplierId: string): Promise<boolean> {
  const { rows } = await sql<{ hasFailed: boolean }>`
    with before as (select failing_since from supplier where id = ${supplierId} and failures > 0 for no key update)
    update supplier set failures = 0, failures_began_at = null, failing_since = null
      from before where id = ${supplierId}
    returning before.failing_since is not null as "hasFailed"`.execute(tx);
  return rows[0]?.hasFailed ?? false;
}

/** Deletes pulls that have been outside every window for a day. */
export async function deleteOldPulls(tx: Tx, { id, pullLimits }: Pick<Supplier, 'id' | 'pullLimits'>): Promise<void> {
  const longestMs = Math.max(...pullLimits.map(({ windowMs }) => windowMs));
  await sql`
    delete from pull
     where supplier_id = ${id}
       and open_until < holdfast_clock() - ${`${longestMs} milliseconds`}::interval - interval '1 day'`.execute(tx);
}
