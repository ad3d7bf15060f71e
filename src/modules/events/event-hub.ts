import type { ChangeFeed } from '../../platform/db/change-feed.ts';
import { Unavailable } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import { type Cursor, isBefore } from './cursor.ts';
import { frameEvent, type Topic } from './event-frames.ts';
import type { EventListener } from './event-listener.ts';
import type { EventLog, EventPage } from './event-log.ts';

const MOST_LISTENERS = 1_000;
const BEAT_EVERY_MS = 15_000;
/** Nobody tells when a transaction ends that others had to wait for. */
const WITHHELD_MS = 20;
/** The feed may be cut, or the database away. */
const UNTOLD_MS = 1_000;

/** What is told now and then of this process itself, to those who listen to the topic. */
export interface Report {
  readonly topic: Topic;
  readonly everyMs: number;
  read(): unknown;
}

/** Reads the log once for all who listen, as soon as the feed says that something has changed. */
export class EventHub implements AsyncDisposable {
  readonly #log: EventLog;
  readonly #logger: Logger;
  readonly #listeners = new Set<EventListener>();
  readonly #timers: NodeJS.Timeout[] = [];
  /** Up to where the listeners have been told. */
  #tail: Cursor = { xid: 0n, position: 0 };
  /** Open connections, also those that are still catching up. */
  #connections = 0;
  #cutOff = 0;
  #reading: Promise<void> | undefined;
  #again = false;
  #nextRead: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(log: EventLog, feed: ChangeFeed, reports: readonly Report[], logger: Logger) {
    this.#log = log;
    this.#logger = logger;
    feed.subscribe({ changed: () => this.#wake(), interrupted: () => this.#wake() });
    this.#every(BEAT_EVERY_MS, () => {
      for (const listener of this.#listeners) listener.beat();
    });
    for (const { topic, everyMs, read } of reports) {
      this.#every(everyMs, () => {
        const report = read();
        for (const listener of this.#listeners) listener.tell(topic, report);
      });
    }
  }

  /** Open connections, and how many were cut off as too slow since the start. */
  load(): { readonly connections: number; readonly cutOff: number } {
    return { connections: this.#connections, cutOff: this.#cutOff };
  }

  /** A place for one more connection; to be given back with `leave`. */
  enter(): void {
    if (this.#closed) throw new Unavailable('stopping', 'This instance is stopping');
    if (this.#connections >= MOST_LISTENERS) {
      throw new Unavailable('too-many-listeners', `${MOST_LISTENERS} connections listen here already`, 5);
    }
    this.#connections += 1;
  }

  leave(listener?: EventListener): void {
    this.#connections -= 1;
    if (!listener) return;
    if (listener.tooSlow) this.#cutOff += 1;
    this.#listeners.delete(listener);
  }

  /** Tells a listener what it has missed, and from then on what happens. */
  async join(listener: EventListener, first: EventPage): Promise<void> {
    for (let page = first; ; page = await this.#log.after(listener.cursor)) {
      if (this.#closed) listener.end();
      if (!listener.open) return;
      deliver([listener], page);
      // Nobody reads the log between an answer of it and here, so a page that is not full leads up to the tail.
      if (!page.full && (this.#listeners.size === 0 || !isBefore(listener.cursor, this.#tail))) break;
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

  /** A change that is told while the log is read may be too late for that reading. */
  #wake(): void {
    if (this.#listeners.size === 0 || this.#closed) return;
    this.#again = true;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
  }

  async #read(): Promise<void> {
    clearTimeout(this.#nextRead);
    let waitMs = UNTOLD_MS;
    try {
      while (this.#again && this.#listeners.size > 0 && !this.#closed) {
        this.#again = false;
        const page = await this.#log.after(this.#tail);
        this.#tail = page.upTo;
        this.#again ||= page.full;
        deliver(this.#listeners, page);
        waitMs = page.withheld ? WITHHELD_MS : UNTOLD_MS;
      }
    } catch (error) {
      this.#logger.debug({ err: error }, 'the event log could not be read');
    }
    if (!this.#closed) this.#nextRead = setTimeout(() => this.#wake(), waitMs);
  }
}

function deliver(listeners: Iterable<EventListener>, { events, upTo, kept }: EventPage): void {
  const framed = kept ? events.map(frameEvent) : [];
  for (const listener of listeners) {
    if (kept) listener.deliver(framed, upTo);
    else listener.reset(upTo);
  }
}
