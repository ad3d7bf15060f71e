import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type Cursor, formatCursor, isBefore } from './cursor.ts';
import { type EventFilter, type FramedEvent, selectFrames, type Topic, writeFrame } from './event-frames.ts';

/** Maximum number of bytes that wait for a listener to read them. It is larger than the longest page of the log. */
const MAX_WAITING_BYTES = 256 * 1024;

/**
 * One connection to the event stream. A connection that reads too slowly is closed, and may come back with its last id.
 * It delays no other connection and never takes more memory than its bound.
 */
export class EventListener {
  readonly #response: ServerResponse;
  readonly #filter: EventFilter;
  #cursor: Cursor;
  #closedAsTooSlow = false;

  constructor(response: ServerResponse, filter: EventFilter, cursor: Cursor) {
    this.#response = response;
    this.#filter = filter;
    this.#cursor = cursor;
    // A connection that breaks during a write emits an error here. Its end is handled by the `close` event.
    response.on('error', () => {});
  }

  /** Everything before it has been sent. */
  get cursor(): Cursor {
    return this.#cursor;
  }

  get isOpen(): boolean {
    return !this.#response.destroyed && !this.#response.writableEnded;
  }

  /** Whether the connection was closed because it read too slowly. */
  get isTooSlow(): boolean {
    return this.#closedAsTooSlow;
  }

  /** Sends the events that it has not sent yet. */
  deliver(events: readonly FramedEvent[], upTo: Cursor): void {
    let text = '';
    for (const event of events) if (isBefore(this.#cursor, event.cursor)) text += selectFrames(event, this.#filter);
    if (isBefore(this.#cursor, upTo)) this.#cursor = upTo;
    this.#write(text);
  }

  /** Sends a report, which is not in the log and has no id. */
  sendReport(topic: Topic, data: unknown): void {
    if (this.#filter.topics.has(topic)) this.#write(writeFrame(topic, data));
  }

  sendReady(): void {
    this.#write(writeFrame('ready', {}, this.#cursor));
  }

  /** Reports that events were missed that cannot be sent any more. */
  sendReset(cursor: Cursor): void {
    this.#cursor = cursor;
    this.#write(writeFrame('reset', {}, cursor));
  }

  /** Shows proxies and the client that the connection is alive, and advances the id, so that it stays recent in silence. */
  sendHeartbeat(): void {
    this.#write(`: beat\nid: ${formatCursor(this.#cursor)}\n\n`);
  }

  /** Resolves when everything has been handed to the network, or the connection has ended. */
  async drained(): Promise<void> {
    if (!this.isOpen || !this.#response.writableNeedDrain) return;
    const ended = new AbortController();
    const { signal } = ended;
    const either = [once(this.#response, 'drain', { signal }), once(this.#response, 'close', { signal })];
    // A connection that breaks counts as drained.
    await Promise.race(either).catch(() => {});
    ended.abort();
  }

  end(): void {
    this.#response.end();
  }

  #write(text: string): void {
    if (text === '' || !this.isOpen) return;
    this.#response.write(text);
    if (this.#response.writableLength <= MAX_WAITING_BYTES) return;
    this.#closedAsTooSlow = true;
    this.#response.destroy();
  }
}
