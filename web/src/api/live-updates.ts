import type { QueryClient } from '@tanstack/react-query';
import type { EventTopic, HoldfastEvent } from '../../../client/index.ts';
import type { QueryName } from './cached.ts';
import { connectionState, setConnectionState } from './connection-state.ts';
import { createQueuedRefetch } from './invalidate-queries.ts';
import { server } from './server.ts';

const TOPICS: readonly EventTopic[] = ['slots', 'reservations', 'bookings', 'sync'];

/** Queries whose responses an event of each topic may have changed. */
const QUERIES_BY_TOPIC: Readonly<Record<EventTopic, readonly QueryName[]>> = {
  slots: ['free-times', 'slots', 'experience', 'items'],
  reservations: ['reservations', 'history', 'free-times', 'slots'],
  bookings: ['bookings', 'items', 'reservations'],
  sync: ['sync', 'items', 'experience'],
  freshness: [],
};
const ALL_QUERIES: readonly QueryName[] = [...new Set(Object.values(QUERIES_BY_TOPIC).flat())];

function queriesChangedBy(event: HoldfastEvent): readonly QueryName[] {
  switch (event.type) {
    case 'slot':
      return QUERIES_BY_TOPIC.slots;
    case 'reservation':
      return QUERIES_BY_TOPIC.reservations;
    case 'booking':
      return QUERIES_BY_TOPIC.bookings;
    case 'sync':
      return QUERIES_BY_TOPIC.sync;
    case 'many':
      return QUERIES_BY_TOPIC[event.data.topic];
    case 'reset':
      return ALL_QUERIES;
    default:
      return [];
  }
}

/** Events that arrive within this time are handled together. */
const BATCH_MS = 120;
const POLL_EVERY_MS = 4_000;
const RECONNECT_AFTER_MS = 30_000;

/** Refetches what the event stream reports as changed. Without a stream, the page polls what it shows. */
export function startLiveUpdates(client: QueryClient): void {
  void followEvents(createBatch(createQueuedRefetch(client)));
  pollWithoutStream(client);
}

/** Collects names for a moment, then calls `refetch` once for each. */
function createBatch(refetch: (name: QueryName) => void): (names: readonly QueryName[]) => void {
  const collected = new Set<QueryName>();
  const flush = () => {
    const batch = [...collected];
    collected.clear();
    for (const name of batch) refetch(name);
  };
  return (names) => {
    if (collected.size === 0 && names.length > 0) window.setTimeout(flush, BATCH_MS);
    for (const name of names) collected.add(name);
  };
}

/**
 * Follows the event stream for the lifetime of the page. `EventSource` is no option: it does not notice a dead
 * connection, and it gives up for good when the server refuses one.
 */
async function followEvents(onChange: (names: readonly QueryName[]) => void): Promise<void> {
  let hasMissedEvents = false;
  let connection = new AbortController();
  const onBreak = () => {
    hasMissedEvents = true;
    setConnectionState(navigator.onLine ? 'polling' : 'offline');
  };
  window.addEventListener('online', () => {
    // The old connection may hang, and the API client's next attempt may be seconds away.
    hasMissedEvents = true;
    connection.abort();
  });
  for (;;) {
    connection = new AbortController();
    try {
      for await (const event of server.events({ topics: TOPICS, onBreak, signal: connection.signal })) {
        if (event.type === 'ready' || event.type === 'reset') setConnectionState('live');
        onChange(hasMissedEvents ? ALL_QUERIES : queriesChangedBy(event));
        hasMissedEvents = false;
      }
    } catch {
      onBreak();
      await new Promise((resolve) => window.setTimeout(resolve, RECONNECT_AFTER_MS));
    }
  }
}

function pollWithoutStream(client: QueryClient): void {
  window.setInterval(() => {
    const isPolling = connectionState() === 'polling' || connectionState() === 'offline';
    if (!isPolling || document.hidden) return;
    void client.invalidateQueries(
      { type: 'active', predicate: ({ queryKey: [name] }) => ALL_QUERIES.some((each) => each === name) },
      // A response that takes longer than the interval still arrives.
      { cancelRefetch: false },
    );
  }, POLL_EVERY_MS);
  window.addEventListener('offline', () => setConnectionState('offline'));
  window.addEventListener('online', () => {
    if (connectionState() === 'offline') setConnectionState('polling');
    void client.invalidateQueries({ type: 'active' });
  });
}
