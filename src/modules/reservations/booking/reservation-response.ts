import { toMicroseconds, toSeconds } from '../../../platform/time/instant.ts';
import { toJsonPrice } from '../../inventory/index.ts';
import type { Reservation } from './reservation.ts';
import type { ReservationEvent } from './reservation-view.ts';

/** A reservation as answers under /api/v1 show it. */
export function toReservationResponse({ name, pax, ...reservation }: Reservation) {
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

/** The times of events have all six decimals: as `at` they name just that microsecond, and not its whole second. */
export function toHistoryResponse(events: readonly ReservationEvent[]) {
  return {
    history: events.map((event) => ({
      ...event,
      at: toMicroseconds(Temporal.Instant.from(event.at)),
      expires_at: toSeconds(event.expires_at),
    })),
  };
}

/** A reservation as the fixed paths show it. They call its slot a timeslot. */
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
