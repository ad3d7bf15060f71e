import { randomBytes } from 'node:crypto';
import { type InstantText, toMicroseconds } from '../../../platform/time/instant.ts';

/** Longest `data`, in bytes. The whole body stays under 20 kB. */
const MAX_DATA_BYTES = 19_800;

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

/** The id of an event, which is the same in every attempt of every delivery. */
export function newEventId(): string {
  return `evt_${randomBytes(16).toString('hex')}`;
}
