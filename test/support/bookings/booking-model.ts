import type { Status } from '../../../src/modules/reservations/booking/reservation.ts';
import type { Id } from '../../../src/platform/ids.ts';

/** Durations and moments are microseconds; moments since 1970. */
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
  /** How often what can be claimed was changed by a request; running out is counted when it is asked for. */
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
  /** Whether somebody has written down already that it ran out: only a sweep's answer tells. */
  tidied: boolean;
  readonly events: ModelEvent[];
}

export class Refused extends Error {
  readonly status: number;
  readonly type: string;
  constructor(status: number, type: string) {
    super(type);
    this.status = status;
    this.type = type;
  }
}

/** Tells the ids that the program gave to what it made, in the order of its answer: a model cannot know them. */
export type TellId = (index: number) => Id;

/** What bookings should do, said as plainly as can be: no locks, no transactions, one request after another. */
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

  isOver(reservation: ModelReservation, at = this.now): boolean {
    return reservation.status === 'held' && reservation.expiresAt <= at;
  }

  statusOf(reservation: ModelReservation): Status {
    return this.isOver(reservation) ? 'expired' : reservation.status;
  }

  on(slot: ModelSlot): ModelReservation[] {
    return this.reservations.filter((each) => each.slot === slot);
  }

  liveOn(slot: ModelSlot): ModelReservation[] {
    return this.on(slot).filter((each) => each.status !== 'cancelled' && !this.isOver(each));
  }

  claimed(slot: ModelSlot): number {
    return this.liveOn(slot).reduce((sum, each) => sum + each.quantity, 0);
  }

  version(slot: ModelSlot): number {
    return 1 + slot.changes + this.on(slot).filter((each) => this.isOver(each)).length;
  }

  /** A slot that others must not overlap: open, or closed while somebody still has it. */
  #counts(slot: ModelSlot): boolean {
    return !slot.closed || this.claimed(slot) > 0;
  }

  offer(provider: Id, start: number, end: number, capacity: number, length: number, tellId: TellId): ModelSlot[] {
    this.#provider(provider);
    // Calendars count in milliseconds: what began less than one ago has not begun.
    const past = start < this.now - (this.now % 1_000);
    if (end <= start || past || (end - start) % length !== 0) throw new Refused(422, 'range-refused');
    const spans = Array.from({ length: (end - start) / length }, (_, n) => start + n * length);
    const there = this.slots.filter((slot) => slot.provider === provider && this.#counts(slot));
    const kept = spans.map((at) => there.find((slot) => slot.start === at && slot.end === at + length));
    const crossed = there.filter((slot) => slot.start < end && slot.end > start);
    if (crossed.some((slot) => slot.capacity !== capacity || !kept.includes(slot))) {
      throw new Refused(409, 'slots-overlap');
    }
    this.#tidy(this.#touching(provider, start, end));
    return spans.map((at, index) => {
      const slot = kept[index] ?? this.#newSlot(tellId(index), provider, at, at + length, capacity);
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

  hold(client: Id, slotId: Id, quantity: number, version: number | undefined, tellId: TellId): ModelReservation {
    const slot = this.slots.find((each) => each.id === slotId);
    if (!slot) throw new Refused(404, 'no-such-timeslot');
    this.#tidy([slot]);
    this.#client(client);
    if (slot.start < this.now + this.rules.minNotice - this.rules.grace) throw new Refused(422, 'too-soon');
    this.#requireRoom(slot, quantity, version);
    const expiresAt = this.now + this.rules.holdTtl;
    const made = { status: 'held', expiresAt, decidedAt: null, tidied: false, events: [] } as const;
    const reservation = { ...made, id: tellId(0), client, quantity, heldAt: this.now, slot, events: [] };
    slot.changes += 1;
    this.reservations.push(reservation);
    return this.#tell(reservation);
  }

  #requireRoom(slot: ModelSlot, quantity: number, version: number | undefined): void {
    if (slot.closed) throw new Refused(409, 'slot-closed');
    if (version !== undefined && version !== this.version(slot)) throw new Refused(409, 'slot-version-moved-on');
    if (slot.capacity - this.claimed(slot) < quantity) throw new Refused(409, 'slot-taken');
  }

  confirm(client: Id, reservationId: Id): ModelReservation {
    const reservation = this.#own(client, reservationId);
    const status = this.statusOf(reservation);
    if (status === 'confirmed') throw new Refused(409, 'already-confirmed');
    if (status === 'expired') throw new Refused(410, 'hold-expired');
    if (status !== 'held') throw new Refused(409, 'already-ended');
    reservation.status = 'confirmed';
    reservation.decidedAt = this.now;
    return this.#tell(reservation);
  }

  cancel(client: Id, reservationId: Id): ModelReservation {
    const reservation = this.#live(client, reservationId);
    this.#tidy([reservation.slot]);
    return this.#cancelled(reservation);
  }

  #cancelled(reservation: ModelReservation): ModelReservation {
    reservation.status = 'cancelled';
    reservation.slot.changes += 1;
    return this.#tell(reservation);
  }

  extend(client: Id, reservationId: Id): ModelReservation {
    const reservation = this.#live(client, reservationId);
    if (reservation.status === 'confirmed') throw new Refused(409, 'not-held');
    const { holdTtl, maxHold } = this.rules;
    const longest = Math.min(this.now + holdTtl, reservation.heldAt + maxHold, reservation.slot.start);
    if (longest <= reservation.expiresAt) throw new Refused(422, 'hold-at-its-ceiling');
    this.#tidy([reservation.slot]);
    reservation.expiresAt = longest;
    return this.#tell(reservation);
  }

  reschedule(client: Id, reservationId: Id, slotId: Id, version: number | undefined): ModelReservation {
    const reservation = this.#live(client, reservationId);
    const slot = this.slots.find((each) => each.id === slotId);
    if (!slot) throw new Refused(404, 'no-such-slot');
    if (slot !== reservation.slot) {
      this.#requireRoom(slot, reservation.quantity, version);
      if (slot.start < this.now + this.rules.minNotice - this.rules.grace) throw new Refused(422, 'too-soon');
    }
    this.#tidy([reservation.slot, slot]);
    if (slot === reservation.slot) return reservation;
    reservation.slot.changes += 1;
    slot.changes += 1;
    reservation.slot = slot;
    return this.#tell(reservation);
  }

  block(provider: Id, start: number, end: number, reservations: 'keep' | 'cancel') {
    this.#provider(provider);
    if (end <= start) throw new Refused(422, 'range-refused');
    const slots = this.#touching(provider, start, end);
    this.#tidy(slots);
    const live = slots.flatMap((slot) => this.liveOn(slot)).toSorted((a, b) => a.id - b.id);
    if (reservations === 'cancel') for (const each of live) this.#cancelled(each);
    for (const slot of slots.filter((each) => !each.closed)) {
      slot.closed = true;
      slot.changes += 1;
    }
    return { slots, live };
  }

  /** Every slot that counts, and those that only a hold nobody has tidied up yet makes count. */
  #touching(provider: Id, start: number, end: number): ModelSlot[] {
    return this.slots.filter((slot) => {
      const counts = this.#counts(slot) || this.#untidy(slot).length > 0;
      return slot.provider === provider && counts && slot.start < end && slot.end > start;
    });
  }

  /** @returns the slots that get units back by it */
  sweep(): ModelSlot[] {
    const slots = this.slots.filter((slot) => this.#untidy(slot).length > 0);
    this.#tidy(slots);
    return slots;
  }

  #untidy(slot: ModelSlot): ModelReservation[] {
    return this.on(slot).filter((each) => this.isOver(each) && !each.tidied);
  }

  #tidy(slots: readonly ModelSlot[]): void {
    for (const each of slots.flatMap((slot) => this.#untidy(slot))) each.tidied = true;
  }

  #provider(id: Id): void {
    if (!this.providers.includes(id)) throw new Refused(404, 'no-such-provider');
  }

  #client(id: Id): void {
    if (!this.clients.includes(id)) throw new Refused(404, 'no-such-client');
  }

  reservation(id: Id): ModelReservation {
    const reservation = this.reservations.find((each) => each.id === id);
    if (!reservation) throw new Refused(404, 'no-such-reservation');
    return reservation;
  }

  #own(client: Id, reservationId: Id): ModelReservation {
    this.#client(client);
    const reservation = this.reservation(reservationId);
    if (reservation.client !== client) throw new Refused(403, 'foreign-client');
    return reservation;
  }

  #live(client: Id, reservationId: Id): ModelReservation {
    const reservation = this.#own(client, reservationId);
    if (this.isOver(reservation)) throw new Refused(410, 'hold-expired');
    if (reservation.status === 'cancelled') throw new Refused(409, 'already-ended');
    return reservation;
  }

  #tell(reservation: ModelReservation): ModelReservation {
    const { status, slot, expiresAt } = reservation;
    reservation.events.push({ at: this.now, status, slot, expiresAt });
    return reservation;
  }

  /** All that has happened to a reservation; its running out as it happened. */
  history(reservation: ModelReservation): ModelEvent[] {
    if (!this.isOver(reservation)) return reservation.events;
    const { slot, expiresAt } = reservation;
    return [...reservation.events, { at: expiresAt, status: 'expired', slot, expiresAt }];
  }
}
