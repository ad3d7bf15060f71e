import { createHash, randomBytes } from 'node:crypto';
import { type InstantText, toMicroseconds } from '../../../platform/time/instant.ts';

/** Longest `data`, in bytes. The whole body stays under 20 kB. */
const MAX_DATA_BYTES = 19_800;
const PREFIX = 'evt_';
const ID_BYTES = 16;

/**
 * The body of an event, as every attempt sends it.
 *
 * @param data the thing as the API shows it, as JSON; if it is too long, its ids stand for it
 */
export function writeEventBody(
  type: string,
  at: InstantText,
  data: string,
  ids: Readonly<Record<string, unknown>> = {},
): string {
  const timestamp = toMicroseconds(Temporal.Instant.from(at));
  const sent = Buffer.byteLength(data) <= MAX_DATA_BYTES ? data : JSON.stringify({ ...ids, truncated: true });
  return `{"type":"${type}","timestamp":"${timestamp}","data":${sent}}`;
}

/** A new id of an event that no row of the log stands for. */
export function newEventId(): string {
  return `${PREFIX}${randomBytes(ID_BYTES).toString('hex')}`;
}

/**
 * The id of an event, the same in every attempt of every delivery. It follows from the row of the log, because a row may be
 * fanned out for some webhooks by one instance and for others by another one.
 *
 * @param index the place of the event among those of the row
 */
export function eventIdOf(
  { position, recordedAt }: { position: number; recordedAt: InstantText },
  index: number,
): string {
  const hash = createHash('sha256').update(`${recordedAt} ${position} ${index}`).digest();
  return `${PREFIX}${hash.toString('hex', 0, ID_BYTES)}`;
}
