import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Database, Tx } from '../../../platform/db/database.ts';
import type { DatabaseClock } from '../../../platform/db/database-clock.ts';
import type { Logger } from '../../../platform/logger.ts';
import type { Tracing } from '../../../platform/tracing/tracing.ts';
import type { Adapter } from '../adapters/adapter.ts';
import { readObserved } from '../pulls/partition-store.ts';
import { deleteOldPulls, type PullReservation, reservePull } from '../pulls/pull-ledger-store.ts';
import { createPullPlan, type PullPlan } from '../pulls/pull-plan.ts';
import { PullRetries } from '../pulls/pull-retries.ts';
import { type DuePull, type PullDeps, runPull } from '../pulls/run-pull.ts';
import type { Partition } from '../supplier/partition.ts';
import { takeReads } from '../supplier/read-count-store.ts';
import type { Supplier } from '../supplier/supplier.ts';
import { acquireLease, releaseLease } from './leader-lease-store.ts';
import { readPlannerMemory, writePlannerMemory } from './planner-memory-store.ts';
import { type SyncTuning, tuningFor } from './sync-tuning.ts';
import { offerProducts } from './withdrawal-store.ts';

export interface SupplierSyncDeps {
  readonly database: Database;
  readonly clock: DatabaseClock;
  readonly logger: Logger;
  readonly tracing?: Tracing | undefined;
}

/** The memory of the planner is stored each time the reads have been taken this often. */
const STORE_MEMORY_EVERY_TAKES = 30;

/** The time for which this instance holds the leader lease without a break, under one epoch. */
interface LeaseTerm {
  readonly epoch: number;
  readonly plan: PullPlan;
  isOver: boolean;
}

/**
 * Keeps the stored inventory of one supplier as fresh as its limits allow. Every instance runs one for each supplier.
 * The one that holds the leader lease pulls, and another one takes over when the lease ends.
 *
 * A pull is reserved in the ledger, sent once, and its answer stored under the epoch of the lease. The ledger has
 * counted the pull whatever happens in between, so limits hold across crashes. A partition whose answer was not stored
 * is still due.
 */
export class SupplierSync implements AsyncDisposable {
  readonly #deps: SupplierSyncDeps;
  readonly #supplier: Supplier;
  readonly #tuning: SyncTuning;
  readonly #instance = randomUUID();
  readonly #stopped = new AbortController();
  readonly #pullDeps: PullDeps;
  readonly #retries: PullRetries;
  readonly #pulls = new Set<Promise<void>>();
  readonly #done: Promise<void>;
  /** Until this time of `performance.now()` no other instance can hold the lease. */
  #leaseUntil = Number.NEGATIVE_INFINITY;

  constructor(deps: SupplierSyncDeps, supplier: Supplier, adapter: Adapter, tuning: Partial<SyncTuning> = {}) {
    this.#deps = deps;
    this.#supplier = supplier;
    this.#tuning = tuningFor(supplier, tuning);
    const { sendWithinMs } = this.#tuning;
    this.#pullDeps = { ...deps, supplier, adapter, signal: this.#signal, sendWithinMs };
    this.#retries = new PullRetries(supplier, this.#tuning, Math.random);
    this.#done = this.#run();
  }

  /** Aborts the pulls that are running, stores what the planner has learned and releases the lease. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort();
    await this.#done;
  }

  get #signal(): AbortSignal {
    return this.#stopped.signal;
  }

  async #run(): Promise<void> {
    while (!this.#signal.aborted) {
      try {
        const epoch = await this.#acquireLease();
        if (epoch !== undefined) await this.#syncDuringTerm(epoch);
      } catch (error) {
        this.#deps.logger.warn({ err: error, supplier: this.#supplier.id }, 'supplier sync failed; retrying');
      }
      await this.#sleep(this.#tuning.pollMs);
    }
    await this.#write((tx) => releaseLease(tx, this.#supplier.id, this.#instance)).catch(() => {});
  }

  async #acquireLease(): Promise<number | undefined> {
    const { leaseMs } = this.#tuning;
    const requestedAt = performance.now();
    const epoch = await this.#write((tx) => acquireLease(tx, this.#supplier.id, this.#instance, leaseMs));
    this.#leaseUntil = epoch === undefined ? Number.NEGATIVE_INFINITY : requestedAt + leaseMs;
    return epoch;
  }

  async #syncDuringTerm(epoch: number): Promise<void> {
    this.#deps.logger.info({ supplier: this.#supplier.id, epoch }, 'this instance now syncs the supplier');
    await this.#offerProducts(epoch);
    const term: LeaseTerm = { epoch, plan: await this.#loadPlan(), isOver: false };
    const maintenance = this.#maintain(term);
    try {
      while (!term.isOver && !this.#signal.aborted) await this.#step(term);
    } finally {
      term.isOver = true;
      await Promise.allSettled(this.#pulls);
      await maintenance;
      await this.#storeMemory(term.plan).catch(() => {});
    }
  }

  async #offerProducts(epoch: number): Promise<void> {
    const { withdrawn, restored } = await this.#write((tx) => offerProducts(tx, this.#supplier, epoch));
    if (withdrawn + restored === 0) return;
    const supplier = this.#supplier.id;
    this.#deps.logger.warn(
      { supplier, withdrawn, restored },
      'the configured products changed: slots went off or on sale',
    );
  }

  async #loadPlan(): Promise<PullPlan> {
    const { database, clock } = this.#deps;
    const { id } = this.#supplier;
    const memory = await database.read((reader) => readPlannerMemory(reader, id));
    const observed = await database.read((reader) => readObserved(reader, id));
    return createPullPlan(this.#supplier, clock.latestMs(), memory, observed);
  }

  /** Starts one pull, or waits. */
  async #step(term: LeaseTerm): Promise<void> {
    const { maxConcurrentPulls, pollMs, reserveAheadMs } = this.#tuning;
    if (this.#pulls.size >= maxConcurrentPulls) {
      await Promise.race(this.#pulls);
      return;
    }
    const nowMs = this.#deps.clock.latestMs();
    const next = term.plan.next(nowMs);
    if (next.kind === 'wait') {
      await this.#sleep(Math.min(next.untilMs - nowMs, pollMs));
      return;
    }
    const { partition } = next;
    const startedAt = performance.now();
    const reservation = await this.#reserve(term, partition);
    if (reservation.kind === 'reserved') {
      this.#start(term, { partition, epoch: term.epoch, reservation, startedAt });
      return;
    }
    term.plan.defer(partition, nowMs);
    if (reservation.kind === 'fenced') term.isOver = true;
    else if (reservation.kind === 'paused') await this.#sleep(pollMs);
    else await this.#sleep(Math.min(reservation.waitMs - reserveAheadMs, pollMs));
  }

  async #reserve(term: LeaseTerm, partition: Partition): Promise<PullReservation> {
    const { pullLeaseMs, reserveAheadMs } = this.#tuning;
    try {
      // One round trip. At many pulls a second, all of them queue here.
      return await this.#deps.database.statement((tx) =>
        reservePull(tx, this.#supplier, term.epoch, partition, pullLeaseMs, reserveAheadMs),
      );
    } catch (error) {
      term.plan.defer(partition, this.#deps.clock.latestMs());
      throw error;
    }
  }

  #start(term: LeaseTerm, pull: DuePull): void {
    const running = this.#pull(term, pull).finally(() => this.#pulls.delete(running));
    this.#pulls.add(running);
  }

  async #pull(term: LeaseTerm, pull: DuePull): Promise<void> {
    const outcome = await runPull(this.#pullDeps, pull);
    if (outcome.kind === 'fenced') term.isOver = true;
    const nowMs = this.#deps.clock.latestMs();
    if (outcome.kind === 'stored') {
      const pulledAtMs = Temporal.Instant.from(pull.reservation.observedAt).epochMilliseconds;
      term.plan.observe(pull.partition, { pulledAtMs, isEmpty: outcome.isEmpty }, nowMs);
      this.#retries.stored(pull.partition);
    } else term.plan.defer(pull.partition, this.#retries.unstored(pull.partition, outcome, nowMs));
  }

  /** Extends the lease, gives the counted reads to the planner, and stores the planner's memory from time to time. */
  async #maintain(term: LeaseTerm): Promise<void> {
    const { leaseMs, takeReadsEveryMs } = this.#tuning;
    let takes = 0;
    let takenAt = performance.now();
    while (!term.isOver && !this.#signal.aborted) {
      await this.#sleep(leaseMs / 4);
      try {
        if ((await this.#acquireLease()) !== term.epoch) term.isOver = true;
        if (term.isOver || performance.now() - takenAt < takeReadsEveryMs) continue;
        takenAt = performance.now();
        takes += 1;
        await this.#countReads(term.plan);
        if (takes % STORE_MEMORY_EVERY_TAKES === 0) await this.#storeMemory(term.plan);
      } catch {
        // The database is unavailable. Once the lease has ended, another instance may have taken over.
        if (performance.now() > this.#leaseUntil) term.isOver = true;
      }
    }
  }

  async #countReads(plan: PullPlan): Promise<void> {
    const counts = await this.#write((tx) => takeReads(tx, this.#supplier.id));
    for (const { partition, reads } of counts) plan.countReads(partition, reads);
  }

  async #storeMemory(plan: PullPlan): Promise<void> {
    const memory = plan.toMemory(this.#deps.clock.latestMs());
    await this.#write(async (tx) => {
      if (memory) await writePlannerMemory(tx, this.#supplier.id, memory);
      await deleteOldPulls(tx, this.#supplier);
    });
  }

  #write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.#deps.database.transaction(work);
  }

  async #sleep(ms: number): Promise<void> {
    await delay(Math.max(ms, 1), undefined, { signal: this.#signal }).catch(() => {});
  }
}
