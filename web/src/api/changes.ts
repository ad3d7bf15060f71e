import { send } from './request.ts';
import type { Blocked, Booking, Client, Offer, Provider, Reservation, ReserveCommand, Slot } from './shapes.ts';

/** Everything this page can change. */

export function createClient(first_name: string, last_name: string): Promise<Client> {
  return send('POST', '/api/v1/clients', { first_name, last_name });
}

export function createProvider(first_name: string, last_name: string, time_zone: string): Promise<Provider> {
  return send('POST', '/api/v1/providers', { first_name, last_name, time_zone });
}

export function hold(command: ReserveCommand): Promise<Reservation> {
  return send('POST', '/api/v1/reservations', command);
}

type Step = 'confirm' | 'cancel' | 'extend';

export function changeReservation(step: Step, reservationId: number, clientId: number): Promise<Reservation> {
  return send('POST', `/api/v1/reservations/${reservationId}/${step}`, { client_id: clientId });
}

export function reschedule(reservationId: number, clientId: number, slotId: number): Promise<Reservation> {
  return send('POST', `/api/v1/reservations/${reservationId}/reschedule`, { client_id: clientId, slot_id: slotId });
}

export function offerTime(providerId: number, offer: Offer): Promise<{ readonly slots: readonly Slot[] }> {
  return send('POST', `/api/v1/providers/${providerId}/availability`, offer);
}

export function blockTime(
  providerId: number,
  start: string,
  end: string,
  reservations: 'keep' | 'cancel',
): Promise<Blocked> {
  return send(
    'DELETE',
    `/api/v1/providers/${providerId}/availability?${new URLSearchParams({ start, end, reservations })}`,
  );
}

export function bookItem(clientId: number, itemId: number, quantity: number): Promise<Booking> {
  return send('POST', '/api/bookings', { client_id: clientId, item_id: itemId, quantity });
}

export function cancelBooking(clientId: number, bookingId: number): Promise<void> {
  return send('DELETE', `/api/bookings/${bookingId}?client_id=${clientId}`);
}

export function setSync(step: 'pause' | 'resume', supplier: string | undefined): Promise<unknown> {
  const query = supplier === undefined ? '' : `?${new URLSearchParams({ supplier })}`;
  return send('POST', `/api/v1/sync/${step}${query}`);
}
