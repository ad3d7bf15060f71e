import { sql } from 'kysely';
import type { Tx } from '../../../platform/db/database.ts';
import type { InstantText } from '../../../platform/time/instant.ts';
import type { PullLimit, Supplier } from '../supplier/supplier.ts';

/** A pull that may be sent. It stays open, and counts, until it is closed or its lease ends. */
export interface ReservedPull {
  readonly kind: 'reserved';
  readonly pullId: number;
  /** How long to wait before it is sent. */
  readonly sendAfterMs: number;
  /** Before the request is sent: what its answer says is true as of then. */
  readonly observedAt: InstantText;
}

export type Reservation =
  | ReservedPull
  | { readonly kind: 'wait'; readonly waitMs: number }
  | { readonly kind: 'paused' }
  /** Another instance syncs this supplier now. */
  | { readonly kind: 'fenced' };

interface Row {
  readonly outcome: Reservation['kind'];
  readonly pull_id: number;
  readonly reserved_at: InstantText;
  readonly wait_ms: number;
}

/**
 * Writes a pull down before it is sent, if every limit has room for it.
 *
 * @param aheadMs how long before there is room it may be written down. Without that, each place stood empty from the
 *   moment it was free until somebody had been woken, asked for it and waited for the disk
 */
export async function reservePull(
  tx: Tx,
  { id, pullLimits }: Supplier,
  epoch: number,
  part: string,
  leaseMs: number,
  aheadMs = 0,
): Promise<Reservation> {
  const { rows } = await sql<Row>`
    select outcome, pull_id, reserved_at,
           case when wait_until > reserved_at then ceil(extract(epoch from wait_until - reserved_at) * 1000) else 0 end
             ::double precision as wait_ms
      from reserve_pull(${id}, ${epoch}, ${part}, ${pullLimits.map((limit) => limit.pulls)}::integer[],
                        ${windowsOf(pullLimits)}::interval[], ${`${leaseMs} milliseconds`}::interval,
                        ${`${aheadMs} milliseconds`}::interval)`.execute(tx);
  const row = rows[0];
  if (!row) throw new Error('the ledger did not answer');
  if (row.outcome === 'reserved') {
    return { kind: 'reserved', pullId: row.pull_id, sendAfterMs: row.wait_ms, observedAt: row.reserved_at };
  }
  if (row.outcome === 'wait') return { kind: 'wait', waitMs: row.wait_ms };
  return { kind: row.outcome };
}

/** The limits' lengths, as PostgreSQL's intervals. */
export function windowsOf(limits: readonly PullLimit[]): string[] {
  return limits.map(({ windowMs }) => `${windowMs} milliseconds`);
}

/**
 * Closes a pull.
 *
 * @param answeredAfterMs when its answer began, counted from before it was reserved; the supplier had it by then, and
 *   its window is counted from there. `undefined` for a pull without an answer: it may still be on its way, and counts
 *   from the end of its lease
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

/** Writes down what went wrong, and keeps away for as long as the supplier asked. */
export async function noteFailure(
  tx: Tx,
  supplierId: string,
  message: string,
  retryAfterMs: number | undefined,
): Promise<void> {
  await sql`
    update supplier
       set last_error = ${message}, last_error_at = holdfast_clock(),
           blocked_until = greatest(blocked_until, holdfast_clock() + ${`${retryAfterMs ?? 0} milliseconds`}::interval)
     where id = ${supplierId}`.execute(tx);
}

/** Forgets pulls that no window has counted for a day. */
export async function forgetPulls(tx: Tx, { id, pullLimits }: Supplier): Promise<void> {
  const longestMs = Math.max(...pullLimits.map(({ windowMs }) => windowMs));
  await sql`
    delete from pull
     where supplier_id = ${id}
       and open_until < holdfast_clock() - ${`${longestMs} milliseconds`}::interval - interval '1 day'`.execute(tx);
}
