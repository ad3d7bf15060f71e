import { bookingsOf } from '../api/questions.ts';
import { useKnown } from '../use-known.ts';
import { useWho } from '../who.tsx';

const WATCH_EVERY_MS = 1_500;

/** The bookings of whoever is booking. */
export function useBookings() {
  const { client } = useWho();
  // What is pending is about to be decided elsewhere.
  return useKnown(client && bookingsOf(client.client_id), { freshForMs: WATCH_EVERY_MS });
}
