import type { ChangeFeed } from '../../../platform/db/change-feed.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { Logger } from '../../../platform/logger.ts';
import { endDueHolds, readDueInMs } from './due-hold-store.ts';

export interface ExpiryDeps {
  readonly database: Database;
  readonly feed: ChangeFeed;
  readonly logger: Logger;
  /** Receives, for each batch, the time from the earliest `expires_at` in it until it ended, in seconds. */
  readonly onLate: (seconds: number) => void;
}

/** Holds that one statement ends at most, so that no transaction waits long for its locks. */
const BATCH = 1_000;
/** The longest sleep. An announcement that is lost, or a step of the database's clock, costs no more. */
const POLL_MS = 1_000;
/** The shortest time from one batch to the next, so that holds that expire in quick succession share batches. */
const REST_MS = 50;
/** How long after a change of reservations to look for an earlier expiry. All changes until then share one look. */
const HINT_MS = 200;
/** The longest offset of an instance. */
const MAX_OFFSET_MS = 50;
const MAX_RETRY_MS = 500;

/**
 * Ends holds as they expire, so that the end of each is announced then. Decisions do not depend on it: `expires_at`
 * alone decides, and what this misses the sweep ends.
 *
 * Every instance sleeps until the next `expires_at` in the database, and ends what is due by one statement. So nothing
 * has to notice that an instance died or froze. Each has an offset of its own: the one with the smallest usually does
 * the work, and the others find nothing left. A leader lease would cost its renewals, and its length as a delay when
 * its holder dies.
 *
 * Sleeps are differences that the database has computed by its own clock.
 */
export class ExpiryWorker implements AsyncDisposable {
  readonly #deps: ExpiryDeps;
  readonly #offsetMs: number;
  #timer: NodeJS.Timeout | undefined;
  /** When the timer fires, by `performance.now()`. */
  #wakesAt = 0;
  #running: Promise<void> | undefined;
  /** Whether a hold is expected to be due when the timer fires. Otherwise it only looks for the next one. */
  #expectsDue = false;
  #isHinted = false;
  #isStopping = false;
  /** Turns in a row that failed, or that left holds behind because other transactions had locked them. */
  #hindered = 0;
  #isReported = false;

  constructor(deps: ExpiryDeps) {
    this.#deps = deps;
    this.#offsetMs = Math.random() * MAX_OFFSET_MS;
    deps.feed.subscribe({
      changed: ({ topic }) => {
        if (topic === 'claim') this.#hint();
      },
      interrupted: () => this.#hint(),
    });
    this.#sleep(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  /** A hold may expire earlier than the one that is slept for. */
  #hint(): void {
    if (this.#running) this.#isHinted = true;
    else if (this.#wakesAt - performance.now() > HINT_MS) this.#sleep(HINT_MS);
  }

  #sleep(ms: number, expectsDue = false): void {
    clearTimeout(this.#timer);
    if (this.#isStopping) return;
    this.#expectsDue = expectsDue;
    this.#wakesAt = performance.now() + ms;
    this.#timer = setTimeout(() => {
      this.#running = this.#takeTurn().finally(() => {
        this.#running = undefined;
      });
    }, ms);
  }

  async #takeTurn(): Promise<void> {
    this.#isHinted = false;
    try {
      if (this.#expectsDue) await this.#endDue();
      else this.#sleepUntilDue(await this.#deps.database.read(readDueInMs), 0);
      this.#isReported = false;
    } catch (error) {
      const level = this.#isReported ? 'debug' : 'warn';
      this.#isReported = true;
      this.#deps.logger[level]({ err: error }, 'expired holds could not be ended; retrying');
      this.#sleep(this.#retryMs());
    }
  }

  async #endDue(): Promise<void> {
    for (;;) {
      const { ended, lateMs, dueInMs } = await this.#deps.database.statement((tx) => endDueHolds(tx, BATCH));
      if (lateMs !== null) this.#deps.onLate(lateMs / 1_000);
      if (ended === BATCH && !this.#isStopping) continue;
      // Holds that are still due belong to another instance's batch, or their slots are locked.
      if (dueInMs !== null && dueInMs <= 0 && ended !== BATCH) return this.#sleep(this.#retryMs(), ended !== null);
      this.#hindered = 0;
      return this.#sleepUntilDue(dueInMs, REST_MS);
    }
  }

  #sleepUntilDue(dueInMs: number | null, leastMs: number): void {
    const untilDueMs = dueInMs === null ? Number.POSITIVE_INFINITY : Math.max(dueInMs, leastMs) + this.#offsetMs;
    const longestMs = this.#isHinted ? HINT_MS : POLL_MS;
    this.#sleep(Math.min(untilDueMs, longestMs), untilDueMs <= longestMs);
  }

  #retryMs(): number {
    this.#hindered += 1;
    return Math.min(REST_MS * 2 ** (this.#hindered - 1), MAX_RETRY_MS);
  }
}
