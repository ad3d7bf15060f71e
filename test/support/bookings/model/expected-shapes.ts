import type { BookingModel, ModelEvent, ModelReservation, ModelSlot } from './booking-model.ts';
import { Refused } from './booking-model.ts';

/** The model's slots and reservations as answers show them. */

const PROVIDER_NAME = { first_name: 'Jane', last_name: 'Doe' };

/** A time to the second, as most answers show it. */
export function seconds(micros: number): string {
  return new Date(Math.floor(micros / 1_000_000) * 1_000).toISOString().replace('.000Z', 'Z');
}

/** A time with all six decimals. */
export function exactly(micros: number): string {
  return seconds(micros).replace('Z', `.${String(micros % 1_000_000).padStart(6, '0')}Z`);
}

export function shapeSlot(model: BookingModel, slot: ModelSlot) {
  const remaining = slot.closed ? 0 : slot.capacity - model.claimed(slot);
  return {
    slot_id: slot.id,
    provider_id: slot.provider,
    start_time: seconds(slot.start),
    end_time: seconds(slot.end),
    capacity: slot.capacity,
    price: null,
    remaining,
    is_available: remaining > 0,
    version: model.version(slot),
  };
}

export function shapeTimeslot(model: BookingModel, slot: ModelSlot) {
  const { provider_id, start_time, end_time, is_available } = shapeSlot(model, slot);
  return { timeslot_id: slot.id, provider_id, ...PROVIDER_NAME, start_time, end_time, is_available };
}

export function shapeReservation(model: BookingModel, reservation: ModelReservation) {
  return {
    ...shapeAs(reservation, {
      at: model.now,
      status: model.statusOf(reservation),
      slot: reservation.slot,
      expiresAt: reservation.expiresAt,
    }),
    confirmed_at: reservation.decidedAt === null ? null : seconds(reservation.decidedAt),
    price: null,
    write_back: null,
  };
}

function shapeAs(reservation: ModelReservation, { status, slot, expiresAt }: ModelEvent) {
  return {
    reservation_id: reservation.id,
    slot_id: slot.id,
    provider_id: slot.provider,
    client_id: reservation.client,
    quantity: reservation.quantity,
    status,
    start_time: seconds(slot.start),
    end_time: seconds(slot.end),
    created_at: seconds(reservation.heldAt),
    expires_at: seconds(expiresAt),
  };
}

export function shapeFixedReservation(reservation: ModelReservation) {
  const { slot } = reservation;
  return {
    reservation_id: reservation.id,
    timeslot_id: slot.id,
    provider_id: slot.provider,
    client_id: reservation.client,
    start_time: seconds(slot.start),
    end_time: seconds(slot.end),
    created_at: seconds(reservation.heldAt),
    is_confirmed: reservation.status === 'confirmed',
  };
}

export function shapeHistory(model: BookingModel, reservation: ModelReservation) {
  return {
    history: model.history(reservation).map(({ at, status, slot, expiresAt }) => ({
      at: exactly(at),
      status,
      slot_id: slot.id,
      quantity: reservation.quantity,
      expires_at: seconds(expiresAt),
      by: null,
    })),
  };
}

/** A reservation as it was at a moment. Throws `Refused` for a moment in the future. */
export function shapeAt(model: BookingModel, reservationId: number, at: number) {
  if (at > model.now) throw new Refused(422, 'future-time');
  const reservation = model.reservation(reservationId);
  const event = model.history(reservation).findLast((each) => each.at <= at);
  if (event === undefined) throw new Refused(404, 'before-first-state');
  const { decidedAt } = reservation;
  return {
    ...shapeAs(reservation, event),
    confirmed_at: decidedAt === null || decidedAt > at ? null : seconds(decidedAt),
    price: null,
    write_back: null,
  };
}

export function byStart(slots: readonly ModelSlot[]): ModelSlot[] {
  return slots.toSorted((a, b) => a.start - b.start || a.id - b.id);
}
