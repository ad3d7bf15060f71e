import type { ChangeFeed, ChangeListener } from '../../../platform/db/change-feed.ts';
import type { Id } from '../../../platform/ids.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { ChangeMethod, MethodName } from './change-method.ts';
import type { ChangedOrders } from './changed-orders.ts';
import type { IndexReads, SourceIndex } from './source-index.ts';

/** Reads of the shop's database that following needs. */
interface FollowerReads extends IndexReads {
  existing(ids: readonly Id[]): Promise<Set<Id>>;
}

/** A method that has been chosen and opened. */
export interface OpenedMethod {
  readonly method: ChangeMethod;
  /** Whether it goes on exactly where the position was, so that no change is missing. */
  readonly isResumed: boolean;
  /** Why a better method is not in use; `undefined` for the best one. */
  readonly reason: string | undefined;
}

export interface FollowerOptions {
  readonly reads: FollowerReads;
  readonly index: SourceIndex;
  readonly maxAgeMs: number;
  readonly logger: Logger;
  /** Opens the best method that the server allows. */
  readonly open: (position: string | undefined, onArrival: () => void) => Promise<OpenedMethod>;
  /** Stores the index and its position, now and then. */
  readonly save: (position: string) => Promise<void>;
}

/** Topic of the changes. Their keys are ids of orders. */
const ORDER_TOPIC = 'order';

/** A silence longer than this no longer means that nothing has changed. */
const MAX_SILENCE_MS = 1_000;
/** Wait for a transaction that has arrived and is not committed yet, in milliseconds. */
const COMMIT_WAIT_MS = 10;
const RETRY_MS = 500;
const RANGE_PAUSE_MS = 250;
/** How often the table is read again although the log shows every change: a session may write without it. */
const LEAST_SWEEP_MS = 600_000;
const SAVE_EVERY_MS = 60_000;
/** How often a better method is tried, in milliseconds. */
const BETTER_EVERY_MS = 300_000;
const LOG_PROGRESS_EVERY_MS = 5_000;
const KEYS_AT_ONCE = 1_000;

/**
 * Follows the changes of the shop's database, and keeps the index right by them. One loop does everything in turn: it
 * applies a round of changes, then reads one range of the table if a sweep is due. So a range that was read is never
 * older than a change that was applied before it.
 *
 * It is the change feed of the view of these orders. While the binary log is followed, the feed is connected if the last
 * round proved within a second that nothing is missing. Without the log no feed could be cut: entries in memory live
 * until a poll or their bound ends them.
 */
export class SourceFollower implements ChangeFeed, AsyncDisposable {
  readonly #options: FollowerOptions;
  readonly #listeners: ChangeListener[] = [];
  #method: OpenedMethod | undefined;
  #position: string | undefined;
  #completeAsOf = Number.NEGATIVE_INFINITY;
  #roundAt = Number.NEGATIVE_INFINITY;
  #trouble: string | undefined = 'it has not answered yet';
  #savedAt = performance.now();
  #reportedAt = Number.NEGATIVE_INFINITY;
  #wake = Promise.withResolvers<void>();
  /** Callers of `barrier` that wait for a round that begins after their call. */
  #waiters: (() => void)[] = [];
  #closed = false;
  #loop: Promise<void> | undefined;

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  /** @param position of the stored index */
  start(position: string | undefined): void {
    this.#position = position;
    this.#loop = this.#run();
  }

  get isConnected(): boolean {
    if (this.#method === undefined) return false;
    return this.method !== 'binary-log' || performance.now() - this.#completeAsOf < MAX_SILENCE_MS;
  }

  get method(): MethodName | undefined {
    return this.#method?.method.name;
  }

  /** Time since the last moment up to which the changes are known, in milliseconds. */
  get behindMs(): number | undefined {
    const asOf = this.method === 'binary-log' ? this.#completeAsOf : this.#roundAt;
    return Number.isFinite(asOf) ? performance.now() - asOf : undefined;
  }

  /** Why the shop's database is not followed; `undefined` while it is. */
  get trouble(): string | undefined {
    const { unsafeId } = this.#options.index;
    const unsafe = unsafeId && `order ${unsafeId} has an id past 2^53-1 and is not shown`;
    return this.#trouble ?? unsafe;
  }

  subscribe(listener: ChangeListener): void {
    this.#listeners.push(listener);
  }

  barrier(): Promise<void> {
    // Callers of a database that does not answer find that out themselves.
    if (this.#closed || this.#trouble !== undefined) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiters.push(resolve);
    this.#wake.resolve();
    return promise;
  }

  /** Lets the index learn which of some ids are orders now. */
  async recheck(ids: readonly Id[]): Promise<void> {
    await this.#apply(new Set(ids));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#wake.resolve();
    await this.#loop;
    if (this.#position !== undefined && this.#options.index.isCertain) {
      await this.#options.save(this.#position).catch(() => {});
    }
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      try {
        await this.#follow();
      } catch (error) {
        this.#lose(error);
        this.#endWaiting();
        this.#wake = Promise.withResolvers<void>();
        await this.#wait(RETRY_MS);
      }
    }
  }

  async #follow(): Promise<void> {
    const opened = await this.#options.open(this.#position, () => this.#wake.resolve());
    using method = opened.method;
    this.#begin(opened);
    const openedAt = performance.now();
    while (!this.#closed) {
      this.#wake = Promise.withResolvers<void>();
      const waiters = this.#waiters.splice(0);
      try {
        const startedAt = performance.now();
        const { changed, position, completeAsOf } = await method.round();
        await this.#apply(changed);
        this.#position = position;
        this.#roundAt = startedAt;
        if (completeAsOf !== undefined) this.#complete(completeAsOf);
        await this.#sweep(method);
        await this.#save();
      } finally {
        for (const resolve of waiters) resolve();
      }
      if (opened.reason !== undefined && performance.now() - openedAt > BETTER_EVERY_MS) return;
      const isBehind = method.name === 'binary-log' && performance.now() - this.#completeAsOf > method.everyMs;
      await this.#wait(isBehind ? COMMIT_WAIT_MS : this.#pauseMs(method));
    }
  }

  /** No pause until the index is certain, and a short one between the ranges of a later sweep. */
  #pauseMs({ everyMs }: ChangeMethod): number {
    const { index } = this.#options;
    if (!index.isCertain) return 0;
    return index.isSweeping ? Math.min(everyMs, RANGE_PAUSE_MS) : everyMs;
  }

  #begin(opened: OpenedMethod): void {
    const { logger, index } = this.#options;
    const { method, isResumed, reason } = opened;
    const isFirst = this.#method === undefined;
    // Only a log that goes on where it was has not missed anything. A poll goes on too, since it follows no position.
    const isPollGoingOn = method.name !== 'binary-log' && this.method === method.name;
    if (!isResumed && !isPollGoingOn && !(isFirst && index.isCertain && method.name !== 'binary-log')) {
      index.markUncertain();
      for (const listener of this.#listeners) listener.interrupted(false);
    }
    if (isFirst || this.method !== method.name) {
      logger.info(
        { method: method.name, ...(reason === undefined ? {} : { reason }) },
        'following the database of the orders',
      );
    } else if (this.#trouble !== undefined) {
      logger.info({ method: method.name, isResumed }, 'the database of the orders answers again');
    }
    this.#method = opened;
    this.#trouble = undefined;
  }

  #complete(asOf: number): void {
    this.#completeAsOf = Math.max(this.#completeAsOf, asOf);
    this.#options.index.verify(asOf);
  }

  #lose(error: unknown): void {
    const reason = reasonOf(error);
    if (this.#trouble === undefined || this.#method === undefined) {
      this.#options.logger.warn({ reason }, 'the database of the orders cannot be followed; trying again');
    }
    this.#trouble = reason;
    this.#completeAsOf = Number.NEGATIVE_INFINITY;
  }

  async #apply(changed: ChangedOrders): Promise<void> {
    if (changed === 'all') {
      this.#options.index.markUncertain();
      this.#notify(null);
    } else if (changed.size > 0) {
      const ids = [...changed];
      const existing = await this.#options.reads.existing(ids);
      this.#options.index.apply(ids, existing);
      this.#notifyOf(ids);
    }
  }

  #notifyOf(ids: readonly Id[]): void {
    for (let at = 0; at < ids.length; at += KEYS_AT_ONCE) this.#notify(ids.slice(at, at + KEYS_AT_ONCE).map(String));
  }

  #notify(keys: readonly string[] | null): void {
    for (const listener of this.#listeners) listener.changed({ topic: ORDER_TOPIC, keys });
  }

  /** Reads one range, when one is due: at once until the index is certain, later so that it is read twice per bound. */
  async #sweep(method: ChangeMethod): Promise<void> {
    const { index, reads, maxAgeMs, logger } = this.#options;
    const isLogged = method.name === 'binary-log';
    const isSmall = index.ranges <= 1;
    const everyMs = isLogged ? Math.max(maxAgeMs / 2, LEAST_SWEEP_MS) : isSmall ? method.everyMs : maxAgeMs / 2;
    const changes = !isLogged && index.isCertain && !isSmall ? [await index.readTail(reads)] : [];
    const untilMs = index.sweptAt + everyMs - performance.now();
    if (index.isCertain && untilMs > method.everyMs / 2 && !index.isSweeping) return this.#notifyChanges(changes);
    changes.push(await index.sweepRange(reads));
    this.#notifyChanges(changes);
    const { progress } = index;
    const now = performance.now();
    if (progress && now - this.#reportedAt > LOG_PROGRESS_EVERY_MS) {
      this.#reportedAt = now;
      const percent = Math.round(progress.share * 100);
      logger.info({ percent, orders: progress.orders, secondsLeft: progress.secondsLeft }, 'indexing the orders');
    } else if (!progress && Number.isFinite(this.#reportedAt)) {
      this.#reportedAt = Number.NEGATIVE_INFINITY;
      logger.info({ orders: index.total, bytes: index.bytes }, 'indexed the orders');
    }
  }

  #notifyChanges(changes: readonly ChangedOrders[]): void {
    for (const changed of changes) {
      if (changed === 'all') this.#notify(null);
      else this.#notifyOf([...changed]);
    }
  }

  async #save(): Promise<void> {
    const position = this.#position;
    const isDue = performance.now() - this.#savedAt > SAVE_EVERY_MS;
    if (position === undefined || !isDue || !this.#options.index.isCertain) return;
    this.#savedAt = performance.now();
    try {
      await this.#options.save(position);
    } catch (error) {
      this.#options.logger.warn(
        { err: error },
        'the index of the orders could not be stored; trying again in a minute',
      );
    }
  }

  #endWaiting(): void {
    for (const resolve of this.#waiters.splice(0)) resolve();
  }

  async #wait(ms: number): Promise<void> {
    if (this.#closed || this.#waiters.length > 0) return;
    const timer = setTimeout(() => this.#wake.resolve(), ms);
    await this.#wake.promise;
    clearTimeout(timer);
  }
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code) : String(cause);
}
