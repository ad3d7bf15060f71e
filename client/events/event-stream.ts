import type {
  BookingEvent,
  BulkChangeEvent,
  FreshnessEvent,
  ReadyEvent,
  ReservationEvent,
  ResetEvent,
  SlotEvent,
  SyncEvent,
} from '../api.ts';
import { HoldfastProblem, readProblem } from '../holdfast-problem.ts';
import { wait } from '../wait.ts';
import { EventParser } from './event-parser.ts';

export type EventTopic = 'slots' | 'reservations' | 'bookings' | 'sync' | 'freshness';

type EventShape =
  | ReadyEvent
  | ResetEvent
  | SlotEvent
  | ReservationEvent
  | BookingEvent
  | SyncEvent
  | BulkChangeEvent
  | FreshnessEvent;

/** An event by its `type`. After `reset` and `many`, fetch again what is displayed: single changes were not reported. */
export type HoldfastEvent = {
  [E in EventShape as E['event']]: { readonly type: E['event']; readonly data: E['data'] };
}[EventShape['event']];

export interface EventOptions {
  /** Defaults to all topics. */
  readonly topics?: readonly EventTopic[];
  readonly providerId?: number;
  readonly signal?: AbortSignal;
  /** Called when the connection ends or fails, before the client connects again. The next event means that it has. */
  readonly onBreak?: () => void;
}

/** Silence after which the connection counts as dead. The server sends something at least every 15 seconds. */
const SILENT_MS = 45_000;
const SHORTEST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 10_000;

/**
 * Yields events, and reconnects with the last id after a break, so that each event arrives at least once. The server
 * disconnects a reader that is too slow, and the reader reconnects in the same way.
 */
export async function* listen(
  url: string,
  send: typeof fetch,
  { topics, providerId, signal, onBreak }: EventOptions = {},
): AsyncGenerator<HoldfastEvent, void, undefined> {
  const search = new URLSearchParams();
  if (topics) search.set('topics', topics.join(','));
  if (providerId !== undefined) search.set('provider_id', String(providerId));
  const place = { lastId: '', retryMs: 1_000 };
  for (let failures = 0; !signal?.aborted; failures += 1) {
    try {
      for await (const event of connection(`${url}?${search}`, send, place, signal)) {
        failures = 0;
        yield event;
      }
    } catch (error) {
      const refused = error instanceof HoldfastProblem && error.status < 500;
      if (refused && !signal?.aborted) throw error;
    }
    if (!signal?.aborted) onBreak?.();
    const waitMs =
      Math.min(Math.max(place.retryMs, SHORTEST_WAIT_MS) * 2 ** failures, LONGEST_WAIT_MS) * (0.5 + Math.random() / 2);
    await wait(waitMs, signal).catch(() => {});
  }
}

interface Place {
  lastId: string;
  retryMs: number;
}

async function* connection(
  url: string,
  send: typeof fetch,
  place: Place,
  signal?: AbortSignal,
): AsyncGenerator<HoldfastEvent, void, undefined> {
  const ended = new AbortController();
  const end = () => ended.abort();
  signal?.addEventListener('abort', end, { once: true });
  let silence = setTimeout(end, SILENT_MS);
  try {
    const headers: Record<string, string> = { accept: 'text/event-stream' };
    if (place.lastId !== '') headers['last-event-id'] = place.lastId;
    const response = await send(url, { headers, cache: 'no-store', signal: ended.signal });
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
    if (!response.ok || !response.body || !isStream) throw await readProblem(response);
    const parser = new EventParser(place.lastId);
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(silence);
      const events = parser.push(value);
      place.retryMs = parser.retryMs ?? place.retryMs;
      for (const { type, data } of events) yield { type, data: JSON.parse(data) } as HoldfastEvent;
      // Set last: an event that cannot be parsed breaks the connection, and is requested again.
      place.lastId = parser.lastEventId;
      silence = setTimeout(end, SILENT_MS);
    }
  } finally {
    clearTimeout(silence);
    signal?.removeEventListener('abort', end);
    end();
  }
}
