import type { SimulatorClock } from './simulator-clock.ts';
import type { Stock, UnitId } from './stock.ts';
import type { Supply } from './supply.ts';

/** A booking as the supplier holds it: what an audit compares with. */
export interface Booking {
  readonly id: string | number;
  readonly key: string;
  readonly reference: string;
  readonly unitId: UnitId;
  readonly quantity: number;
  cancelled: boolean;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

interface Order {
  readonly unitId: UnitId;
  readonly quantity: number;
  readonly reference: string;
}

/** Decides bookings at the moment they arrive. What a key was answered once, it is answered for ever. */
export class Bookings {
  readonly #supply: Supply;
  readonly #stock: Stock;
  readonly #firstId: number;
  readonly #held: Booking[] = [];
  readonly #byId = new Map<string, Booking>();
  readonly #answers = new Map<string, { readonly request: string; readonly answer: Answer }>();

  constructor(supply: Supply, stock: Stock, clock: SimulatorClock) {
    this.#supply = supply;
    this.#stock = stock;
    // A simulator that was started anew must not give the id of a booking it has forgotten to another.
    this.#firstId = Math.floor(clock.wallMs()) * 1_000;
  }

  book(key: string | undefined, body: unknown): Answer {
    if (!key) return refused(400, 'an Idempotency-Key is needed');
    const order = readOrder(body, this.#supply.idField);
    if (typeof order === 'string') return refused(400, order);
    const request = JSON.stringify([order.unitId, order.quantity, order.reference]);
    const known = this.#answers.get(key);
    if (known && known.request !== request) return refused(422, 'this Idempotency-Key came with another booking');
    const answer = known?.answer ?? this.#decide(key, order);
    this.#answers.set(key, { request, answer });
    return answer;
  }

  /** 204 for as often as it is asked; 404 for what was never booked. */
  cancel(id: string): Answer {
    const booking = this.#byId.get(id);
    if (!booking) return refused(404, 'there is no such booking');
    if (!booking.cancelled) this.#stock.giveBack(booking.unitId, booking.quantity);
    booking.cancelled = true;
    return { status: 204 };
  }

  /** All that were ever booked, in order. */
  all(): readonly Booking[] {
    return this.#held;
  }

  #decide(key: string, { unitId, quantity, reference }: Order): Answer {
    const unit = this.#supply.find(unitId);
    if (!unit) return refused(404, `there is no such ${this.#supply.idField}`);
    if (!this.#stock.take(unit, quantity)) return refused(409, 'sold out');
    const number = this.#firstId + this.#held.length;
    // Ids are opaque, and so that a client takes them so, every other one is a number.
    const id = this.#held.length % 2 === 1 ? number : `B${number}`;
    const booking = { id, key, reference, unitId, quantity, cancelled: false };
    this.#held.push(booking);
    this.#byId.set(String(id), booking);
    return { status: 201, body: { id } };
  }
}

function refused(status: number, detail: string): Answer {
  return { status, body: { error: detail } };
}

function readOrder(body: unknown, idField: Supply['idField']): Order | string {
  const { [idField]: unitId, quantity, reference } = Object(body) as Record<string, unknown>;
  if (typeof unitId !== 'string' && typeof unitId !== 'number') return `${idField} is needed`;
  if (!Number.isSafeInteger(quantity) || Number(quantity) < 1) return 'quantity is a number from 1';
  if (typeof reference !== 'string' || reference === '') return 'reference is needed';
  return { unitId, quantity: Number(quantity), reference };
}
