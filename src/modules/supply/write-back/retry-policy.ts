import type { UpstreamId } from '../adapters/adapter.ts';

/** What a queue entry says of a booking, as far as it decides what is to be done next. */
export interface WriteBackState {
  readonly wanted: 'booked' | 'cancelled';
  /** Whether the supplier was ever sent the booking: then it may hold it, whatever we were told. */
  readonly wasSent: boolean;
  /** Under which id the supplier holds it, where we know. */
  readonly upstreamId: UpstreamId | null;
}

/** `book` is safe for as often as it takes, since the key stays the same. */
export type NextStep =
  | { readonly kind: 'book' }
  | { readonly kind: 'cancel'; readonly id: UpstreamId }
  | { readonly kind: 'finish' };

/**
 * A booking that is not wanted any more, but may be held under an id that never reached us, is booked again: under
 * its key that has no second effect, and the answer is the id to cancel. No cancellation overtakes its booking so.
 */
export function nextStep({ wanted, wasSent, upstreamId }: WriteBackState): NextStep {
  if (wanted === 'booked') return { kind: 'book' };
  if (!wasSent) return { kind: 'finish' };
  return upstreamId === null ? { kind: 'book' } : { kind: 'cancel', id: upstreamId };
}

export interface RetryPolicy {
  readonly baseMs: number;
  readonly capMs: number;
  /** After so many attempts in a row that failed, an entry waits for a person. */
  readonly maxAttempts: number;
}

/** About an hour and a half, on average. */
export const RETRY_POLICY: RetryPolicy = { baseMs: 500, capMs: 60_000, maxAttempts: 200 };

/**
 * How long after its `attempt`th failure in a row an entry is tried again: anything up to a ceiling that doubles, so
 * that what failed together does not come back together; and not before the supplier asks for it.
 *
 * @param random in [0, 1)
 * @returns `park` when it was the last attempt
 */
export function afterFailure(
  attempt: number,
  random: number,
  retryAfterMs: number | undefined,
  { baseMs, capMs, maxAttempts }: RetryPolicy,
): number | 'park' {
  if (attempt >= maxAttempts) return 'park';
  const ceilingMs = Math.min(capMs, baseMs * 2 ** (attempt - 1));
  return Math.max(Math.ceil(random * ceilingMs), retryAfterMs ?? 0);
}

/** A confirmed booking of a slot, as far as it decides who gets a unit. */
export interface Claim {
  readonly id: number;
  /** When its confirmation had its turn; microseconds since 1970, or anything else that sorts. */
  readonly decidedAt: bigint;
  readonly quantity: number;
}

/**
 * The rule of conflicts: who of those that claim a slot gets `units` of it. The earlier confirmation goes first, of
 * equal ones the lower id, and whoever asks for more than is left gets nothing and is in nobody's way.
 *
 * @returns the ids of the winners, in the order of the rule
 */
export function settle(claims: readonly Claim[], units: number): number[] {
  const inOrder = claims.toSorted((a, b) => Number(a.decidedAt - b.decidedAt) || a.id - b.id);
  let left = units;
  return inOrder.flatMap(({ id, quantity }) => {
    if (quantity > left) return [];
    left -= quantity;
    return [id];
  });
}
