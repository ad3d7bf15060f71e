import type { QueryClient } from '@tanstack/react-query';
import type { Cached, QueryName } from './cached.ts';
import { reservationsQuery } from './queries.ts';
import type { Reservation } from './resources.ts';

/** Queries that a change of a reservation affects. */
export const RESERVATION_QUERIES: readonly QueryName[] = [
  'reservations',
  'history',
  'free-times',
  'slots',
  'experience',
];
/** Queries that a change of a booking affects. */
export const BOOKING_QUERIES: readonly QueryName[] = ['items', 'bookings', 'reservations'];

interface ReservationList {
  readonly reservations: readonly Reservation[];
}

/** Puts a changed reservation into its client's list before the list is fetched again, so that its card appears at once. */
export function showReservation(client: QueryClient, changed: Reservation): void {
  const { key } = reservationsQuery(changed.client_id);
  client.setQueryData<Cached<ReservationList>>(key, (cached) => {
    if (cached === undefined) return undefined;
    const others = cached.body.reservations.filter(({ reservation_id }) => reservation_id !== changed.reservation_id);
    return { ...cached, etag: null, body: { ...cached.body, reservations: [...others, changed] } };
  });
}

/** Refetches queries after the visitor's own change. A running fetch is cancelled: it may have read the old state. */
export function invalidateQueries(client: QueryClient, names: readonly QueryName[]): void {
  for (const name of names) void client.invalidateQueries({ queryKey: [name] });
}

/**
 * Returns a function that refetches the queries of a name after changes made elsewhere. A running fetch may have read
 * the old state; it is left to finish and then repeated once. Cancelling it instead would show nothing new for as long
 * as others keep making changes.
 */
export function createQueuedRefetch(client: QueryClient): (name: QueryName) => void {
  const running = new Set<QueryName>();
  const repeat = new Set<QueryName>();
  return function refetch(name) {
    if (running.has(name)) {
      repeat.add(name);
      return;
    }
    if (client.isFetching({ queryKey: [name] }) > 0) repeat.add(name);
    running.add(name);
    void client.invalidateQueries({ queryKey: [name] }, { cancelRefetch: false }).finally(() => {
      running.delete(name);
      if (repeat.delete(name)) refetch(name);
    });
  };
}
