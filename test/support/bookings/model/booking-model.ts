import type { Status } from '../../../../src/modules/reservations/booking/reservation.ts';
import type { Id } from '../../../../src/platform/ids.ts';

/** The settings of the server. Durations are microseconds, and moments are microseconds since 1970. */
export interface Rules {
  readonly holdTtl: number;
  readonly maxHold: number;
  readonly minNotice: number;
  readonly grace: number;
  readonly slotLength: number;
}

export interface ModelSlot {
  readonly id: Id;
  readonly provider: Id;
  readonly start: number;
  readonly end: number;
  readonly capacity: number;
  closed: boolean;
  /** Number of requests that changed what can be claimed. Expired holds are counted when the version is read. */
  changes: number;
}

export interface ModelEvent {
  readonly at: number;
  readonly status: Status;
  readonly slot: ModelSlot;
  readonly expiresAt: number;
}

export interface ModelReservation {
  readonly id: Id;
  readonly client: Id;
  readonly quantity: number;
  readonly heldAt: number;
  slot: ModelSlot;
  status: 'held' | 'confirmed' | 'cancelled';
  expiresAt: number;
  decidedAt: number | null;
  /** Whether the program has marked the hold as expired. Only the answer of a sweep depends on it. */
  isMarked: boolean;
  readonly events: ModelEvent[];
}

/** The problem that a request must be refused with. */
export class Refused extends Error {
  readonly status: number;
  readonly type: string;
  /** The units left, when the refusal is for want of units. */
  readonly remaining: number | undefined;
  constructor(status: number, type: string, remaining?: number) {
    super(type);
    this.status = status;
    this.type = type;
    this.remaining = remaining;
  }
}

/** The id that the program gave to the new thing at `index` of its answer. The model cannot know it. */
export type IdAt = (index: number) => Id;

/** The behaviour of bookings in its plainest form: no locks, no transactions, one request after another. */
export class BookingModel {
  readonly rules: Rules;
  now: number;
  readonly providers: Id[] = [];
  readonly clients: Id[] = [];
  readonly slots: ModelSlot[] = [];
  readonly reservations: ModelReservation[] = [];

  constructor(rules: Rules, now: number) {
    this.rules = rules;
    this.now = now;
  }

  hasExpired(reservation: ModelReservation, at = this.now): boolean {
    return reservation.status === 'held' && reservation.expiresAt <= at;
  }

  statusOf(reservation: ModelReservation): Status {
    return this.hasExpired(reservation) ? 'expired' : reservation.status;
  }

  reservationsOn(slot: ModelSlot): ModelReservation[] {
    return this.reservations.filter((each) => each.slot === slot);
  }

  liveOn(slot: ModelSlot): ModelReservation[] {
    return this.reservationsOn(slot).filter((each) => each.status !== 'cancelled' && !this.hasExpired(each));
  }

  claimed(slot: ModelSlot): number {
    return this.liveOn(slot).reduce((sum, each) => sum + each.quantity, 0);
  }

  version(slot: ModelSlot): number {
    return 1 + slot.changes + this.reservationsOn(slot).filter((each) => this.hasExpired(each)).length;
  }

  /** Whether other slots must not overlap it: it is open, or it is closed and has a live claim. */
  #occupies(slot: ModelSlot): boolean {
    return !slot.closed || this.claimed(slot) > 0;
  }

  offer(provider: Id, start: number, end: number, capacity: number, length: number, idAt: IdAt): ModelSlot[] {
    this.#requireProvider(provider);
    // The program compares milliseconds: a start in the present millisecond is not in the past.
    const past = start < this.now - (this.now % 1_000);
    if (end <= start || past || (end - start) % length !== 0) throw new Refused(422, 'range-refused');
    const spans = Array.from({ length: (end - start) / length }, (_, n) => start + n * length);
    const existing = this.slots.filter((slot) => slot.provider === provider && this.#occupies(slot));
    const kept = spans.map((at) => existing.find((slot) => slot.start === at && slot.end === at + length));
    const overlapping = existing.filter((slot) => slot.start < end && slot.end > start);
    if (overlapping.some((slot) => slot.capacity !== capacity || !kept.includes(slot))) {
      throw new Refused(409, 'slots-overlap');
    }
    this.#markExpired(this.#touching(provider, start, end));
    return spans.map((at, index) => {
      const slot = kept[index] ?? this.#newSlot(idAt(index), provider, at, at + length, capacity);
      if (slot.closed) slot.changes += 1;
      slot.closed = false;
      return slot;
    });
  }

  #newSlot(id: Id, provider: Id, start: number, end: number, capacity: number): ModelSlot {
    const slot = { id, provider, start, end, capacity, closed: false, changes: 0 };
    this.slots.push(slot);
    return slot;
  }

  hold(client: Id, slotId: Id, quantity: number, version: number | undefined, idAt: IdAt): ModelReservation {
    const slot = this.slots.find((each) => each.id === slotId);
    if (!slot) throw new Refused(404, 'no-such-slot');
    this.#markExpired([slot]);
    this.#requireClient(client);
    if (slot.start < this.now + this.rules.minNotice - this.rules.grace) throw new Refused(422, 'too-soon');
    this.#requireRoom(slot, quantity, version);
    const expiresAt = this.now + this.rules.holdTtl;
    const initial = { status: 'held', expiresAt, decidedAt: null, isMarked: false, events: [] } as const;
    const reservation = { ...initial, id: idAt(0), client, quantity, heldAt: this.now, slot, events: [] };
    slot.changes += 1;
    this.reservations.push(reservation);
    return this.#record(reservation);
  }

  #requireRoom(slot: ModelSlot, quantity: number, version: number | undefined): void {
    if (slot.closed) throw new Refused(409, 'slot-closed');
    if (version !== undefined && version !== this.version(slot)) throw new Refused(409, 'slot-version-moved-on');
    const remaining = slot.capacity - this.claimed(slot);
    if (remaining < quantity) throw new Refused(409, 'slot-taken', remaining);
  }

  confirm(client: Id, reservationId: Id): ModelReservation {
    const reservation = this.#own(client, reservationId);
    const status = this.statusOf(reservation);
    if (status === 'confirmed') throw new Refused(409, 'already-confirmed');
    if (status === 'expired') throw new Refused(410, 'hold-expired');
    if (status !== 'held') throw new Refused(409, 'already-ended');
    reservation.status = 'confirmed';
    reservation.decidedAt = this.now;
    return this.#record(reservation);
  }

  cancel(client: Id, reservationId: Id): ModelReservation {
    const reservation = this.#own(client, reservationId);
    if (this.hasExpired(reservation)) throw new Refused(409, 'already-ended');
    this.#markExpired([reservation.slot]);
    return reservation.status === 'cancelled' ? reservation : this.#cancel(reservation);
  }

  #cancel(reservation: ModelReservation): ModelReservation {
    reservation.status = 'cancelled';
    reservation.slot.changes += 1;
    return this.#record(reservation);
  }

  extend(client: Id, reservationId: Id): ModelReservation {
    const reservation = this.#live(client, reservationId);
    if (reservation.status === 'confirmed') throw new Refused(409, 'not-held');
    const { holdTtl, maxHold } = this.rules;
    const latest = Math.min(this.now + holdTtl, reservation.heldAt + maxHold, reservation.slot.start);
    if (latest <= reservation.expiresAt) throw new Refused(422, 'hold-at-its-ceiling');
    this.#markExpired([reservation.slot]);
    reservation.expiresAt = latest;
    return this.#record(reservation);
  }

  reschedule(client: Id, reservationId: Id, slotId: Id, version: number | undefined): ModelReservation {
    const reservation = this.#live(client, reservationId);
    const slot = this.slots.find((each) => each.id === slotId);
    if (!slot) throw new Refused(404, 'no-such-slot');
    if (slot !== reservation.slot) {
      this.#requireRoom(slot, reservation.quantity, version);
      if (slot.start < this.now + this.rules.minNotice - this.rules.grace) throw new Refused(422, 'too-soon');
    }
    this.#markExpired([reservation.slot, slot]);
    if (slot === reservation.slot) return reservation;
    reservation.slot.changes += 1;
    slot.changes += 1;
    reservation.slot = slot;
    return this.#record(reservation);
  }

  /** Closes slots. @returns them, and the live reservations on them before */
  withdraw(provider: Id, start: number, end: number, reservations: 'keep' | 'cancel') {
    this.#requireProvider(provider);
    if (end <= start) throw new Refused(422, 'range-refused');
    const slots = this.#touching(provider, start, end);
    this.#markExpired(slots);
    const live = slots.flatMap((slot) => this.liveOn(slot)).toSorted((a, b) => a.id - b.id);
    if (reservations === 'cancel') for (const each of live) this.#cancel(each);
    for (const slot of slots.filter((each) => !each.closed)) {
      slot.closed = true;
      slot.changes += 1;
    }
    return { slots, live };
  }

  /** A provider's slots in a span that others must not overlap, or must not until expired holds are marked. */
  #touching(provider: Id, start: number, end: number): ModelSlot[] {
    return this.slots.filter((slot) => {
      const occupies = this.#occupies(slot) || this.#unmarked(slot).length > 0;
      return slot.provider === provider && occupies && slot.start < end && slot.end > start;
    });
  }

  /** @returns the slots whose units it frees */
  sweep(): ModelSlot[] {
    const slots = this.slots.filter((slot) => this.#unmarked(slot).length > 0);
    this.#markExpired(slots);
    return slots;
  }

  /** Expired holds that the program has not marked yet. */
  #unmarked(slot: ModelSlot): ModelReservation[] {
    return this.reservationsOn(slot).filter((each) => this.hasExpired(each) && !each.isMarked);
  }

  #markExpired(slots: readonly ModelSlot[]): void {
    for (const each of slots.flatMap((slot) => this.#unmarked(slot))) each.isMarked = true;
  }

  #requireProvider(id: Id): void {
    if (!this.providers.includes(id)) throw new Refused(404, 'no-such-provider');
  }

  #requireClient(id: Id): void {
    if (!this.clients.includes(id)) throw new Refused(404, 'no-such-client');
  }

  reservation(id: Id): ModelReservation {
    const reservation = this.reservations.find((each) => each.id === id);
    if (!reservation) throw new Refused(404, 'no-such-reservation');
    return reservation;
  }

  #own(client: Id, reservationId: Id): ModelReservation {
    this.#requireClient(client);
    const reservation = this.reservation(reservationId);
    if (reservation.client !== client) throw new Refused(403, 'foreign-client');
    return reservation;
  }

  #live(client: Id, reservationId: Id): ModelReservation {
    const reservation = this.#own(client, reservationId);
    if (this.hasExpired(reservation)) throw new Refused(410, 'hold-expired');
    if (reservation.status === 'cancelled') throw new Refused(409, 'already-ended');
    return reservation;
  }

  #record(reservation: ModelReservation): ModelReservation {
    const { status, slot, expiresAt } = reservation;
    reservation.events.push({ at: this.now, status, slot, expiresAt });
    return reservation;
  }

  /** Every change of a reservation, its expiry included. */
  history(reservation: ModelReservation): ModelEvent[] {
    if (!this.hasExpired(reservation)) return reservation.events;
    const { slot, expiresAt } = reservation;
    return [...reservation.events, { at: expiresAt, status: 'expired', slot, expiresAt }];
  }
}
