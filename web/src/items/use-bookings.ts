import { bookingsOf } from '../api/queries.ts';
import { useKnown } from '../api/use-cached.ts';
import { useWho } from '../shell/current-client.tsx';

const WATCH_EVERY_MS = 1_500;

/** The bookings of whoever is booking. */
export function useBookings() {
  const { client } = useWho();
  // What is pending is about to be decided elsewhere.
  return useKnown(client && bookingsOf(client.client_id), { freshForMs: WATCH_EVERY_MS });
}
