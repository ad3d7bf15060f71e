import type { ChangeFeed } from '../../platform/db/change-feed.ts';
import type { Logger } from '../../platform/logger.ts';
import { type Cursor, isBefore } from './cursor.ts';
import { stopping, tooManyListeners } from './event-failures.ts';
import { frameEvent, type Topic } from './event-frames.ts';
import type { EventListener } from './event-listener.ts';
import type { EventLog, EventPage } from './event-log.ts';

const MAX_LISTENERS = 1_000;
const HEARTBEAT_MS = 15_000;
/** When the log is read again while events are withheld: nothing announces the end of the transaction they wait for. */
const WITHHELD_RETRY_MS = 20;
/** When the log is read again without an announcement: the feed may be disconnected, or the database unavailable. */
const UNANNOUNCED_READ_MS = 1_000;

/** Figures of this process that are sent at an interval to the listeners of a topic. */
export interface Report {
  readonly topic: Topic;
  readonly everyMs: number;
  read(): unknown;
}

/** Reads the log once for all listeners, as soon as the change feed announces a change. */
export class EventHub implements AsyncDisposable {
  readonly #log: EventLog;
  readonly #logger: Logger;
  readonly #listeners = new Set<EventListener>();
  readonly #timers: NodeJS.Timeout[] = [];
  /** Everything before it has been delivered to the listeners. */
  #tail: Cursor = { xid: 0n, position: 0 };
  /** Open connections, including those that are still catching up. */
  #connections = 0;
  #cutOff = 0;
  #reading: Promise<void> | undefined;
  #readAgain = false;
  #nextRead: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(log: EventLog, feed: ChangeFeed, reports: readonly Report[], logger: Logger) {
    this.#log = log;
    this.#logger = logger;
    feed.subscribe({ changed: () => this.#wake(), interrupted: () => this.#wake() });
    this.#every(HEARTBEAT_MS, () => {
      for (const listener of this.#listeners) listener.sendHeartbeat();
    });
    for (const { topic, everyMs, read } of reports) {
      this.#every(everyMs, () => {
        const report = read();
        for (const listener of this.#listeners) listener.sendReport(topic, report);
      });
    }
  }

  /** Open connections, and the number that was closed as too slow since the process started. */
  load(): { readonly connections: number; readonly cutOff: number } {
    return { connections: this.#connections, cutOff: this.#cutOff };
  }

  /** Reserves a place for a connection, which `leave` returns. */
  enter(): void {
    if (this.#closed) throw stopping();
    if (this.#connections >= MAX_LISTENERS) throw tooManyListeners(MAX_LISTENERS);
    this.#connections += 1;
  }

  leave(listener?: EventListener): void {
    this.#connections -= 1;
    if (!listener) return;
    if (listener.isTooSlow) this.#cutOff += 1;
    this.#listeners.delete(listener);
  }

  /** Delivers to a listener what it has missed, and then everything that happens. */
  async join(listener: EventListener, first: EventPage): Promise<void> {
    for (let page = first; ; page = await this.#log.readAfter(listener.cursor)) {
      if (this.#closed) listener.end();
      if (!listener.isOpen) return;
      deliver([listener], page);
      // The log is not read between its answer and this line, so a page without more events reaches the tail.
      if (!page.hasMore && (this.#listeners.size === 0 || !isBefore(listener.cursor, this.#tail))) break;
      await listener.drained();
    }
    if (this.#listeners.size === 0) this.#tail = listener.cursor;
    this.#listeners.add(listener);
    this.#wake();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) clearInterval(timer);
    clearTimeout(this.#nextRead);
    for (const listener of this.#listeners) listener.end();
    await this.#reading;
  }

  #every(everyMs: number, work: () => void): void {
    this.#timers.push(
      setInterval(() => {
        if (this.#listeners.size > 0) work();
      }, everyMs).unref(),
    );
  }

  /** Starts to read, or has the current reader read again: a change may arrive too late for a read in progress. */
  #wake(): void {
    if (this.#listeners.size === 0 || this.#closed) return;
    this.#readAgain = true;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
  }

  async #read(): Promise<void> {
    clearTimeout(this.#nextRead);
    let waitMs = UNANNOUNCED_READ_MS;
    try {
      while (this.#readAgain && this.#listeners.size > 0 && !this.#closed) {
        this.#readAgain = false;
        const page = await this.#log.readAfter(this.#tail);
        this.#tail = page.upTo;
        this.#readAgain ||= page.hasMore;
        deliver(this.#listeners, page);
        waitMs = page.hasWithheld ? WITHHELD_RETRY_MS : UNANNOUNCED_READ_MS;
      }
    } catch (error) {
      this.#logger.debug({ err: error }, 'event log could not be read');
    }
    if (!this.#closed) this.#nextRead = setTimeout(() => this.#wake(), waitMs);
  }
}

function deliver(listeners: Iterable<EventListener>, { events, upTo, isComplete }: EventPage): void {
  const framed = isComplete ? events.map(frameEvent) : [];
  for (const listener of listeners) {
    if (isComplete) listener.deliver(framed, upTo);
    else listener.sendReset(upTo);
  }
}
