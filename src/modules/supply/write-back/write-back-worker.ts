import type { ChangeFeed } from '../../../platform/db/change-feed.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { Logger } from '../../../platform/logger.ts';
import { inSpan, type Tracing } from '../../../platform/tracing/tracing.ts';
import { type Adapter, SupplierFailure } from '../adapters/adapter.ts';
import { delayAfterFailure, nextStep, RETRY_POLICY, type RetryPolicy } from './retry-policy.ts';
import {
  acknowledgeBooking,
  countWriteBacks,
  deferWriteBack,
  finishCancellation,
  parkWriteBack,
  refuseBooking,
  takeWriteBacks,
  type WriteBack,
  type WriteBackDepth,
} from './write-back-store.ts';

export interface WriteBackDeps {
  readonly database: Database;
  readonly feed: ChangeFeed;
  readonly logger: Logger;
  /** Gives each attempt a span. */
  readonly tracing?: Tracing | undefined;
}

export interface WriteBackOptions {
  readonly retry: RetryPolicy;
  /** Length of an entry's lease; must be longer than any attempt can take, with all its timeouts. */
  readonly leaseMs: number;
  /** Requests that may run at the same time to one supplier. */
  readonly maxConcurrent: number;
  /** How often to look for entries that are due and were not announced. */
  readonly pollMs: number;
}

const DEFAULTS: WriteBackOptions = { retry: RETRY_POLICY, leaseMs: 30_000, maxConcurrent: 4, pollMs: 500 };
/** How long running attempts may continue when the program stops. */
const STOP_WITHIN_MS = 5_000;
const COUNT_EVERY_MS = 5_000;

export type AttemptOutcome = 'booked' | 'refused' | 'cancelled' | 'failed' | 'parked';

interface SupplierQueue {
  readonly supplierId: string;
  readonly adapter: Adapter;
  readonly running: Set<Promise<void>>;
  readonly attempts: Record<AttemptOutcome, number>;
  /** Whether there may be entries that were not taken yet. */
  isWoken: boolean;
  isDraining: boolean;
  drained: Promise<void>;
}

/**
 * Sends bookings and cancellations to suppliers. The table write_back is the queue: any number of instances may run
 * this, and an instance that dies leaves only leases that end.
 *
 * No lock is held while a request to a supplier runs. A pause of the sync and the pull limits do not apply here.
 */
export class WriteBackWorker implements AsyncDisposable {
  readonly #database: Database;
  readonly #logger: Logger;
  readonly #tracing: Tracing | undefined;
  readonly #options: WriteBackOptions;
  readonly #queues: ReadonlyMap<string, SupplierQueue>;
  readonly #aborted = new AbortController();
  readonly #timers: readonly NodeJS.Timeout[];
  #isStopping = false;
  #depth: readonly WriteBackDepth[] = [];

  constructor(deps: WriteBackDeps, adapters: ReadonlyMap<string, Adapter>, options: Partial<WriteBackOptions> = {}) {
    this.#database = deps.database;
    this.#logger = deps.logger;
    this.#tracing = deps.tracing;
    this.#options = { ...DEFAULTS, ...options };
    this.#queues = new Map([...adapters].map(([supplierId, adapter]) => [supplierId, openQueue(supplierId, adapter)]));
    deps.feed.subscribe({
      changed: ({ topic, keys }) => {
        if (topic === 'write_back') this.#wake(keys ?? [...this.#queues.keys()]);
      },
      interrupted: () => {},
    });
    const wakeAll = () => this.#wake([...this.#queues.keys()]);
    this.#timers = [setInterval(wakeAll, this.#options.pollMs), setInterval(() => void this.#count(), COUNT_EVERY_MS)];
    void this.#count();
    wakeAll();
  }

  /** The length of the queue, as it was a few seconds ago. */
  depth(): readonly WriteBackDepth[] {
    return this.#depth;
  }

  /** The outcomes of this process's attempts, by supplier. */
  attempts(): readonly { supplierId: string; outcome: AttemptOutcome; count: number }[] {
    return [...this.#queues.values()].flatMap(({ supplierId, attempts }) =>
      Object.entries(attempts).map(([outcome, count]) => ({ supplierId, outcome: outcome as AttemptOutcome, count })),
    );
  }

  /**
   * Takes no more entries and waits for the running attempts. Those that take too long are aborted and retried later.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    for (const timer of this.#timers) clearInterval(timer);
    const abortTimer = setTimeout(() => this.#aborted.abort(), STOP_WITHIN_MS);
    for (const queue of this.#queues.values()) {
      await queue.drained;
      await Promise.all(queue.running);
    }
    clearTimeout(abortTimer);
  }

  #wake(supplierIds: readonly string[]): void {
    for (const supplierId of supplierIds) {
      const queue = this.#queues.get(supplierId);
      if (!queue || this.#isStopping) continue;
      queue.isWoken = true;
      if (!queue.isDraining) queue.drained = this.#drain(queue);
    }
  }

  /**
   * Takes entries until none are due or no more may run. Only one call runs per queue, so no more than fit are taken.
   */
  async #drain(queue: SupplierQueue): Promise<void> {
    queue.isDraining = true;
    while (queue.isWoken && !this.#isStopping) {
      queue.isWoken = false;
      const room = this.#options.maxConcurrent - queue.running.size;
      if (room > 0) await this.#take(queue, room);
    }
    queue.isDraining = false;
  }

  async #take(queue: SupplierQueue, room: number): Promise<void> {
    try {
      const entries = await this.#database.statement((tx) =>
        takeWriteBacks(tx, queue.supplierId, room, this.#options.leaseMs),
      );
      for (const entry of entries) this.#start(queue, entry);
    } catch (error) {
      this.#logger.debug({ err: error }, 'the write-back queue could not be read; retrying');
    }
  }

  #start(queue: SupplierQueue, entry: WriteBack): void {
    const attributes = { 'holdfast.supplier': queue.supplierId, 'holdfast.attempts': entry.attempts };
    const attempt = inSpan(this.#tracing, 'write-back', { parent: 'none', attributes }, () =>
      this.#attempt(queue, entry),
    )
      .then((outcome) => {
        queue.attempts[outcome] += 1;
      })
      .catch((error: unknown) => {
        // The attempt is repeated when the lease ends. All its steps may be repeated.
        this.#logger.debug(
          { err: error, reservation: entry.reservationId },
          'a write-back could not be stored; retrying',
        );
      })
      .finally(() => {
        queue.running.delete(attempt);
        this.#wake([queue.supplierId]);
      });
    queue.running.add(attempt);
  }

  async #attempt(queue: SupplierQueue, entry: WriteBack): Promise<AttemptOutcome> {
    const { reservationId } = entry;
    try {
      return await this.#send(queue.adapter, entry);
    } catch (error) {
      if (!(error instanceof SupplierFailure)) throw error;
      const { message, retryAfterMs } = error;
      const delayMs = delayAfterFailure(entry.attempts, Math.random(), retryAfterMs, this.#options.retry);
      if (delayMs === 'park') return this.#park(entry, `${entry.attempts} attempts failed; the last: ${message}`);
      this.#logger.info({ reservation: reservationId, reason: message }, 'write-back failed; retrying');
      await this.#database.statement((tx) => deferWriteBack(tx, entry, delayMs, message));
      return 'failed';
    }
  }

  async #send(adapter: Adapter, entry: WriteBack): Promise<AttemptOutcome> {
    const step = nextStep(entry);
    if (step.kind === 'book') return this.#book(adapter, entry);
    if (step.kind === 'cancel') await adapter.cancel(step.id, this.#aborted.signal);
    await this.#database.statement((tx) => finishCancellation(tx, entry.reservationId));
    return 'cancelled';
  }

  async #book(adapter: Adapter, entry: WriteBack): Promise<AttemptOutcome> {
    const { reservationId, key, slot, quantity } = entry;
    const request = { key, slot, quantity, reference: `holdfast-${reservationId}` };
    const answer = await adapter.book(request, this.#aborted.signal);
    if (answer.kind === 'rejected') return this.#park(entry, `rejected: ${answer.reason}`);
    await this.#database.statement((tx) =>
      answer.kind === 'booked'
        ? acknowledgeBooking(tx, reservationId, answer.id)
        : refuseBooking(tx, reservationId, answer.reason),
    );
    return answer.kind;
  }

  async #park(entry: WriteBack, reason: string): Promise<AttemptOutcome> {
    const { reservationId, supplierId } = entry;
    this.#logger.warn({ reservation: reservationId, supplier: supplierId, reason }, 'write-back parked');
    await this.#database.statement((tx) => parkWriteBack(tx, entry, reason));
    return 'parked';
  }

  async #count(): Promise<void> {
    if (this.#queues.size === 0) return;
    try {
      this.#depth = await this.#database.read((reader) => countWriteBacks(reader, [...this.#queues.keys()]));
    } catch (error) {
      this.#logger.debug({ err: error }, 'the write-back queue could not be counted; retrying');
    }
  }
}

function openQueue(supplierId: string, adapter: Adapter): SupplierQueue {
  return {
    supplierId,
    adapter,
    running: new Set(),
    attempts: { booked: 0, refused: 0, cancelled: 0, failed: 0, parked: 0 },
    isWoken: false,
    isDraining: false,
    drained: Promise.resolve(),
  };
}
