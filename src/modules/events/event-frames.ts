import type { Id } from '../../platform/ids.ts';
import { type Cursor, cursorText } from './cursor.ts';
import type { LoggedEvent } from './event-log.ts';

export const TOPICS = ['slots', 'reservations', 'bookings', 'sync', 'freshness'] as const;
export type Topic = (typeof TOPICS)[number];

/** What somebody wants to hear of. */
export interface EventFilter {
  readonly topics: ReadonlySet<Topic>;
  /** Only slots and reservations of this provider; what has none is left out, and what is told as `many` is not. */
  readonly providerId: Id | undefined;
}

/** One event as it is sent, without its id. */
interface Frame {
  readonly topic: Topic;
  readonly providerId: Id | null | undefined;
  readonly text: string;
}

/** An event as everybody may hear it: written once, however many listen. */
export interface FramedEvent {
  readonly cursor: Cursor;
  readonly frames: readonly Frame[];
}

/** A claim on a slot changes what is left of it, so a reservation's event is its slot's, too. */
const TOPICS_OF: Readonly<Record<string, readonly Topic[]>> = {
  slot: ['slots'],
  reservation: ['slots', 'reservations'],
  booking: ['bookings'],
  sync: ['sync'],
};

export function writeFrame(event: string, data: unknown, id?: Cursor): string {
  return `${id ? `id: ${cursorText(id)}\n` : ''}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

export function frameEvent(event: LoggedEvent): FramedEvent {
  const topics = TOPICS_OF[event.kind] ?? [];
  return { cursor: event.cursor, frames: topics.flatMap((topic) => framesOf(topic, event)) };
}

function framesOf(topic: Topic, { many, facts, slots, reservations, providers }: LoggedEvent): Frame[] {
  if (many) return [{ topic, providerId: undefined, text: writeFrame('many', { topic }) }];
  if (slots === null) return [{ topic, providerId: undefined, text: writeFrame(NAMES[topic], facts) }];
  return slots.map((slot_id, index) => {
    const provider_id = providers?.[index] ?? null;
    const data =
      topic === 'slots'
        ? { slot_id, provider_id }
        : { reservation_id: reservations?.[index], slot_id, provider_id, ...facts };
    return { topic, providerId: provider_id, text: writeFrame(NAMES[topic], data) };
  });
}

const NAMES: Readonly<Record<Topic, string>> = {
  slots: 'slot',
  reservations: 'reservation',
  bookings: 'booking',
  sync: 'sync',
  freshness: 'freshness',
};

/**
 * What a listener is sent of an event. The id stands at the last frame: who is cut off before has it all told again,
 * rather than a part of it never.
 */
export function selectFrames({ cursor, frames }: FramedEvent, { topics, providerId }: EventFilter): string {
  const texts = frames.filter((frame) => topics.has(frame.topic) && isOf(frame, providerId)).map(({ text }) => text);
  const last = texts.pop();
  return last === undefined ? '' : `${texts.join('')}id: ${cursorText(cursor)}\n${last}`;
}

function isOf(frame: Frame, providerId: Id | undefined): boolean {
  return providerId === undefined || frame.providerId === undefined || frame.providerId === providerId;
}
