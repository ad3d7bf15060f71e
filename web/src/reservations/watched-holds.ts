import { useEffect, useSyncExternalStore } from 'react';
import type { Reservation } from '../api/resources.ts';

/**
 * Holds that this browser has shown and whose end the visitor does not know of yet. Local storage keeps them, so that a
 * hold that ends during a reload, or while the page is closed, does not disappear without a word.
 */
const STORAGE_KEY = 'holdfast.holds';
const MAX_WATCHED = 100;

const listeners = new Set<() => void>();

function stored(): string {
  return localStorage.getItem(STORAGE_KEY) ?? '';
}

function parseIds(text: string): number[] {
  return text
    .split(',')
    .map(Number)
    .filter((id) => id > 0);
}

function change(watched: readonly number[]): void {
  const text = watched.slice(-MAX_WATCHED).join(',');
  if (text === stored()) return;
  localStorage.setItem(STORAGE_KEY, text);
  for (const listener of listeners) listener();
}

/** Ends watching a hold: the visitor has ended it, or has read that it has ended. */
export function forgetHold(id: number): void {
  change(parseIds(stored()).filter((each) => each !== id));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  // Another tab has changed it.
  window.addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', listener);
  };
}

/** The holds to show: the live ones, and those that have ended without the visitor's doing, until they are dismissed. */
export function useShownHolds(reservations: readonly Reservation[] | undefined): Reservation[] {
  const watched = parseIds(useSyncExternalStore(subscribe, stored));
  useEffect(() => {
    const statuses = new Map(reservations?.map(({ reservation_id, status }) => [reservation_id, status]));
    const kept = parseIds(stored()).filter((id) => !['confirmed', 'conflict'].includes(statuses.get(id) ?? ''));
    const live = [...statuses].flatMap(([id, status]) => (status === 'held' && !kept.includes(id) ? [id] : []));
    change([...kept, ...live]);
  }, [reservations]);
  return (reservations ?? []).filter(
    ({ reservation_id: id, status }) =>
      status === 'held' || ((status === 'expired' || status === 'cancelled') && watched.includes(id)),
  );
}
