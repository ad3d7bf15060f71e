import type { Inventory } from './inventory.ts';
import type { SimulatorClock } from './simulator-clock.ts';
import type { Stock, UnitId } from './stock.ts';

/** A booking as the supplier holds it. */
export interface SupplierBooking {
  readonly id: string | number;
  readonly key: string;
  readonly reference: string;
  readonly unitId: UnitId;
  readonly quantity: number;
  cancelled: boolean;
}

/** An answer on the wire. */
export interface WireAnswer {
  readonly status: number;
  readonly body?: unknown;
}

interface Order {
  readonly unitId: UnitId;
  readonly quantity: number;
  readonly reference: string;
}

/** Decides bookings when they arrive. The same key always gets the same answer. */
export class Bookings {
  readonly #inventory: Inventory;
  readonly #stock: Stock;
  readonly #firstId: number;
  readonly #bookings: SupplierBooking[] = [];
  readonly #byId = new Map<string, SupplierBooking>();
  readonly #answers = new Map<string, { readonly request: string; readonly answer: WireAnswer }>();

  constructor(inventory: Inventory, stock: Stock, clock: SimulatorClock) {
    this.#inventory = inventory;
    this.#stock = stock;
    // After a restart, the ids of earlier bookings must not be used again.
    this.#firstId = Math.floor(clock.wallMs()) * 1_000;
  }

  book(key: string | undefined, body: unknown): WireAnswer {
    if (!key) return refused(400, 'an Idempotency-Key is required');
    const order = readOrder(body, this.#inventory.idField);
    if (typeof order === 'string') return refused(400, order);
    const request = JSON.stringify([order.unitId, order.quantity, order.reference]);
    const earlier = this.#answers.get(key);
    if (earlier && earlier.request !== request)
      return refused(422, 'this Idempotency-Key was used for another booking');
    const answer = earlier?.answer ?? this.#decide(key, order);
    this.#answers.set(key, { request, answer });
    return answer;
  }

  /** Answers 204 for a cancelled booking too, and 404 for an id that was never given out. */
  cancel(id: string): WireAnswer {
    const booking = this.#byId.get(id);
    if (!booking) return refused(404, 'there is no such booking');
    if (!booking.cancelled) this.#stock.giveBack(booking.unitId, booking.quantity);
    booking.cancelled = true;
    return { status: 204 };
  }

  /** Every booking that was ever made, in order. */
  all(): readonly SupplierBooking[] {
    return this.#bookings;
  }

  #decide(key: string, { unitId, quantity, reference }: Order): WireAnswer {
    const unit = this.#inventory.find(unitId);
    if (!unit) return refused(404, `there is no such ${this.#inventory.idField}`);
    if (!this.#stock.take(unit, quantity)) return refused(409, 'sold out');
    const number = this.#firstId + this.#bookings.length;
    // Every second id is a number, so that a client must treat ids as opaque.
    const id = this.#bookings.length % 2 === 1 ? number : `B${number}`;
    const booking = { id, key, reference, unitId, quantity, cancelled: false };
    this.#bookings.push(booking);
    this.#byId.set(String(id), booking);
    return { status: 201, body: { id } };
  }
}

function refused(status: number, detail: string): WireAnswer {
  return { status, body: { error: detail } };
}

function readOrder(body: unknown, idField: Inventory['idField']): Order | string {
  const { [idField]: unitId, quantity, reference } = Object(body) as Record<string, unknown>;
  if (typeof unitId !== 'string' && typeof unitId !== 'number') return `${idField} is required`;
  if (!Number.isSafeInteger(quantity) || Number(quantity) < 1) return 'quantity must be a whole number from 1';
  if (typeof reference !== 'string' || reference === '') return 'reference is required';
  return { unitId, quantity: Number(quantity), reference };
}
