import type { ChangeFeed } from '../../../platform/db/change-feed.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { Logger } from '../../../platform/logger.ts';
import { type Adapter, SupplierFailure } from '../adapters/adapter.ts';
import { afterFailure, nextStep, RETRY_POLICY, type RetryPolicy } from './retry-policy.ts';
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
}

export interface WriteBackOptions {
  readonly retry: RetryPolicy;
  /** Longer than any attempt can take, with all its time-outs. */
  readonly leaseMs: number;
  /** Requests at once, to one supplier. */
  readonly maxAtOnce: number;
  /** How soon an entry is found that is due again, or that nobody was told of. */
  readonly pollMs: number;
}

const DEFAULTS: WriteBackOptions = { retry: RETRY_POLICY, leaseMs: 30_000, maxAtOnce: 4, pollMs: 500 };
/** What is under way gets this long when the program stops. */
const STOP_WITHIN_MS = 5_000;
const COUNT_EVERY_MS = 5_000;

/** What became of an attempt. */
export type AttemptOutcome = 'booked' | 'refused' | 'cancelled' | 'failed' | 'parked';

interface SupplierQueue {
  readonly supplierId: string;
  readonly adapter: Adapter;
  readonly underWay: Set<Promise<void>>;
  readonly attempts: Record<AttemptOutcome, number>;
  woken: boolean;
  isDraining: boolean;
  drained: Promise<void>;
}

/**
 * Tells suppliers what was booked and cancelled. The table is the queue, so any number of instances may run this, and
 * one that dies leaves nothing behind but leases that end.
 *
 * Nothing is locked while a supplier is asked. A pause of the sync and limits of pulls do not concern it.
 */
export class WriteBackWorker implements AsyncDisposable {
  readonly #database: Database;
  readonly #logger: Logger;
  readonly #options: WriteBackOptions;
  readonly #lanes: ReadonlyMap<string, SupplierQueue>;
  readonly #calledOff = new AbortController();
  readonly #timers: readonly NodeJS.Timeout[];
  #stopped = false;
  #depth: readonly WriteBackDepth[] = [];

  constructor(deps: WriteBackDeps, adapters: ReadonlyMap<string, Adapter>, options: Partial<WriteBackOptions> = {}) {
    this.#database = deps.database;
    this.#logger = deps.logger;
    this.#options = { ...DEFAULTS, ...options };
    this.#lanes = new Map([...adapters].map(([supplierId, adapter]) => [supplierId, openLane(supplierId, adapter)]));
    deps.feed.subscribe({
      changed: ({ topic, keys }) => {
        if (topic === 'write_back') this.#wake(keys ?? [...this.#lanes.keys()]);
      },
      interrupted: () => {},
    });
    const wakeAll = () => this.#wake([...this.#lanes.keys()]);
    this.#timers = [setInterval(wakeAll, this.#options.pollMs), setInterval(() => void this.#count(), COUNT_EVERY_MS)];
    void this.#count();
    wakeAll();
  }

  /** What is still to be told, as it was a few seconds ago. */
  depth(): readonly WriteBackDepth[] {
    return this.#depth;
  }

  /** What became of the attempts of this process, by supplier. */
  attempts(): readonly { supplierId: string; outcome: AttemptOutcome; count: number }[] {
    return [...this.#lanes.values()].flatMap(({ supplierId, attempts }) =>
      Object.entries(attempts).map(([outcome, count]) => ({ supplierId, outcome: outcome as AttemptOutcome, count })),
    );
  }

  /** Takes nothing more, and waits for what is under way. What takes too long is called off, and tried again later. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers) clearInterval(timer);
    const late = setTimeout(() => this.#calledOff.abort(), STOP_WITHIN_MS);
    for (const lane of this.#lanes.values()) {
      await lane.drained;
      await Promise.all(lane.underWay);
    }
    clearTimeout(late);
  }

  #wake(supplierIds: readonly string[]): void {
    for (const supplierId of supplierIds) {
      const lane = this.#lanes.get(supplierId);
      if (!lane || this.#stopped) continue;
      lane.woken = true;
      if (!lane.isDraining) lane.drained = this.#drain(lane);
    }
  }

  /** Takes for as long as it is woken and has room; one at a time, so that nothing is taken beyond the room. */
  async #drain(lane: SupplierQueue): Promise<void> {
    lane.isDraining = true;
    while (lane.woken && !this.#stopped) {
      lane.woken = false;
      const room = this.#options.maxAtOnce - lane.underWay.size;
      if (room > 0) await this.#take(lane, room);
    }
    lane.isDraining = false;
  }

  async #take(lane: SupplierQueue, room: number): Promise<void> {
    try {
      const taken = await this.#database.statement((tx) =>
        takeWriteBacks(tx, lane.supplierId, room, this.#options.leaseMs),
      );
      for (const entry of taken) this.#start(lane, entry);
    } catch (error) {
      this.#logger.debug({ err: error }, 'the write-back queue cannot be read; it is tried again');
    }
  }

  #start(lane: SupplierQueue, entry: WriteBack): void {
    const work = this.#work(lane, entry)
      .then((outcome) => {
        lane.attempts[outcome] += 1;
      })
      .catch((error: unknown) => {
        // The lease ends, and then it is done again: all of it may be done twice.
        this.#logger.debug({ err: error, reservation: entry.reservationId }, 'a write-back could not be written down');
      })
      .finally(() => {
        lane.underWay.delete(work);
        this.#wake([lane.supplierId]);
      });
    lane.underWay.add(work);
  }

  async #work(lane: SupplierQueue, entry: WriteBack): Promise<AttemptOutcome> {
    const { reservationId } = entry;
    try {
      return await this.#send(lane.adapter, entry);
    } catch (error) {
      if (!(error instanceof SupplierFailure)) throw error;
      const next = afterFailure(entry.attempts, Math.random(), error.retryAfterMs, this.#options.retry);
      if (next === 'park') return this.#park(entry, `${entry.attempts} attempts failed; the last: ${error.message}`);
      this.#logger.info({ reservation: reservationId, why: error.message }, 'a write-back failed and is tried again');
      await this.#database.statement((tx) => deferWriteBack(tx, entry, next, error.message));
      return 'failed';
    }
  }

  async #send(adapter: Adapter, entry: WriteBack): Promise<AttemptOutcome> {
    const step = nextStep(entry);
    if (step.kind === 'book') return this.#book(adapter, entry);
    if (step.kind === 'cancel') await adapter.cancel(step.id, this.#calledOff.signal);
    await this.#database.statement((tx) => finishCancellation(tx, entry.reservationId));
    return 'cancelled';
  }

  async #book(adapter: Adapter, entry: WriteBack): Promise<AttemptOutcome> {
    const { reservationId, key, slot, quantity } = entry;
    const booking = { key, slot, quantity, reference: `holdfast-${reservationId}` };
    const answer = await adapter.book(booking, this.#calledOff.signal);
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
    this.#logger.warn({ reservation: reservationId, supplier: supplierId, why: reason }, 'a write-back is parked');
    await this.#database.statement((tx) => parkWriteBack(tx, entry, reason));
    return 'parked';
  }

  async #count(): Promise<void> {
    if (this.#lanes.size === 0) return;
    try {
      this.#depth = await this.#database.read((reader) => countWriteBacks(reader, [...this.#lanes.keys()]));
    } catch (error) {
      this.#logger.debug({ err: error }, 'the write-back queue cannot be counted');
    }
  }
}

function openLane(supplierId: string, adapter: Adapter): SupplierQueue {
  const attempts = { booked: 0, refused: 0, cancelled: 0, failed: 0, parked: 0 };
  return {
    supplierId,
    adapter,
    underWay: new Set(),
    attempts,
    woken: false,
    isDraining: false,
    drained: Promise.resolve(),
  };
}
