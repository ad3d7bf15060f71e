import type { Status } from '../../../../src/modules/reservations/booking/reservation.ts';
import type { Id } from '../../../../src/platform/ids.ts';
import { ClaimCurve, type ClaimSpan } from './claim-curve.ts';
import type { EventRow, FinalTables, ReservationRow } from './history.ts';

/** The invariants of bookings, by name. */
export type Invariant =
  /** At no instant do live claims on a slot exceed its capacity, and `slot.claimed` is their sum. */
  | 'never oversold'
  /** A confirmed reservation was held by the same client on the same slot, and was confirmed before it expired. */
  | 'confirmed in time'
  /** A stored reservation has the client, the slot and the units of its successful answers. */
  | 'answers match the tables'
  /** Nothing follows a final status; a confirmed reservation is only cancelled or found in conflict. */
  | 'states in order'
  /** A slot is refused as taken only if it was that full at some moment of the request. */
  | 'no false refusal'
  /** Requests with the same key and content have one effect, and answers equal to the byte. */
  | 'one effect per key'
  /** The effect of every successful answer is in the tables. */
  | 'nothing lost';

/** A broken invariant and what breaks it. */
export interface Violation {
  readonly invariant: Invariant;
  readonly what: string;
}

/**
 * Checks what the tables show by themselves, by the database's clock: that slots were never oversold, that
 * reservations were confirmed in time, and that their states are in order.
 */
export function checkTables(tables: FinalTables): Violation[] {
  const eventsOf = Map.groupBy(tables.events, (event) => event.reservation);
  return [
    ...checkClaims(tables, eventsOf),
    ...tables.reservations.flatMap((row) => checkConfirmation(row, eventsOf.get(row.id) ?? [])),
    ...tables.reservations.flatMap((row) => checkStates(row, eventsOf.get(row.id) ?? [])),
  ];
}

type Events = readonly EventRow[];

const isLive = (status: Status) => status === 'held' || status === 'confirmed';

function checkClaims({ slots, reservations }: FinalTables, eventsOf: ReadonlyMap<Id, Events>): Violation[] {
  const claims = [...eventsOf.values()].flatMap(claimsOf);
  const claimsOn = Map.groupBy(claims, (claim) => claim.slot);
  const liveOn = Map.groupBy(
    reservations.filter((row) => isLive(row.status)),
    (row) => row.slot,
  );
  const broken = violationOf('never oversold');
  return slots.flatMap(({ id, capacity, claimed }) => {
    // An instant that ends one claim may begin the next: spans are half-open.
    const peak = new ClaimCurve(claimsOn.get(id) ?? [], 'ends-first').peak();
    const live = (liveOn.get(id) ?? []).reduce((sum, row) => sum + row.quantity, 0);
    return [
      ...broken(peak.units > capacity, `slot ${id}: ${peak.units} of ${capacity} units were claimed at ${peak.at}`),
      ...broken(live !== claimed, `slot ${id} counts ${claimed} claimed units, and its reservations have ${live}`),
    ];
  });
}

/** The spans in which a reservation was a live claim, from its events. */
function claimsOf(events: Events): (ClaimSpan & { slot: Id })[] {
  return events.flatMap((event, index) => {
    if (!isLive(event.status)) return [];
    const next = events[index + 1]?.at ?? Infinity;
    const to = event.status === 'held' ? Math.min(next, event.expiresAt) : next;
    return [{ slot: event.slot, from: event.at, to, units: event.quantity }];
  });
}

function checkConfirmation(row: ReservationRow, events: Events): Violation[] {
  const broken = violationOf('confirmed in time');
  const index = events.findIndex((event) => event.status === 'confirmed');
  const [held, confirmed] = [events[index - 1], events[index]];
  if (confirmed === undefined) {
    return broken(row.decidedAt !== null, `reservation ${row.id} has a time of confirmation and no such event`);
  }
  const { decidedAt } = row;
  const inTime = decidedAt !== null && row.heldAt <= decidedAt && held !== undefined && decidedAt < held.expiresAt;
  return [
    ...broken(!inTime, `reservation ${row.id} was confirmed outside the life of its hold`),
    ...broken(decidedAt !== confirmed.at, `reservation ${row.id} and its event differ in the time of confirmation`),
    ...broken(held?.slot !== confirmed.slot, `reservation ${row.id} was confirmed on a slot it did not hold`),
  ];
}

const FOLLOWS: Readonly<Record<Status, readonly Status[]>> = {
  held: ['held', 'confirmed', 'cancelled', 'expired'],
  confirmed: ['confirmed', 'cancelled', 'conflict'],
  cancelled: [],
  expired: [],
  conflict: [],
};

function checkStates(row: ReservationRow, events: Events): Violation[] {
  const broken = violationOf('states in order');
  const last = events.at(-1);
  const equalsLast =
    last !== undefined &&
    last.status === row.status &&
    last.slot === row.slot &&
    last.quantity === row.quantity &&
    last.expiresAt === row.expiresAt;
  return [
    ...broken(events[0]?.status !== 'held', `reservation ${row.id} did not begin as a hold`),
    ...broken(!equalsLast, `reservation ${row.id} differs from its last event`),
    ...events.flatMap((event, index) => checkStep(event, events[index + 1])),
  ];
}

function checkStep(event: EventRow, next: EventRow | undefined): Violation[] {
  if (next === undefined) return [];
  const broken = violationOf('states in order');
  const step = `reservation ${event.reservation}: ${event.status} at ${event.at}, then ${next.status} at ${next.at}`;
  const hasExpired = event.status === 'held' && next.at >= event.expiresAt;
  return [
    ...broken(!FOLLOWS[event.status].includes(next.status), step),
    ...broken(next.at < event.at, `${step}, which is before`),
    // Nothing but the expiry itself follows the instant of expiry, whether or not a sweep had marked it.
    ...broken(hasExpired && next.status !== 'expired', `${step}, although it expired at ${event.expiresAt}`),
    ...broken(next.status === 'expired' && next.at !== event.expiresAt, `${step}, not at its expiry`),
  ];
}

/** Makes violations of one invariant: a list of one when it is broken, and else an empty list. */
export function violationOf(invariant: Invariant): (isBroken: boolean, what: string) => Violation[] {
  return (isBroken, what) => (isBroken ? [{ invariant, what }] : []);
}
