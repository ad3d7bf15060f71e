import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type Cursor, cursorText, isBefore } from './cursor.ts';
import { type EventFilter, type FramedEvent, selectFrames, type Topic, writeFrame } from './event-frames.ts';

/** What may wait for one listener to read it; more than the longest page of the log. */
const MOST_WAITING_BYTES = 256 * 1024;

/**
 * One connection that listens. Who reads too slowly is cut off and may come back with the last id; nobody waits for it,
 * and it never takes more memory than its bound.
 */
export class EventListener {
  readonly #response: ServerResponse;
  readonly #filter: EventFilter;
  #cursor: Cursor;
  #droppedForSlowness = false;

  constructor(response: ServerResponse, filter: EventFilter, cursor: Cursor) {
    this.#response = response;
    this.#filter = filter;
    this.#cursor = cursor;
    // A connection that breaks while something is written to it says so here; its end is told by `closed`.
    response.on('error', () => {});
  }

  get cursor(): Cursor {
    return this.#cursor;
  }

  get open(): boolean {
    return !this.#response.destroyed && !this.#response.writableEnded;
  }

  get tooSlow(): boolean {
    return this.#droppedForSlowness;
  }

  /** Sends what it has not been sent yet. */
  deliver(events: readonly FramedEvent[], upTo: Cursor): void {
    let text = '';
    for (const event of events) if (isBefore(this.#cursor, event.cursor)) text += selectFrames(event, this.#filter);
    if (isBefore(this.#cursor, upTo)) this.#cursor = upTo;
    this.#write(text);
  }

  /** What has no place in the log. */
  tell(topic: Topic, data: unknown): void {
    if (this.#filter.topics.has(topic)) this.#write(writeFrame(topic, data));
  }

  ready(): void {
    this.#write(writeFrame('ready', {}, this.#cursor));
  }

  /** Something was missed that cannot be told any more. */
  reset(cursor: Cursor): void {
    this.#cursor = cursor;
    this.#write(writeFrame('reset', {}, cursor));
  }

  /** Shows the way between that the connection lives, and moves the id on, so that silence does not age it. */
  beat(): void {
    this.#write(`: beat\nid: ${cursorText(this.#cursor)}\n\n`);
  }

  /** Resolves when all has been handed to the network, or there is nobody to hand it to. */
  async drained(): Promise<void> {
    if (!this.open || !this.#response.writableNeedDrain) return;
    const ended = new AbortController();
    const { signal } = ended;
    const either = [once(this.#response, 'drain', { signal }), once(this.#response, 'close', { signal })];
    // A connection that breaks is drained as well as one that has read all.
    await Promise.race(either).catch(() => {});
    ended.abort();
  }

  end(): void {
    this.#response.end();
  }

  #write(text: string): void {
    if (text === '' || !this.open) return;
    this.#response.write(text);
    if (this.#response.writableLength <= MOST_WAITING_BYTES) return;
    this.#droppedForSlowness = true;
    this.#response.destroy();
  }
}
