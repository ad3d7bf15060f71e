import type { Logger } from '../logger.ts';
import type { SampledClock } from './database-clock.ts';

/** Rows of one kind that changed in one committed statement. */
export interface Change {
  readonly topic: string;
  /** `null`: so many that they are not told one by one. */
  readonly keys: readonly string[] | null;
}

/** What has changed in the database, told by the database itself, whichever program changed it. */
export interface ChangeFeed {
  /** Whether every change up to now has been told. A cut feed vouches for nothing. */
  readonly vouched: boolean;
  /** Hears every change, in the order of the commits, and `cut` whenever some may have been missed. */
  subscribe(listener: ChangeListener): void;
  /**
   * Resolves when all that had committed before the call has been told to the listeners, or when the feed turns out
   * to be cut.
   */
  barrier(): Promise<void>;
}

export interface ChangeListener {
  changed(change: Change): void;
  cut(): void;
}

/** One connection that listens. A driver opens it; it calls back in the order of the commits. */
export interface ListeningConnection {
  /** Whether a commit answers only after its changes were told, so that nobody needs to wait for them. */
  readonly tellsBeforeCommitAnswers: boolean;
  /** A round trip: when it answers, all that had committed before has been told. @returns the database's time, ms */
  ping(): Promise<number>;
  close(): Promise<void>;
}

export type OpenListening = (
  channel: string,
  onPayload: (payload: string) => void,
  onLost: () => void,
) => Promise<ListeningConnection>;

const CHANNEL = 'holdfast_change';
const HEARTBEAT_MS = 500;
const RECONNECT_MS = 200;

export class ListeningFeed implements ChangeFeed, AsyncDisposable {
  readonly #open: OpenListening;
  readonly #clock: SampledClock;
  readonly #logger: Logger;
  readonly #listeners: ChangeListener[] = [];
  readonly #timer: NodeJS.Timeout;
  #connection: ListeningConnection | undefined;
  #connecting = false;
  #closed = false;
  #ping: Promise<void> | undefined;
  #nextPing: Promise<void> | undefined;

  constructor(open: OpenListening, clock: SampledClock, logger: Logger) {
    this.#open = open;
    this.#clock = clock;
    this.#logger = logger;
    this.#timer = setInterval(() => void this.#beat(), HEARTBEAT_MS);
  }

  get vouched(): boolean {
    return this.#connection !== undefined;
  }

  subscribe(listener: ChangeListener): void {
    this.#listeners.push(listener);
  }

  /** The first connection; failing that, the feed starts cut and goes on trying. */
  async connect(): Promise<void> {
    if (this.#connecting || this.#connection || this.#closed) return;
    this.#connecting = true;
    try {
      let lost = false;
      // Also called while opening fails, when there is no connection yet.
      let connection: ListeningConnection | undefined;
      const onLost = () => {
        lost = true;
        if (connection && this.#connection === connection) this.#cut('the connection broke');
      };
      connection = await this.#open(CHANNEL, (payload) => this.#tell(payload), onLost);
      if (lost || this.#closed) return void (await connection.close().catch(() => {}));
      await this.#sample(connection);
      // What changed while nobody listened is unknown: whatever was loaded before now is not vouched for.
      for (const listener of this.#listeners) listener.cut();
      this.#connection = connection;
    } catch (error) {
      this.#logger.debug({ err: error }, 'the change feed is not connected yet');
      if (!this.#closed) setTimeout(() => void this.connect(), RECONNECT_MS).unref();
    } finally {
      this.#connecting = false;
    }
  }

  barrier(): Promise<void> {
    if (!this.#connection || this.#connection.tellsBeforeCommitAnswers) return Promise.resolve();
    return this.#sharedRoundTrip();
  }

  /** Who calls while a round trip is under way takes part in the next one, which begins after this call. */
  #sharedRoundTrip(): Promise<void> {
    if (!this.#ping) {
      this.#ping = this.#roundTrip();
      return this.#ping;
    }
    this.#nextPing ??= this.#ping.then(() => {
      this.#nextPing = undefined;
      this.#ping = this.#roundTrip();
      return this.#ping;
    });
    return this.#nextPing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.close().catch(() => {});
  }

  async #beat(): Promise<void> {
    if (this.#connection) await this.#sharedRoundTrip();
    else await this.connect();
  }

  async #roundTrip(): Promise<void> {
    const connection = this.#connection;
    try {
      if (connection) await this.#sample(connection);
    } catch (error) {
      if (connection && connection === this.#connection) this.#cut(String(error));
    } finally {
      if (!this.#nextPing) this.#ping = undefined;
    }
  }

  async #sample(connection: ListeningConnection): Promise<void> {
    const askedAt = performance.now();
    this.#clock.sample(await connection.ping(), askedAt);
  }

  #cut(reason: string): void {
    const connection = this.#connection;
    this.#connection = undefined;
    if (this.#closed) return;
    this.#logger.warn({ reason }, 'the change feed is cut: nothing in memory is vouched for until it is back');
    for (const listener of this.#listeners) listener.cut();
    void connection?.close().catch(() => {});
    void this.connect();
  }

  #tell(payload: string): void {
    const change = JSON.parse(payload) as { topic: string; keys: string[] | null };
    for (const listener of this.#listeners) listener.changed(change);
  }
}
