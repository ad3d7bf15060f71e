import type { QueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';

/** Which questions an event may have changed the answers of, by the first word of their keys. */
const TOUCHES: Readonly<Record<string, readonly string[]>> = {
  slot: ['free', 'slots', 'experience', 'items'],
  reservation: ['reservations', 'history', 'free', 'slots'],
  booking: ['bookings', 'items', 'reservations'],
  sync: ['sync', 'items', 'experience'],
  // Told every few seconds, whether or not anything has changed.
  freshness: [],
};
const TOUCHED_BY_TOPIC: Readonly<Record<string, readonly string[]>> = {
  slots: TOUCHES.slot ?? [],
  reservations: TOUCHES.reservation ?? [],
  bookings: TOUCHES.booking ?? [],
  sync: TOUCHES.sync ?? [],
};
const ADDRESS = '/api/v1/events?topics=slots,reservations,bookings,sync,freshness';
const GATHER_MS = 120;
const POLL_EVERY_MS = 4_000;
const TRY_AGAIN_MS = 30_000;

export type Liveness = 'connecting' | 'live' | 'polling' | 'offline';

let liveness: Liveness = 'connecting';
const listeners = new Set<() => void>();

function become(next: Liveness): void {
  if (next === liveness) return;
  liveness = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useLiveness(): Liveness {
  return useSyncExternalStore(subscribe, () => liveness);
}

/** Hears of changes, and asks anew for what they touch. Without a stream, what is on show is asked every few seconds. */
export function followChanges(client: QueryClient): void {
  const touched = new Set<string>();
  let gathering = false;
  const invalidate = () => {
    gathering = false;
    const words = [...touched];
    touched.clear();
    void client.invalidateQueries({ predicate: ({ queryKey: [word] }) => words.includes(String(word)) });
  };
  const touch = (words: readonly string[]) => {
    for (const word of words) touched.add(word);
    if (gathering) return;
    gathering = true;
    window.setTimeout(invalidate, GATHER_MS);
  };
  listen(touch);
  poll(client);
}

const EVERYTHING = [...new Set(Object.values(TOUCHES).flat())];

function listen(touch: (words: readonly string[]) => void): void {
  let missed = false;
  const source = new EventSource(ADDRESS);
  source.onopen = () => {
    become('live');
    // Whatever happened while nobody listened.
    if (missed) touch(EVERYTHING);
    missed = false;
  };
  for (const [name, words] of Object.entries(TOUCHES)) source.addEventListener(name, () => touch(words));
  source.addEventListener('many', ({ data }) => {
    const { topic }: { topic?: string } = JSON.parse(data);
    touch(TOUCHED_BY_TOPIC[topic ?? ''] ?? EVERYTHING);
  });
  // The stream cannot say what happened before it was taken up again.
  source.addEventListener('reset', () => touch(EVERYTHING));
  source.onerror = () => {
    missed = true;
    become(navigator.onLine ? 'polling' : 'offline');
    if (source.readyState === EventSource.CLOSED) window.setTimeout(() => listen(touch), TRY_AGAIN_MS);
  };
}

function poll(client: QueryClient): void {
  window.setInterval(() => {
    if (liveness === 'live' || liveness === 'connecting' || document.hidden) return;
    void client.invalidateQueries({
      type: 'active',
      predicate: ({ queryKey: [word] }) => EVERYTHING.includes(String(word)),
    });
  }, POLL_EVERY_MS);
  window.addEventListener('offline', () => become('offline'));
  window.addEventListener('online', () => {
    if (liveness === 'offline') become('polling');
    void client.invalidateQueries({ type: 'active' });
  });
}
