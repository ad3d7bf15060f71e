import { toSeconds } from '../../platform/time/instant.ts';
import { toJsonPrice } from '../inventory/index.ts';
import type { AvailableSlot } from './availability/availability-view.ts';
import type { Reservation } from './booking/reservation.ts';
import type { ReservationEvent } from './booking/reservation-view.ts';
import type { Client } from './people/client-store.ts';
import type { Provider } from './people/provider-store.ts';

/** A slot as the fixed paths name it, with the name of who offers it. */
export function toTimeslot(slot: AvailableSlot, provider: Provider) {
  return {
    timeslot_id: slot.slot_id,
    provider_id: provider.provider_id,
    first_name: provider.first_name,
    last_name: provider.last_name,
    start_time: toSeconds(slot.start_time),
    end_time: toSeconds(slot.end_time),
    is_available: slot.is_available,
  };
}

/** A reservation as the fixed paths name it. */
export function toFixedReservation(reservation: Reservation) {
  return {
    reservation_id: reservation.reservation_id,
    timeslot_id: reservation.slot_id,
    provider_id: reservation.provider_id,
    client_id: reservation.client_id,
    start_time: toSeconds(reservation.start_time),
    end_time: toSeconds(reservation.end_time),
    created_at: toSeconds(reservation.created_at),
    is_confirmed: reservation.status === 'confirmed',
  };
}

export function toSlot(slot: AvailableSlot) {
  return {
    ...slot,
    start_time: toSeconds(slot.start_time),
    end_time: toSeconds(slot.end_time),
    price: slot.price && toJsonPrice(slot.price),
  };
}

export function toReservation({ name, pax, ...reservation }: Reservation) {
  return {
    ...reservation,
    start_time: toSeconds(reservation.start_time),
    end_time: toSeconds(reservation.end_time),
    created_at: toSeconds(reservation.created_at),
    expires_at: toSeconds(reservation.expires_at),
    confirmed_at: reservation.confirmed_at === null ? null : toSeconds(reservation.confirmed_at),
    price: reservation.price && toJsonPrice(reservation.price),
    ...(name !== null && { name }),
    ...(pax && { pax: pax.map((each) => ({ ...each, price: toJsonPrice(each.price) })) }),
  };
}

/** Times of events stay exact: a state can then be asked for at just that moment. */
export function toHistory(events: readonly ReservationEvent[]) {
  return { history: events.map((event) => ({ ...event, expires_at: toSeconds(event.expires_at) })) };
}

export function toPerson<T extends Provider | Client>(person: T): T {
  return { ...person, created_at: toSeconds(person.created_at) };
}
