import type { Extras } from '../../../client/index.ts';
import type { Ask, Question } from './cached.ts';
import { server } from './server.ts';

/** Everything this page asks, and the keys under which it keeps the answers. */

const { get } = server.exchange;

function question<T>(key: Question<T>['key'], ask: Ask<T>): Question<T> {
  return { key, ask };
}

export const providerList = () =>
  question(['providers'], (how) => get('/api/v1/providers', { query: { limit: 100 }, ...how }));

export const providerOf = (id: number) =>
  question(['provider', id], (how) => get('/api/v1/providers/{id}', { path: { id }, ...how }));

export const clientList = () =>
  question(['clients'], (how) => get('/api/v1/clients', { query: { limit: 100 }, ...how }));

export const clientOf = (id: number) =>
  question(['client', id], (how) => get('/api/v1/clients/{id}', { path: { id }, ...how }));

export const reservationsOf = (client_id: number) =>
  question(['reservations', client_id], (how) =>
    get('/api/v1/reservations', { query: { client_id, limit: 100 }, ...how }),
  );

export const historyOf = (id: number) =>
  question(['history', id], (how) => get('/api/v1/reservations/{id}/history', { path: { id }, ...how }));

export const freeTimeOf = (provider_id: number) =>
  question(['free', provider_id], (how) => get('/client/getProviderAvailability', { query: { provider_id }, ...how }));

/** Of a provider's day, by the visitor's clock. */
export const freeSlotsOf = (provider_id: number, date: string, from: string, to: string) =>
  question(['slots', provider_id, 'free', date], (how) =>
    get('/api/v1/slots', { query: { provider_id, available: 'true', from, to, limit: 100 }, ...how }),
  );

interface Between {
  readonly provider_id: number;
  readonly from: string;
  readonly to: string;
}

/** Pages of all slots of a provider, free or not; parts of an answer that is kept as a whole, as are the next. */
export const slotsBetween = (between: Between) => (cursor: string | undefined) => (how: Extras) =>
  get('/api/v1/slots', { query: { ...between, cursor, limit: 1_000 }, ...how });

/** Pages of a provider's reservations that are held or confirmed. */
export const reservationsBetween = (between: Between) => (cursor: string | undefined) => (how: Extras) =>
  get('/api/v1/reservations', { query: { ...between, live: 'true', cursor, limit: 1_000 }, ...how });

export const slotOf = (id: number) =>
  question(['slots', 'one', id], (how) => get('/api/v1/slots/{id}', { path: { id }, ...how }));

export const experienceList = () => question(['experiences'], (how) => get('/api/v1/experiences', how));

export const experienceDates = (id: number) =>
  question(['experience', id, 'dates'], (how) => get('/api/v1/experience/{id}/dates', { path: { id }, ...how }));

export const experienceSlots = (id: number, date: string) =>
  question(['experience', id, 'slots', date], (how) =>
    get('/api/v1/experience/{id}/slots', { path: { id }, query: { date }, ...how }),
  );

export const itemList = () => question(['items'], (how) => get('/api/items', how));

export const bookingsOf = (client_id: number) =>
  question(['bookings', client_id], (how) => get('/api/bookings', { query: { client_id, limit: 1_000 }, ...how }));

export const orderPage = (page: number) =>
  question(['orders', page], (how) => get('/orders/{page}', { path: { page }, ...how }));

export const vehicleHistory = (id: number) =>
  question(['vehicles', id, 'history'], (how) => get('/vehicles/{id}/history', { path: { id }, ...how }));

export const syncStatus = () => question(['sync'], (how) => get('/api/v1/sync/status', how));
