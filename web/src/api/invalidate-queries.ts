import type { QueryClient } from '@tanstack/react-query';

/** What a reservation of a slot may change, by the first words of the questions' keys. */
export const OF_RESERVATIONS = ['reservations', 'history', 'free', 'slots', 'experience'] as const;
/** What a booking of an item may change. */
export const OF_BOOKINGS = ['items', 'bookings', 'reservations'] as const;

/** After a change of the visitor's own. What is being asked is called off: its answer may be from before. */
export function askAnew(queries: QueryClient, words: readonly string[]): void {
  for (const word of words) void queries.invalidateQueries({ queryKey: [word] });
}
