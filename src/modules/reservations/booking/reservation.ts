import type { Id } from '../../../platform/ids.ts';
import type { InstantText } from '../../../platform/time/instant.ts';
import type { Price } from '../../inventory/index.ts';
import { AlreadyEnded, ForeignClient, HoldCannotGrow, HoldExpired, NotHeld } from './reservation-failures.ts';

export type Status = 'held' | 'confirmed' | 'cancelled' | 'expired' | 'conflict';

/** A client's claim on a slot. Times are UTC, to the microsecond. */
export interface Reservation {
  readonly reservation_id: Id;
  readonly slot_id: Id;
  readonly provider_id: Id | null;
  readonly client_id: Id;
  readonly quantity: number;
  readonly status: Status;
  readonly start_time: InstantText;
  readonly end_time: InstantText;
  readonly created_at: InstantText;
  readonly expires_at: InstantText;
  readonly confirmed_at: InstantText | null;
  /** Of one unit, when it was held; `null` when that was free. */
  readonly price: Price | null;
  /** What is reserved, where the provider does not say it. */
  readonly name: string | null;
  /** Of which types its units are; `null` where the slot has none. */
  readonly pax: readonly ReservedPax[] | null;
}

/** Units of one pax type, at the price they were held for. */
export interface ReservedPax {
  readonly type: string;
  readonly name: string;
  readonly quantity: number;
  /** Of one; the amount as text, an exact decimal. */
  readonly price: { readonly amount: string; readonly currency: string };
}

/** The rules a reservation is decided by; durations in milliseconds. */
export interface ReservationPolicy {
  readonly holdTtlMs: number;
  readonly minNoticeMs: number;
  readonly minNoticeGraceMs: number;
  /** The longest a hold may live from its creation, extensions included. */
  readonly maxHoldMs: number;
}

/** How far ahead a slot must start at least to be reserved, leniency included. */
export function leastNoticeMs(policy: ReservationPolicy): number {
  return Math.max(policy.minNoticeMs - policy.minNoticeGraceMs, 0);
}

/** Of two moments as the database writes them. Their texts do not sort, as a fraction may be missing. */
export function isBefore(a: InstantText, b: InstantText): boolean {
  return Temporal.Instant.compare(Temporal.Instant.from(a), Temporal.Instant.from(b)) < 0;
}

/** The state a reservation is in at `now`: a hold is over at the very instant it expires, swept or not. */
export function statusAt(reservation: Pick<Reservation, 'status' | 'expires_at'>, now: InstantText): Status {
  return reservation.status === 'held' && !isBefore(now, reservation.expires_at) ? 'expired' : reservation.status;
}

/** Refuses what does not belong to the client or has ended; what is left is a live claim. */
export function requireLive(
  reservation: Reservation,
  clientId: Id,
  now: InstantText,
  policy: ReservationPolicy,
): 'held' | 'confirmed' {
  if (reservation.client_id !== clientId) throw new ForeignClient();
  const status = statusAt(reservation, now);
  if (status === 'expired') throw new HoldExpired(policy.holdTtlMs);
  if (status === 'held' || status === 'confirmed') return status;
  throw new AlreadyEnded(status);
}

/**
 * When an extended hold expires: a full hold's life from now, but never past the ceiling nor past the slot's
 * start, and never sooner than it does already.
 */
export function decideExtension(
  reservation: Reservation,
  clientId: Id,
  now: InstantText,
  policy: ReservationPolicy,
): InstantText {
  if (requireLive(reservation, clientId, now, policy) === 'confirmed') throw new NotHeld();
  const wished = Temporal.Instant.from(now).add({ milliseconds: policy.holdTtlMs });
  const ceiling = Temporal.Instant.from(reservation.created_at).add({ milliseconds: policy.maxHoldMs });
  const start = Temporal.Instant.from(reservation.start_time);
  const expiresAt = [wished, ceiling, start].reduce((a, b) => (Temporal.Instant.compare(a, b) <= 0 ? a : b));
  if (!isBefore(reservation.expires_at, expiresAt.toString())) throw new HoldCannotGrow(policy.maxHoldMs);
  return expiresAt.toString();
}
