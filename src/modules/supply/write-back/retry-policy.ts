import type { UpstreamId } from '../adapters/adapter.ts';

/** The part of a write-back that decides its next step. */
export interface WriteBackState {
  readonly desiredState: 'booked' | 'cancelled';
  /** Whether the booking was ever sent. If so, the supplier may hold it, even without an acknowledgement. */
  readonly wasSent: boolean;
  /** The supplier's id of the booking; `null` while it is unknown. */
  readonly upstreamId: UpstreamId | null;
}

/** `book` may be repeated, because the key stays the same. */
export type NextStep =
  | { readonly kind: 'book' }
  | { readonly kind: 'cancel'; readonly id: UpstreamId }
  | { readonly kind: 'finish' };

/**
 * Decides the next step of a write-back. A cancelled booking that was sent, but whose id is unknown, is booked again:
 * under its key that has no second effect, and the answer contains the id to cancel. So a cancellation never overtakes
 * its booking.
 */
export function nextStep({ desiredState, wasSent, upstreamId }: WriteBackState): NextStep {
  if (desiredState === 'booked') return { kind: 'book' };
  if (!wasSent) return { kind: 'finish' };
  return upstreamId === null ? { kind: 'book' } : { kind: 'cancel', id: upstreamId };
}

export interface RetryPolicy {
  readonly baseMs: number;
  readonly capMs: number;
  /** Number of consecutive failures after which an entry is parked, until a person looks at it. */
  readonly maxAttempts: number;
}

/** Takes about an hour and a half until an entry is parked, on average. */
export const RETRY_POLICY: RetryPolicy = { baseMs: 500, capMs: 60_000, maxAttempts: 200 };

/**
 * Delay before the next attempt, in milliseconds. It is random below a ceiling that doubles with each failure, so that
 * entries that failed together do not return together, and never below the wait that the supplier asked for.
 *
 * @param attempt number of consecutive failures, this one included
 * @param random in [0, 1)
 * @returns `park` after the last attempt
 */
export function delayAfterFailure(
  attempt: number,
  random: number,
  retryAfterMs: number | undefined,
  { baseMs, capMs, maxAttempts }: RetryPolicy,
): number | 'park' {
  if (attempt >= maxAttempts) return 'park';
  const ceilingMs = Math.min(capMs, baseMs * 2 ** (attempt - 1));
  return Math.max(Math.ceil(random * ceilingMs), retryAfterMs ?? 0);
}
