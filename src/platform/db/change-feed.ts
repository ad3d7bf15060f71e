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
  /**
   * Whether every change has been told that committed more than a second ago, as far as this process can know. A cut
   * feed vouches for nothing, and nor does one that has not been heard from for that long: a process that was frozen
   * finds its readers' requests before it finds what it was told meanwhile.
   */
  readonly isConnected: boolean;
  /** Hears every change, in the order of the commits, and `cut` whenever some may have been missed. */
  subscribe(listener: ChangeListener): void;
  /**
   * Resolves when all that had committed before the call has been told to the listeners, or when they have been told
   * since the call that the feed is cut.
   */
  barrier(): Promise<void>;
}

export interface ChangeListener {
  changed(change: Change): void;
  /** @param again the feed was cut already, and this process has committed something since that nobody tells it of */
  cut(again: boolean): void;
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
/** Also how soon a connection is tried again. */
const HEARTBEAT_MS = 250;
/** Past this, silence is no longer taken for "nothing has changed". */
const SILENT_MS = 1_000;

export class ListeningFeed implements ChangeFeed, AsyncDisposable {
  readonly #open: OpenListening;
  readonly #clock: SampledClock;
  readonly #logger: Logger;
  readonly #listeners: ChangeListener[] = [];
  readonly #timer: NodeJS.Timeout;
  #connection: ListeningConnection | undefined;
  #connecting = false;
  #closed = false;
  /** All that had committed by then has been told. */
  #toldUntil = Number.NEGATIVE_INFINITY;
  #ping: Promise<void> | undefined;
  #nextPing: Promise<void> | undefined;

  constructor(open: OpenListening, clock: SampledClock, logger: Logger) {
    this.#open = open;
    this.#clock = clock;
    this.#logger = logger;
    this.#timer = setInterval(() => void this.#beat(), HEARTBEAT_MS);
  }

  get isConnected(): boolean {
    if (this.#connection === undefined) return false;
    return this.#connection.tellsBeforeCommitAnswers || performance.now() - this.#toldUntil < SILENT_MS;
  }

  subscribe(listener: ChangeListener): void {
    this.#listeners.push(listener);
  }

  /** The first connection; failing that, the feed starts cut and each heartbeat tries again. */
  async connect(): Promise<void> {
    if (this.#connecting || this.#connection || this.#closed) return;
    this.#connecting = true;
    try {
      await this.#listen();
    } catch (error) {
      this.#logger.debug({ err: error }, 'the change feed is not connected yet');
    } finally {
      this.#connecting = false;
    }
  }

  async #listen(): Promise<void> {
    // A connection may be lost before it is known here, and again before it is in use.
    let connection: ListeningConnection | undefined;
    let lost = false;
    const onLost = () => {
      lost = true;
      if (connection && connection === this.#connection) this.#cut('the connection broke');
    };
    connection = await this.#open(CHANNEL, (payload) => this.#tell(payload), onLost);
    try {
      await this.#sample(connection);
      if (lost || this.#closed) throw new Error('the connection is gone already');
    } catch (error) {
      void connection.close().catch(() => {});
      throw error;
    }
    // What changed while nobody listened is unknown: whatever was loaded before now is not vouched for.
    this.#tellCut();
    this.#connection = connection;
  }

  barrier(): Promise<void> {
    if (this.#connection) {
      return this.#connection.tellsBeforeCommitAnswers ? Promise.resolve() : this.#sharedRoundTrip();
    }
    // Whoever wrote without being heard must not be given what others began to read before the write.
    if (!this.#closed) this.#tellCut(true);
    return Promise.resolve();
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
    this.#toldUntil = askedAt;
  }

  #cut(reason: string): void {
    const connection = this.#connection;
    this.#connection = undefined;
    if (this.#closed) return;
    this.#logger.warn({ reason }, 'the change feed is cut: nothing in memory is vouched for until it is back');
    this.#tellCut();
    void connection?.close().catch(() => {});
    void this.connect();
  }

  #tellCut(again = false): void {
    for (const listener of this.#listeners) listener.cut(again);
  }

  #tell(payload: string): void {
    const change = readChange(payload);
    if (!change) this.#logger.warn({ payload: payload.slice(0, 200) }, 'the change feed was told what it cannot read');
    // Anybody may notify the channel. What cannot be read may mean anything, so nothing is vouched for.
    for (const listener of this.#listeners) change ? listener.changed(change) : listener.cut(false);
  }
}

/** Keys that cannot be read stand for all of their topic. */
function readChange(payload: string): Change | undefined {
  try {
    const { topic, keys } = JSON.parse(payload) as { topic: unknown; keys: unknown };
    if (typeof topic !== 'string') return undefined;
    const readable = Array.isArray(keys) && keys.every((key) => typeof key === 'string');
    return { topic, keys: readable ? keys : null };
  } catch {
    return undefined;
  }
}
