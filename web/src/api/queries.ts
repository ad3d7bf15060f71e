import type { Extras } from '../../../client/index.ts';
import type { CachedQuery, GetRequest } from './cached.ts';
import { server } from './server.ts';

/** Every GET request of this page, with its cache key. */

const { get } = server.exchange;

export function query<T>(key: CachedQuery<T>['key'], request: GetRequest<T>): CachedQuery<T> {
  return { key, request };
}

export const providerListQuery = () =>
  query(['providers'], (options) => get('/api/v1/providers', { query: { limit: 100 }, ...options }));

export const providerQuery = (id: number) =>
  query(['provider', id], (options) => get('/api/v1/providers/{id}', { path: { id }, ...options }));

export const clientListQuery = () =>
  query(['clients'], (options) => get('/api/v1/clients', { query: { limit: 100 }, ...options }));

export const clientQuery = (id: number) =>
  query(['client', id], (options) => get('/api/v1/clients/{id}', { path: { id }, ...options }));

export const reservationsQuery = (client_id: number) =>
  query(['reservations', client_id], (options) =>
    get('/api/v1/reservations', { query: { client_id, limit: 100 }, ...options }),
  );

/** Live reservations of a provider's slots from a day on. */
export const upcomingReservationsQuery = (provider_id: number, from: string) =>
  query(['reservations', 'of-provider', provider_id, from], (options) =>
    get('/api/v1/reservations', { query: { provider_id, from, live: 'true', limit: 1_000 }, ...options }),
  );

export const reservationQuery = (id: number) =>
  query(['reservations', 'one', id], (options) => get('/api/v1/reservations/{id}', { path: { id }, ...options }));

export const reservationHistoryQuery = (id: number) =>
  query(['history', id], (options) => get('/api/v1/reservations/{id}/history', { path: { id }, ...options }));

/** A provider's free timeslots that start far enough ahead to be reserved. */
export const freeTimesQuery = (provider_id: number) =>
  query(['free-times', provider_id], (options) =>
    get('/client/getProviderAvailability', { query: { provider_id }, ...options }),
  );

/** A provider's free slots, with prices, on one day of the provider's calendar. */
export const freeSlotsQuery = (provider_id: number, date: string, from: string, to: string) =>
  query(['slots', provider_id, 'free', date], (options) =>
    get('/api/v1/slots', { query: { provider_id, available: 'true', from, to, limit: 1_000 }, ...options }),
  );

interface ProviderTimes {
  readonly provider_id: number;
  readonly from: string;
  readonly to: string;
}

/** Requests pages of a provider's slots, free or not. The caller caches all pages as one response. */
export const slotPages = (times: ProviderTimes) => (cursor: string | undefined) => (options: Extras) =>
  get('/api/v1/slots', { query: { ...times, cursor, limit: 1_000 }, ...options });

/** Requests pages of a provider's held and confirmed reservations. The caller caches all pages as one response. */
export const reservationPages = (times: ProviderTimes) => (cursor: string | undefined) => (options: Extras) =>
  get('/api/v1/reservations', { query: { ...times, live: 'true', cursor, limit: 1_000 }, ...options });

export const experienceListQuery = () => query(['experiences'], (options) => get('/api/v1/experiences', options));

export const experienceDatesQuery = (id: number) =>
  query(['experience', id, 'dates'], (options) => get('/api/v1/experience/{id}/dates', { path: { id }, ...options }));

export const experienceSlotsQuery = (id: number, date: string) =>
  query(['experience', id, 'slots', date], (options) =>
    get('/api/v1/experience/{id}/slots', { path: { id }, query: { date }, ...options }),
  );

export const itemListQuery = () => query(['items'], (options) => get('/api/items', options));

export const bookingsQuery = (client_id: number) =>
  query(['bookings', client_id], (options) => get('/api/bookings', { query: { client_id, limit: 1_000 }, ...options }));

export const orderPageQuery = (page: number) =>
  query(['orders', page], (options) => get('/orders/{page}', { path: { page }, ...options }));

export const vehicleHistoryQuery = (id: number) =>
  query(['vehicles', id, 'history'], (options) => get('/vehicles/{id}/history', { path: { id }, ...options }));

export const syncStatusQuery = () => query(['sync'], (options) => get('/api/v1/sync/status', options));
