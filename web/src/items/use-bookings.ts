import type { Booking } from '../api/shapes.ts';
import { type Knowledge, useKnown } from '../use-known.ts';
import { useWho } from '../who.tsx';

const WATCH_EVERY_MS = 1_500;

/** The bookings of whoever is booking. */
export function useBookings(): Knowledge<{ readonly bookings: readonly Booking[] }> {
  const { client } = useWho();
  return useKnown(
    ['bookings', client?.client_id],
    `/api/bookings?client_id=${client?.client_id}&limit=1000`,
    // What is pending is about to be decided elsewhere.
    { enabled: client !== undefined, freshForMs: WATCH_EVERY_MS },
  );
}
