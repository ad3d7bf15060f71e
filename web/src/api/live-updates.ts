import type { QueryClient } from '@tanstack/react-query';
import type { EventTopic, HoldfastEvent } from '../../../client/index.ts';
import { rightsOf } from '../session/rights.ts';
import { onSessionChange, sessionState } from '../session/session-state.ts';
import { backOffMs } from './back-off.ts';
import type { QueryName } from './cached.ts';
import { connectionState, onNoResponse, setConnectionState } from './connection-state.ts';
import { createQueuedRefetch } from './invalidate-queries.ts';
import { isServerUp, server } from './server.ts';

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
/** Delays between attempts to connect. */
const RECONNECT = { firstMs: 1_000, maxMs: 30_000 };

/** Refetches what the event stream reports as changed. Without a stream, the page polls what it shows. */
export function startLiveUpdates(client: QueryClient): void {
  void followEvents(client, createBatch(createQueuedRefetch(client)));
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

/** Ends the pause before the next attempt to connect. */
let endPause = () => {};

/** Attempts to connect now, because the visitor asks for it or the network is back. */
export function reconnectNow(): void {
  endPause();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    endPause = resolve;
    window.setTimeout(resolve, ms);
  });
}

/**
 * Follows the event stream for the lifetime of the page. `EventSource` is no option: it does not notice a dead
 * connection, and it gives up for good when the server refuses one.
 */
async function followEvents(client: QueryClient, onChange: (names: readonly QueryName[]) => void): Promise<void> {
  let connection = new AbortController();
  // A request without a response shows that the stream is dead as well, long before its silence does.
  onNoResponse(() => connection.abort());
  window.addEventListener('offline', () => connection.abort());
  window.addEventListener('online', reconnectNow);
  onSessionChange(() => {
    connection.abort();
    reconnectNow();
  });
  for (let failures = 0, hasMissedEvents = false; ; failures += 1, hasMissedEvents = true) {
    const topics = await whenAllowed();
    connection = new AbortController();
    const { signal } = connection;
    try {
      for await (const event of server.events({ topics, signal, onBreak: () => connection.abort() })) {
        if (event.type !== 'ready' && event.type !== 'reset') {
          onChange(queriesChangedBy(event));
          continue;
        }
        failures = 0;
        setConnectionState('live');
        if (hasMissedEvents) refetchAll(client);
        else if (event.type === 'reset') onChange(ALL_QUERIES);
        hasMissedEvents = false;
      }
    } catch {
      // Refused. The page polls until the stream is open again.
    }
    await untilServerIsUp();
    // The server answers and has closed the stream, or does not open it.
    await pause(backOffMs(failures, RECONNECT));
  }
}

/** Waits for a session that may listen to events. @returns the topics that it may listen to */
async function whenAllowed(): Promise<readonly EventTopic[]> {
  for (;;) {
    const { topics } = rightsOf(sessionState());
    if (topics.length > 0) return topics;
    await new Promise<void>((resolve) => {
      const stop = onSessionChange(() => {
        stop();
        resolve();
      });
    });
  }
}

/** Probes until the server answers. Meanwhile this is the only request that the page sends by itself. */
async function untilServerIsUp(): Promise<void> {
  for (let failures = 0; !(await isServerUp()); failures += 1) {
    setConnectionState(navigator.onLine ? 'unreachable' : 'offline');
    await pause(backOffMs(failures, RECONNECT));
  }
  setConnectionState('polling');
}

/** Fetches everything that is visible, also what has failed and what no event reports. */
function refetchAll(client: QueryClient): void {
  void client.invalidateQueries();
}

function pollWithoutStream(client: QueryClient): void {
  window.setInterval(() => {
    if (connectionState() !== 'polling' || document.hidden || sessionState().kind === 'signed-out') return;
    void client.invalidateQueries(
      {
        type: 'active',
        predicate: ({ queryKey: [name], state }) =>
          state.status === 'error' || ALL_QUERIES.some((each) => each === name),
      },
      // A response that takes longer than the interval still arrives.
      { cancelRefetch: false },
    );
  }, POLL_EVERY_MS);
}
