import type { Id } from '../../../platform/ids.ts';
import type { InstantText } from '../../../platform/time/instant.ts';
import type { Price } from '../../inventory/index.ts';
import { AlreadyEnded, ForeignClient, HoldCannotGrow, HoldExpired, NotHeld } from './reservation-failures.ts';

export type Status = 'held' | 'confirmed' | 'cancelled' | 'expired' | 'conflict';

/** A client's claim on units of a slot. Times are UTC, to the microsecond. */
export interface Reservation {
  readonly reservation_id: Id;
  readonly slot_id: Id;
  /** `null` for a supplier's slot. */
  readonly provider_id: Id | null;
  readonly client_id: Id;
  /** Number of units. */
  readonly quantity: number;
  readonly status: Status;
  readonly start_time: InstantText;
  readonly end_time: InstantText;
  readonly created_at: InstantText;
  readonly expires_at: InstantText;
  readonly confirmed_at: InstantText | null;
  /** Price of one unit when it was held; `null` when the unit was free. */
  readonly price: Price | null;
  /** Name of the reserved product; `null` for a provider's slot. */
  readonly name: string | null;
  /** The pax types of its units; `null` when the slot has none. */
  readonly pax: readonly ReservedPax[] | null;
  /**
   * Whether the supplier knows the confirmation or cancellation; `null` when there is nothing to send, when the supplier
   * refused, and in a past state.
   */
  readonly write_back: 'pending' | 'accepted' | 'parked' | null;
}

/** Reserved units of one pax type. */
interface ReservedPax {
  readonly type: string;
  readonly name: string;
  readonly quantity: number;
  /** Price of one unit when it was held. The amount is an exact decimal, as text, and may be 0. */
  readonly price: { readonly amount: string; readonly currency: string };
}

/** The rules that reservations are decided by; durations in milliseconds. */
export interface ReservationPolicy {
  readonly holdTtlMs: number;
  /** How far ahead a slot must start to be listed as free. */
  readonly minNoticeMs: number;
  /** How much less notice is enough to reserve a slot that was listed. */
  readonly minNoticeGraceMs: number;
  /** Longest life of a hold from its creation, extensions included. */
  readonly maxHoldMs: number;
  /** How many live holds a client may have at a time; `null` for no limit. */
  readonly maxLiveHolds: number | null;
}

/** How far ahead a slot must start to be reserved: the minimum notice, less the grace. */
export function leastNoticeMs(policy: ReservationPolicy): number {
  return Math.max(policy.minNoticeMs - policy.minNoticeGraceMs, 0);
}

/** Compares two instants of the database. Their texts do not sort, because a fraction may be missing. */
export function isBefore(a: InstantText, b: InstantText): boolean {
  return Temporal.Instant.compare(Temporal.Instant.from(a), Temporal.Instant.from(b)) < 0;
}

/** The status at `now`. A hold is expired from the very instant of its expiry, whether or not a sweep has marked it. */
export function statusAt(reservation: Pick<Reservation, 'status' | 'expires_at'>, now: InstantText): Status {
  return reservation.status === 'held' && !isBefore(now, reservation.expires_at) ? 'expired' : reservation.status;
}

/**
 * Requires a live claim, of this client if there is one.
 *
 * @throws ForeignClient, HoldExpired, AlreadyEnded
 */
export function requireLive(
  reservation: Reservation,
  clientId: Id | undefined,
  now: InstantText,
  policy: ReservationPolicy,
): 'held' | 'confirmed' {
  requireClient(reservation, clientId);
  const status = statusAt(reservation, now);
  if (status === 'expired') throw new HoldExpired(policy.holdTtlMs);
  if (status === 'held' || status === 'confirmed') return status;
  throw new AlreadyEnded(status);
}

function requireClient({ client_id }: Reservation, clientId: Id | undefined): void {
  if (clientId !== undefined && client_id !== clientId) throw new ForeignClient();
}

/**
 * Whether a cancellation changes the reservation: it is live, and not cancelled already.
 *
 * @throws ForeignClient; AlreadyEnded for one that ended otherwise
 */
export function isToBeCancelled(reservation: Reservation, clientId: Id | undefined, now: InstantText): boolean {
  requireClient(reservation, clientId);
  const status = statusAt(reservation, now);
  if (status === 'expired' || status === 'conflict') throw new AlreadyEnded(status);
  return status !== 'cancelled';
}

/**
 * The new expiry of an extended hold: a full hold's life from `now`, but not after the ceiling or the slot's start.
 *
 * @throws HoldCannotGrow when that is not later than the present expiry; NotHeld, and the failures of `requireLive`
 */
export function decideExtension(
  reservation: Reservation,
  clientId: Id | undefined,
  now: InstantText,
  policy: ReservationPolicy,
): InstantText {
  if (requireLive(reservation, clientId, now, policy) === 'confirmed') throw new NotHeld();
  const fullLife = Temporal.Instant.from(now).add({ milliseconds: policy.holdTtlMs });
  const ceiling = Temporal.Instant.from(reservation.created_at).add({ milliseconds: policy.maxHoldMs });
  const slotStart = Temporal.Instant.from(reservation.start_time);
  const expiresAt = [fullLife, ceiling, slotStart].reduce((a, b) => (Temporal.Instant.compare(a, b) <= 0 ? a : b));
  if (!isBefore(reservation.expires_at, expiresAt.toString())) throw new HoldCannotGrow(policy.maxHoldMs);
  return expiresAt.toString();
}
