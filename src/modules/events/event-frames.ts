import type { Ownership } from '../../access/index.ts';
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
  /** Only reservations and bookings of this owner. */
  readonly ownership: Ownership;
}

/** One event of the stream, as text without its id. */
interface Frame {
  readonly topic: Topic;
  /** `undefined` for an event that concerns no single slot; `null` for a slot without a provider, and an unknown one. */
  readonly providerId: Id | null | undefined;
  /** The client of a reservation; `undefined` as above, and `null` for one that is unknown. */
  readonly clientId: Id | null | undefined;
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

function framesOf(topic: Topic, event: LoggedEvent): Frame[] {
  const { isBulk, attributes, slotIds, reservationIds, providerIds, clientIds } = event;
  // Without a list of slots there is nothing to name in an event of the topic.
  if (isBulk || (slotIds === null && topic === 'slots')) {
    return [{ topic, providerId: undefined, clientId: undefined, text: writeFrame('many', { topic }) }];
  }
  const name = EVENT_NAMES[topic];
  if (slotIds === null) {
    // The data belong to an owner that the event does not name, so no owner receives them.
    const owner = hasOwner(topic) ? null : undefined;
    return [{ topic, providerId: owner, clientId: owner, text: writeFrame(name, attributes) }];
  }
  return slotIds.map((slot_id, index) => {
    const provider_id = providerIds?.[index] ?? null;
    const data =
      topic === 'slots'
        ? { slot_id, provider_id }
        : { reservation_id: reservationIds?.[index], slot_id, provider_id, ...attributes };
    const clientId = clientIds?.[index] ?? null;
    return { topic, providerId: provider_id, clientId, text: writeFrame(name, data) };
  });
}

/**
 * Text of the frames that pass a filter. The id is on the last frame: a connection that breaks earlier receives all of
 * them again, and never loses some.
 */
export function selectFrames({ cursor, frames }: FramedEvent, { topics, providerId, ownership }: EventFilter): string {
  const texts = frames
    .filter((frame) => topics.has(frame.topic) && concernsProvider(frame, providerId) && isOf(ownership, frame))
    .map(({ text }) => text);
  const last = texts.pop();
  return last === undefined ? '' : `${texts.join('')}id: ${formatCursor(cursor)}\n${last}`;
}

function concernsProvider(frame: Frame, providerId: Id | undefined): boolean {
  return providerId === undefined || frame.providerId === undefined || frame.providerId === providerId;
}

function hasOwner(topic: Topic): boolean {
  return topic === 'reservations' || topic === 'bookings';
}

/** Slots are everyone's to see. What says that something changed, without saying what, is too. */
function isOf(ownership: Ownership, { topic, providerId, clientId }: Frame): boolean {
  if (!hasOwner(topic)) return true;
  if (ownership.clientId !== null) return clientId === undefined || clientId === ownership.clientId;
  return ownership.providerId === null || providerId === undefined || providerId === ownership.providerId;
}

/** The topics that an owner may listen to: a party to reservations does not hear how the server works. */
export function topicsOf({ clientId, providerId }: Ownership): readonly Topic[] {
  if (clientId !== null) return ['slots', 'reservations', 'bookings'];
  return providerId === null ? TOPICS : ['slots', 'reservations'];
}
