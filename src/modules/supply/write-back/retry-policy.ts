import type { UpstreamId } from '../adapters/adapter.ts';
import { type BackOff, retryDelayMs } from '../supplier/retry-delay.ts';

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

export interface RetryPolicy extends BackOff {
  /** Number of consecutive failures after which an entry is parked, until a person looks at it. */
  readonly maxAttempts: number;
}

/** Takes about an hour and a half until an entry is parked, on average. */
export const RETRY_POLICY: RetryPolicy = { baseMs: 500, capMs: 60_000, maxAttempts: 130 };

/**
 * Delay before the next attempt, in milliseconds, by the rule of `retryDelayMs`.
 *
 * @param attempt number of consecutive failures, this one included
 * @param random in [0, 1)
 * @returns `park` after the last attempt
 */
export function delayAfterFailure(
  attempt: number,
  random: number,
  retryAfterMs: number | undefined,
  policy: RetryPolicy,
): number | 'park' {
  return attempt >= policy.maxAttempts ? 'park' : retryDelayMs(attempt, random, retryAfterMs, policy);
}
