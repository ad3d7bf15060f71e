import type { Logger } from '../logger.ts';
import type { SampledClock } from './database-clock.ts';

/** The rows of one topic that one committed statement changed. */
export interface Change {
  readonly topic: string;
  /** Keys of the rows; `null` when too many changed to list them. */
  readonly keys: readonly string[] | null;
}

/**
 * Changes in the database, announced by the database itself (`announce_change` in `0004_changes.sql`), whichever
 * program made them.
 */
export interface ChangeFeed {
  /**
   * Whether every change that committed more than a second ago has arrived, as far as this process can know. False
   * while there is no connection, and when the connection has been silent for longer than that: a process that was
   * frozen reads its requests before it reads the changes that arrived meanwhile.
   */
  readonly isConnected: boolean;
  subscribe(listener: ChangeListener): void;
  /**
   * Resolves when the listeners have received every change committed before the call, or when they have been notified
   * since the call that the feed is disconnected.
   */
  barrier(): Promise<void>;
}

/** The feed of a database, which makes few round trips while nothing uses it, so that an idle server stays idle. */
export interface RestingFeed extends ChangeFeed {
  /**
   * Notes that a request has come. A feed that has rested for a second is not connected, by the definition above.
   *
   * @returns a promise that resolves after a round trip, if the feed has rested; otherwise nothing
   */
  awaken(): Promise<void> | undefined;
}

export interface ChangeListener {
  /** Receives every change, in commit order. */
  changed(change: Change): void;
  /**
   * Reports that changes may have been missed: the feed has disconnected or reconnected, or has received a message that
   * it cannot read.
   *
   * @param repeated whether the feed was disconnected already, and this process has now committed a change that it
   *   does not receive
   */
  interrupted(repeated: boolean): void;
}

/** One connection on which a driver listens. It delivers messages in commit order. */
export interface ListeningConnection {
  /** Whether a commit returns only after its changes have been delivered, so that no barrier is needed. */
  readonly deliversBeforeCommitReturns: boolean;
  /**
   * Makes a round trip. When it returns, all changes committed before it have been delivered.
   *
   * @returns the database's time, in milliseconds since 1970
   */
  ping(): Promise<number>;
  close(): Promise<void>;
}

export type OpenListening = (
  channel: string,
  onPayload: (payload: string) => void,
  onLost: () => void,
) => Promise<ListeningConnection>;

const CHANNEL = 'holdfast_change';
/** Interval of the round trips while the feed is in use, and of the attempts to connect. */
const HEARTBEAT_MS = 250;
/** Interval of the round trips while nothing uses it. They find a connection that was lost without a word. */
const IDLE_HEARTBEAT_MS = 5_000;
/** A silence longer than this no longer means that nothing has changed. */
const MAX_SILENCE_MS = 1_000;

export class ListeningFeed implements RestingFeed, AsyncDisposable {
  readonly #open: OpenListening;
  readonly #clock: SampledClock;
  readonly #logger: Logger;
  readonly #listeners: ChangeListener[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** Whether anything has asked since the last heartbeat. */
  #isUsed = false;
  /** Whether the next heartbeat is one of an idle feed. */
  #isIdle = false;
  #connection: ListeningConnection | undefined;
  #connecting = false;
  #wasConnected = false;
  #wasReported = false;
  #closed = false;
  /** `performance.now()` before which every committed change has been delivered. */
  #deliveredUntil = Number.NEGATIVE_INFINITY;
  #roundTrip: Promise<void> | undefined;
  #nextRoundTrip: Promise<void> | undefined;

  constructor(open: OpenListening, clock: SampledClock, logger: Logger) {
    this.#open = open;
    this.#clock = clock;
    this.#logger = logger;
    this.#schedule();
  }

  get isConnected(): boolean {
    if (this.#connection === undefined) return false;
    if (this.#connection.deliversBeforeCommitReturns) return true;
    this.#noteUse();
    return performance.now() - this.#deliveredUntil < MAX_SILENCE_MS;
  }

  awaken(): Promise<void> | undefined {
    return this.#connection === undefined || this.isConnected ? undefined : this.#shareRoundTrip();
  }

  subscribe(listener: ChangeListener): void {
    this.#listeners.push(listener);
  }

  /** Connects. If that fails, the feed starts disconnected and every heartbeat tries again. */
  async connect(): Promise<void> {
    if (this.#connecting || this.#connection || this.#closed) return;
    this.#connecting = true;
    try {
      await this.#listen();
    } catch (error) {
      // A feed that was lost has been reported. One that has never connected would be silent.
      const level = this.#wasConnected || this.#wasReported ? 'debug' : 'warn';
      this.#wasReported = true;
      this.#logger[level]({ err: error }, 'change feed is not connected; reads load from the database until it is');
    } finally {
      this.#connecting = false;
    }
  }

  async #listen(): Promise<void> {
    // The connection may be lost before `open` returns it, and again before it is in use.
    let connection: ListeningConnection | undefined;
    let lost = false;
    const onLost = () => {
      lost = true;
      if (connection && connection === this.#connection) this.#disconnect('the connection broke');
    };
    connection = await this.#open(CHANNEL, (payload) => this.#deliver(payload), onLost);
    try {
      await this.#sample(connection);
      if (lost || this.#closed) throw new Error('the connection was lost before it was used');
    } catch (error) {
      void connection.close().catch(() => {});
      throw error;
    }
    // Changes made while no connection listened are unknown, so whatever was loaded before now is uncertain.
    this.#notifyInterrupted();
    this.#connection = connection;
    this.#wasConnected = true;
  }

  barrier(): Promise<void> {
    if (this.#connection) {
      return this.#connection.deliversBeforeCommitReturns ? Promise.resolve() : this.#shareRoundTrip();
    }
    // This process does not receive its own write. Its next read must not join a load that began before the write.
    if (!this.#closed) this.#notifyInterrupted(true);
    return Promise.resolve();
  }

  /** Callers that come during a round trip share the next one, which begins after their call. */
  #shareRoundTrip(): Promise<void> {
    if (!this.#roundTrip) {
      this.#roundTrip = this.#makeRoundTrip();
      return this.#roundTrip;
    }
    this.#nextRoundTrip ??= this.#roundTrip.then(() => {
      this.#nextRoundTrip = undefined;
      this.#roundTrip = this.#makeRoundTrip();
      return this.#roundTrip;
    });
    return this.#nextRoundTrip;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.close().catch(() => {});
  }

  /** A use ends the long pause of an idle feed. */
  #noteUse(): void {
    this.#isUsed = true;
    if (!this.#isIdle) return;
    this.#isIdle = false;
    this.#schedule();
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    this.#timer = setTimeout(() => this.#beat(), this.#isIdle ? IDLE_HEARTBEAT_MS : HEARTBEAT_MS);
  }

  #beat(): void {
    const wasIdle = this.#isIdle;
    this.#isIdle = this.#connection !== undefined && !this.#isUsed;
    this.#isUsed = false;
    this.#schedule();
    if (this.#connection === undefined) void this.connect();
    else if (!this.#isIdle || wasIdle) void this.#shareRoundTrip();
  }

  async #makeRoundTrip(): Promise<void> {
    const connection = this.#connection;
    try {
      if (connection) await this.#sample(connection);
    } catch (error) {
      if (connection && connection === this.#connection) this.#disconnect(String(error));
    } finally {
      if (!this.#nextRoundTrip) this.#roundTrip = undefined;
    }
  }

  async #sample(connection: ListeningConnection): Promise<void> {
    const askedAt = performance.now();
    this.#clock.sample(await connection.ping(), askedAt);
    this.#deliveredUntil = askedAt;
  }

  #disconnect(reason: string): void {
    const connection = this.#connection;
    this.#connection = undefined;
    if (this.#closed) return;
    this.#logger.warn({ reason }, 'change feed disconnected; entries in memory are uncertain until it reconnects');
    this.#notifyInterrupted();
    void connection?.close().catch(() => {});
    this.#isIdle = false;
    this.#schedule();
    void this.connect();
  }

  #notifyInterrupted(repeated = false): void {
    for (const listener of this.#listeners) listener.interrupted(repeated);
  }

  #deliver(payload: string): void {
    const change = parseChange(payload);
    if (!change) {
      // Any program may notify the channel. A message that cannot be read may stand for any change.
      this.#logger.warn({ payload: payload.slice(0, 200) }, 'change feed received a message that it cannot read');
      this.#notifyInterrupted();
      return;
    }
    for (const listener of this.#listeners) listener.changed(change);
  }
}

/** Keys that cannot be read stand for every row of their topic. */
function parseChange(payload: string): Change | undefined {
  try {
    const { topic, keys } = JSON.parse(payload) as { topic: unknown; keys: unknown };
    if (typeof topic !== 'string') return undefined;
    const isReadable = Array.isArray(keys) && keys.every((key) => typeof key === 'string');
    return { topic, keys: isReadable ? keys : null };
  } catch {
    return undefined;
  }
}
