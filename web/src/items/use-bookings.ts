import { bookingsQuery } from '../api/queries.ts';
import { useCached } from '../api/use-cached.ts';
import { useCurrentClient } from '../shell/current-client.tsx';

/** Short, because the supplier may confirm or decline a pending booking at any time. */
const FRESH_FOR_MS = 1_500;

/** The bookings of the current client. */
export function useBookings() {
  const { client } = useCurrentClient();
  return useCached(client && bookingsQuery(client.client_id), { freshForMs: FRESH_FOR_MS });
}
