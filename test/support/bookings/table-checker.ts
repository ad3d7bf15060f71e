import type { Status } from '../../../src/modules/reservations/booking/reservation.ts';
import type { Id } from '../../../src/platform/ids.ts';
import { ClaimCurve, type Claimed } from './claim-curve.ts';
import type { EventRow, FinalTables, ReservationRow } from './history.ts';

/** Which invariant was broken, by its name in docs/correctness, and by what. */
export interface Violation {
  readonly invariant: 'H1' | 'H2' | 'H3' | 'H4' | 'H5' | 'H6';
  readonly what: string;
}

/** What can be said from the tables alone: H1, H2 and H3 by the database's own clock. */
export function checkTables(tables: FinalTables): Violation[] {
  const eventsOf = Map.groupBy(tables.events, (event) => event.reservation);
  return [
    ...checkClaims(tables, eventsOf),
    ...tables.reservations.flatMap((row) => checkDecision(row, eventsOf.get(row.id) ?? [])),
    ...tables.reservations.flatMap((row) => checkStates(row, eventsOf.get(row.id) ?? [])),
  ];
}

type Events = readonly EventRow[];

const isLive = (status: Status) => status === 'held' || status === 'confirmed';

/** H1: at no instant are more units claimed than there are, and the slot's own count is that of its reservations. */
function checkClaims({ slots, reservations }: FinalTables, eventsOf: ReadonlyMap<Id, Events>): Violation[] {
  const claims = [...eventsOf.values()].flatMap(claimsOf);
  const claimsOn = Map.groupBy(claims, (claim) => claim.slot);
  const liveOn = Map.groupBy(
    reservations.filter((row) => isLive(row.status)),
    (row) => row.slot,
  );
  return slots.flatMap(({ id, capacity, claimed }) => {
    // An instant that ends one claim may begin the next: spans are half-open.
    const peak = new ClaimCurve(claimsOn.get(id) ?? [], 'ends-first').peak();
    const live = (liveOn.get(id) ?? []).reduce((sum, row) => sum + row.quantity, 0);
    return [
      ...violated(peak.units > capacity, 'H1', `slot ${id}: ${peak.units} of ${capacity} units claimed at ${peak.at}`),
      ...violated(live !== claimed, 'H1', `slot ${id} says ${claimed} units are claimed, its reservations ${live}`),
    ];
  });
}

/** The spans in which a reservation had a live claim, by its events. */
function claimsOf(events: Events): (Claimed & { slot: Id })[] {
  return events.flatMap((event, index) => {
    if (!isLive(event.status)) return [];
    const next = events[index + 1]?.at ?? Infinity;
    const to = event.status === 'held' ? Math.min(next, event.expiresAt) : next;
    return [{ slot: event.slot, from: event.at, to, units: event.quantity }];
  });
}

/** H2: what was confirmed had been held on the same slot, and was decided while that hold lived. */
function checkDecision(row: ReservationRow, events: Events): Violation[] {
  const index = events.findIndex((event) => event.status === 'confirmed');
  const [held, confirmed] = [events[index - 1], events[index]];
  if (confirmed === undefined) {
    return violated(row.decidedAt !== null, 'H2', `reservation ${row.id} was decided, and no event tells of it`);
  }
  const { decidedAt } = row;
  const inTime = decidedAt !== null && row.heldAt <= decidedAt && held !== undefined && decidedAt < held.expiresAt;
  return [
    ...violated(!inTime, 'H2', `reservation ${row.id} was confirmed outside the life of its hold`),
    ...violated(decidedAt !== confirmed.at, 'H2', `reservation ${row.id} was decided at another time than it tells`),
    ...violated(held?.slot !== confirmed.slot, 'H2', `reservation ${row.id} was confirmed on a slot it did not hold`),
  ];
}

const FOLLOWS: Readonly<Record<Status, readonly Status[]>> = {
  held: ['held', 'confirmed', 'cancelled', 'expired'],
  confirmed: ['confirmed', 'cancelled', 'conflict'],
  cancelled: [],
  expired: [],
  conflict: [],
};

/** H3: states follow each other as they may, and end as the reservation's row says. */
function checkStates(row: ReservationRow, events: Events): Violation[] {
  const last = events.at(-1);
  const asLast =
    last !== undefined &&
    last.status === row.status &&
    last.slot === row.slot &&
    last.quantity === row.quantity &&
    last.expiresAt === row.expiresAt;
  return [
    ...violated(events[0]?.status !== 'held', 'H3', `reservation ${row.id} did not begin as a hold`),
    ...violated(!asLast, 'H3', `reservation ${row.id} is not as its last event left it`),
    ...events.flatMap((event, index) => checkStep(event, events[index + 1])),
  ];
}

function checkStep(event: EventRow, next: EventRow | undefined): Violation[] {
  if (next === undefined) return [];
  const step = `reservation ${event.reservation}: ${event.status} at ${event.at}, then ${next.status} at ${next.at}`;
  const isOver = event.status === 'held' && next.at >= event.expiresAt;
  return [
    ...violated(!FOLLOWS[event.status].includes(next.status), 'H3', step),
    ...violated(next.at < event.at, 'H3', `${step}, which is before`),
    // Running out is a state nothing follows, from the instant it happens, whether or not it was written down.
    ...violated(isOver && next.status !== 'expired', 'H3', `${step}, though it expired at ${event.expiresAt}`),
    ...violated(next.status === 'expired' && next.at !== event.expiresAt, 'H3', `${step}, not when it ran out`),
  ];
}

export function violated(is: boolean, invariant: Violation['invariant'], what: string): Violation[] {
  return is ? [{ invariant, what }] : [];
}
