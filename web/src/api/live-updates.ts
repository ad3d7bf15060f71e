import type { QueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import type { EventTopic, HoldfastEvent } from '../../../client/index.ts';
import { server } from './server.ts';

const TOPICS: readonly EventTopic[] = ['slots', 'reservations', 'bookings', 'sync'];

/** Which questions a topic's events may have changed the answers of, by the first word of their keys. */
const TOUCHES: Readonly<Record<EventTopic, readonly string[]>> = {
  slots: ['free', 'slots', 'experience', 'items'],
  reservations: ['reservations', 'history', 'free', 'slots'],
  bookings: ['bookings', 'items', 'reservations'],
  sync: ['sync', 'items', 'experience'],
  freshness: [],
};
const EVERYTHING = [...new Set(Object.values(TOUCHES).flat())];

function touchedBy(event: HoldfastEvent): readonly string[] {
  switch (event.type) {
    case 'slot':
      return TOUCHES.slots;
    case 'reservation':
      return TOUCHES.reservations;
    case 'booking':
      return TOUCHES.bookings;
    case 'sync':
      return TOUCHES.sync;
    case 'many':
      return TOUCHES[event.data.topic];
    case 'reset':
      return EVERYTHING;
    default:
      return [];
  }
}

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
  const askAnew = anewIn(client);
  let gathering = false;
  const invalidate = () => {
    gathering = false;
    const words = [...touched];
    touched.clear();
    for (const word of words) askAnew(word);
  };
  const touch = (words: readonly string[]) => {
    for (const word of words) touched.add(word);
    if (gathering) return;
    gathering = true;
    window.setTimeout(invalidate, GATHER_MS);
  };
  void listen(touch);
  poll(client);
}

/**
 * Asks anew for what a word names. What is being asked already is let finish and then asked once more, as its answer may
 * be from before the change: called off each time, nothing would come for as long as others keep changing things.
 */
function anewIn(client: QueryClient): (word: string) => void {
  const asking = new Set<string>();
  const again = new Set<string>();
  return function askAnew(word) {
    if (asking.has(word)) {
      again.add(word);
      return;
    }
    if (client.isFetching({ queryKey: [word] }) > 0) again.add(word);
    asking.add(word);
    void client.invalidateQueries({ queryKey: [word] }, { cancelRefetch: false }).finally(() => {
      asking.delete(word);
      if (again.delete(word)) askAnew(word);
    });
  };
}

/** `EventSource` would not notice a connection that is dead, and gives up for good where it is refused. */
async function listen(touch: (words: readonly string[]) => void): Promise<void> {
  let isMissing = false;
  let round = new AbortController();
  const onBreak = () => {
    isMissing = true;
    become(navigator.onLine ? 'polling' : 'offline');
  };
  window.addEventListener('online', () => {
    // A connection of before may hang, and the next try may be seconds away.
    isMissing = true;
    round.abort();
  });
  for (;;) {
    round = new AbortController();
    try {
      for await (const event of server.events({ topics: TOPICS, onBreak, signal: round.signal })) {
        if (event.type === 'ready' || event.type === 'reset') become('live');
        // Whatever happened while nobody listened.
        touch(isMissing ? EVERYTHING : touchedBy(event));
        isMissing = false;
      }
    } catch {
      onBreak();
      await new Promise((resolve) => window.setTimeout(resolve, TRY_AGAIN_MS));
    }
  }
}

function poll(client: QueryClient): void {
  window.setInterval(() => {
    if (liveness === 'live' || liveness === 'connecting' || document.hidden) return;
    // An answer that is slower than this is let come, too.
    void client.invalidateQueries(
      { type: 'active', predicate: ({ queryKey: [word] }) => EVERYTHING.includes(String(word)) },
      { cancelRefetch: false },
    );
  }, POLL_EVERY_MS);
  window.addEventListener('offline', () => become('offline'));
  window.addEventListener('online', () => {
    if (liveness === 'offline') become('polling');
    void client.invalidateQueries({ type: 'active' });
  });
}
