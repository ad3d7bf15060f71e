import type { Id } from '../../platform/ids.ts';
import { type Cursor, formatCursor } from './cursor.ts';
import type { LoggedEvent } from './event-log.ts';

export const TOPICS = ['slots', 'reservations', 'bookings', 'sync', 'freshness'] as const;
export type Topic = (typeof TOPICS)[number];

/** The events that a listener receives. */
export interface EventFilter {
  readonly topics: ReadonlySet<Topic>;
  /** Only slots and reservations of this provider, bulk changes, and events that concern no slot. */
  readonly providerId: Id | undefined;
}

/** One event of the stream, as text without its id. */
interface Frame {
  readonly topic: Topic;
  /** `undefined` for an event that concerns no single slot; `null` for a slot without a provider. */
  readonly providerId: Id | null | undefined;
  readonly text: string;
}

/** A logged event as frames. They are written once for all listeners. */
export interface FramedEvent {
  readonly cursor: Cursor;
  readonly frames: readonly Frame[];
}

/** A change of a reservation changes what remains of its slot, so it is an event of the slot too. */
const TOPICS_OF_KIND: Readonly<Record<string, readonly Topic[]>> = {
  slot: ['slots'],
  reservation: ['slots', 'reservations'],
  booking: ['bookings'],
  sync: ['sync'],
};

const EVENT_NAMES: Readonly<Record<Topic, string>> = {
  slots: 'slot',
  reservations: 'reservation',
  bookings: 'booking',
  sync: 'sync',
  freshness: 'freshness',
};

/** Text of one event, as server-sent events write it. */
export function writeFrame(event: string, data: unknown, id?: Cursor): string {
  return `${id ? `id: ${formatCursor(id)}\n` : ''}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

export function frameEvent(event: LoggedEvent): FramedEvent {
  const topics = TOPICS_OF_KIND[event.kind] ?? [];
  return { cursor: event.cursor, frames: topics.flatMap((topic) => framesOf(topic, event)) };
}

function framesOf(topic: Topic, { isBulk, attributes, slotIds, reservationIds, providerIds }: LoggedEvent): Frame[] {
  if (isBulk) return [{ topic, providerId: undefined, text: writeFrame('many', { topic }) }];
  const name = EVENT_NAMES[topic];
  if (slotIds === null) return [{ topic, providerId: undefined, text: writeFrame(name, attributes) }];
  return slotIds.map((slot_id, index) => {
    const provider_id = providerIds?.[index] ?? null;
    const data =
      topic === 'slots'
        ? { slot_id, provider_id }
        : { reservation_id: reservationIds?.[index], slot_id, provider_id, ...attributes };
    return { topic, providerId: provider_id, text: writeFrame(name, data) };
  });
}

/**
 * Text of the frames that pass a filter. The id is on the last frame: a connection that breaks earlier receives all of
 * them again, and never loses some.
 */
export function selectFrames({ cursor, frames }: FramedEvent, { topics, providerId }: EventFilter): string {
  const texts = frames
    .filter((frame) => topics.has(frame.topic) && concernsProvider(frame, providerId))
    .map(({ text }) => text);
  const last = texts.pop();
  return last === undefined ? '' : `${texts.join('')}id: ${formatCursor(cursor)}\n${last}`;
}

function concernsProvider(frame: Frame, providerId: Id | undefined): boolean {
  return providerId === undefined || frame.providerId === undefined || frame.providerId === providerId;
}
