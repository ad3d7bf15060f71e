import type { AvailabilityRequest, HoldRequest } from './resources.ts';
import { server } from './server.ts';

/** Every change this page can request. */

export function createClient(first_name: string, last_name: string) {
  return server.post('/api/v1/clients', { body: { first_name, last_name } });
}

export function createProvider(first_name: string, last_name: string, time_zone: string) {
  return server.post('/api/v1/providers', { body: { first_name, last_name, time_zone } });
}

export function holdSlot(request: HoldRequest) {
  return server.post('/api/v1/reservations', { body: request });
}

export type ReservationAction = 'confirm' | 'cancel' | 'extend';

/** @param client_id `undefined` when a provider cancels */
export function changeReservation(action: ReservationAction, id: number, client_id: number | undefined) {
  return server.post(`/api/v1/reservations/{id}/${action}`, {
    path: { id },
    body: client_id === undefined ? {} : { client_id },
  });
}

export function reschedule(id: number, client_id: number, slot_id: number) {
  return server.post('/api/v1/reservations/{id}/reschedule', { path: { id }, body: { client_id, slot_id } });
}

export function offerTime(id: number, request: AvailabilityRequest) {
  return server.post('/api/v1/providers/{id}/availability', { path: { id }, body: request });
}

export function blockTime(id: number, start: string, end: string, reservations: 'keep' | 'cancel') {
  const query = { start, end, reservations };
  return server.delete('/api/v1/providers/{id}/availability', { path: { id }, query });
}

export function bookItem(client_id: number, item_id: number, quantity: number) {
  return server.post('/api/bookings', { body: { client_id, item_id, quantity } });
}

export function cancelBooking(client_id: number, id: number) {
  return server.delete('/api/bookings/{id}', { path: { id }, query: { client_id } });
}

export function setSync(action: 'pause' | 'resume', supplier: string | undefined) {
  return server.post(`/api/v1/sync/${action}`, { query: { supplier } });
}
