import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Database, Tx } from '../../../platform/db/database.ts';
import type { DatabaseClock } from '../../../platform/db/database-clock.ts';
import type { Logger } from '../../../platform/logger.ts';
import { type Adapter, type Partition, SupplierFailure } from '../adapters/adapter.ts';
import { partitionName } from '../supplier/partition.ts';
import { pullsPerDay, type Supplier } from '../supplier/supplier.ts';
import { takeReads } from '../supplier/supplier-store.ts';
import { acquireLease, releaseLease } from './leader-lease-store.ts';
import { readObserved, replacePartition } from './partition-store.ts';
import { readPlan, writePlan } from './plan-store.ts';
import { closePull, forgetPulls, noteFailure, type ReservedPull, reservePull } from './pull-ledger-store.ts';
import { createPullPlan, type PullPlan } from './pull-plan.ts';
import { askForProducts } from './withdrawal-store.ts';

export interface SupplierSyncDeps {
  readonly database: Database;
  readonly clock: DatabaseClock;
  readonly logger: Logger;
}

/** Times in milliseconds; a test may want them shorter. */
export interface SyncTuning {
  /** How long an instance that has died stays in charge. */
  readonly leadMs: number;
  /** How long a pull whose process has died counts as under way; far longer than any time-out of an adapter. */
  readonly pullLeaseMs: number;
  /** A pull that was reserved and not sent by then is not sent at all: this process was frozen. */
  readonly sendWithinMs: number;
  /** How long before a place is free it is reserved; well within `sendWithinMs`. */
  readonly reserveAheadMs: number;
  /** How often to look whether there is anything to do, where nothing says when. */
  readonly lookEveryMs: number;
  /** How soon a part is asked for again whose pull has failed. */
  readonly failedRestMs: number;
  /** How soon a part is asked for again whose answer would take most of it away. */
  readonly doubtedRestMs: number;
  readonly notesEveryMs: number;
  /** Pulls under way together: those are what a crash may have pulled for nothing. */
  readonly pullsAtOnce: number;
}

const TUNING: Omit<SyncTuning, 'pullsAtOnce'> = {
  leadMs: 5_000,
  pullLeaseMs: 60_000,
  sendWithinMs: 10_000,
  reserveAheadMs: 100,
  lookEveryMs: 1_000,
  failedRestMs: 30_000,
  doubtedRestMs: 300_000,
  notesEveryMs: 10_000,
};

const MOST_PULLS_AT_ONCE = 8;
/** Four a second: so many one after the other can do, where an answer takes a while. */
const PULLS_IN_A_ROW_PER_DAY = 4 * 86_400;
/** What the planner has learnt is worth this much work to keep. */
const PLAN_KEPT_EVERY_NOTES = 30;

/**
 * Keeps what is known of one supplier as fresh as its limits allow. Every instance runs one for each supplier; the one
 * that leads pulls, and another takes over when its lease ends.
 *
 * A pull is reserved in the ledger, sent once, and its answer put in place under the epoch of the lead. Whatever
 * happens in between, the ledger has counted it: limits hold across crashes, and a part that was not put in place is
 * simply still due.
 */
export class SupplierSync implements AsyncDisposable {
  readonly #deps: SupplierSyncDeps;
  readonly #supplier: Supplier;
  readonly #adapter: Adapter;
  readonly #tuning: SyncTuning;
  readonly #instance = randomUUID();
  readonly #stopped = new AbortController();
  readonly #pulls = new Set<Promise<void>>();
  readonly #done: Promise<void>;
  /** Until then this process may take itself for the leader; by `performance.now()`. */
  #leadsUntil = Number.NEGATIVE_INFINITY;

  constructor(deps: SupplierSyncDeps, supplier: Supplier, adapter: Adapter, tuning: Partial<SyncTuning> = {}) {
    this.#deps = deps;
    this.#supplier = supplier;
    this.#adapter = adapter;
    this.#tuning = { ...TUNING, pullsAtOnce: pullsAtOnce(supplier), ...tuning };
    this.#done = this.#run();
  }

  /** Ends the pulls under way, writes down what was learnt and lets another instance take over. */
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
        const epoch = await this.#lead();
        if (epoch !== undefined) await this.#syncUnder(epoch);
      } catch (error) {
        this.#deps.logger.warn({ err: error, supplier: this.#supplier.id }, 'the sync of a supplier is disturbed');
      }
      await this.#sleep(this.#tuning.lookEveryMs);
    }
    await this.#write((tx) => releaseLease(tx, this.#supplier.id, this.#instance)).catch(() => {});
  }

  async #lead(): Promise<number | undefined> {
    const { leadMs } = this.#tuning;
    const askedAt = performance.now();
    const epoch = await this.#write((tx) => acquireLease(tx, this.#supplier.id, this.#instance, leadMs));
    this.#leadsUntil = epoch === undefined ? Number.NEGATIVE_INFINITY : askedAt + leadMs;
    return epoch;
  }

  async #syncUnder(epoch: number): Promise<void> {
    const { database, clock, logger } = this.#deps;
    const { id } = this.#supplier;
    logger.info({ supplier: id, epoch }, 'this instance syncs a supplier now');
    const { withdrawn, restored } = await this.#write((tx) => askForProducts(tx, this.#supplier, epoch));
    if (withdrawn + restored > 0) {
      logger.warn({ supplier: id, withdrawn, restored }, 'slots of products went off sale, or came back');
    }
    const memory = await database.read((reader) => readPlan(reader, id));
    const observed = await database.read((reader) => readObserved(reader, id));
    const plan = createPullPlan(this.#supplier, clock.latestMs(), memory, observed);
    const lead = { epoch, plan, lost: false };
    const upkeep = this.#keepUp(lead);
    try {
      while (!lead.lost && !this.#signal.aborted) await this.#step(lead);
    } finally {
      lead.lost = true;
      await Promise.allSettled(this.#pulls);
      await upkeep;
      await this.#keepPlan(plan).catch(() => {});
    }
  }

  /** One pull begun, or a wait. */
  async #step(lead: Lead): Promise<void> {
    if (this.#pulls.size >= this.#tuning.pullsAtOnce) {
      await Promise.race(this.#pulls);
      return;
    }
    const nowMs = this.#deps.clock.latestMs();
    const next = lead.plan.next(nowMs);
    if (next.kind === 'wait') {
      await this.#sleep(Math.min(next.untilMs - nowMs, this.#tuning.lookEveryMs));
      return;
    }
    const begunAt = performance.now();
    const reservation = await this.#reserve(lead, next.part);
    if (reservation.kind === 'reserved') {
      const pull = this.#pull(lead, next.part, reservation, begunAt).finally(() => this.#pulls.delete(pull));
      this.#pulls.add(pull);
      return;
    }
    lead.plan.putBack(next.part, nowMs);
    if (reservation.kind === 'fenced') lead.lost = true;
    else {
      const { lookEveryMs, reserveAheadMs } = this.#tuning;
      const waitMs = reservation.kind === 'wait' ? reservation.waitMs - reserveAheadMs : lookEveryMs;
      await this.#sleep(Math.min(waitMs, lookEveryMs));
    }
  }

  async #reserve(lead: Lead, part: Partition) {
    const { pullLeaseMs, reserveAheadMs } = this.#tuning;
    try {
      // One round trip: with many pulls a second, all of them wait their turn here.
      return await this.#deps.database.statement((tx) =>
        reservePull(tx, this.#supplier, lead.epoch, partitionName(part), pullLeaseMs, reserveAheadMs),
      );
    } catch (error) {
      lead.plan.putBack(part, this.#deps.clock.latestMs());
      throw error;
    }
  }

  async #pull(
    lead: Lead,
    part: Partition,
    { pullId, sendAfterMs, observedAt }: ReservedPull,
    begunAt: number,
  ): Promise<void> {
    const { clock, logger } = this.#deps;
    const { id: supplierId } = this.#supplier;
    let answeredAfterMs: number | undefined;
    const answered = () => {
      answeredAfterMs ??= performance.now() - begunAt;
    };
    try {
      if (!(await this.#awaitTurn(begunAt, sendAfterMs))) {
        // The supplier has not seen it, and never will.
        answeredAfterMs = 0;
        throw new SupplierFailure('not sent: too late');
      }
      const slots = await this.#adapter.pull(part, { answered }, this.#signal);
      const { absence } = this.#adapter;
      const outcome = await this.#write(async (tx) => {
        const swapped = await replacePartition(tx, { supplierId, epoch: lead.epoch, part, observedAt, slots, absence });
        await closePull(tx, pullId, answeredAfterMs, swapped);
        return swapped;
      });
      if (outcome === 'fenced') lead.lost = true;
      if (outcome === 'changed' || outcome === 'unchanged') {
        const pulledAtMs = Temporal.Instant.from(observedAt).epochMilliseconds;
        lead.plan.learn(
          part,
          { pulledAtMs, changed: outcome === 'changed', empty: slots.length === 0 },
          clock.latestMs(),
        );
      } else {
        // An answer that is doubted is asked for again, and not so soon that the same upset gives it twice.
        lead.plan.putBack(part, clock.latestMs() + (outcome === 'doubted' ? this.#tuning.doubtedRestMs : 0));
      }
    } catch (error) {
      lead.plan.putBack(part, clock.latestMs() + this.#tuning.failedRestMs);
      const message = error instanceof Error ? error.message : String(error);
      if (!this.#signal.aborted)
        logger.warn({ supplier: supplierId, part: partitionName(part), message }, 'a pull failed');
      const retryAfterMs = error instanceof SupplierFailure ? error.retryAfterMs : undefined;
      await this.#write(async (tx) => {
        await closePull(tx, pullId, answeredAfterMs, `failed: ${message}`);
        if (!this.#signal.aborted)
          await noteFailure(tx, supplierId, `${partitionName(part)}: ${message}`, retryAfterMs);
      }).catch((failure: unknown) => logger.warn({ err: failure }, 'the end of a pull could not be written down'));
    }
  }

  /** Waits until a reserved pull may be sent. @returns whether it still may */
  async #awaitTurn(begunAt: number, sendAfterMs: number): Promise<boolean> {
    const sendAt = performance.now() + sendAfterMs;
    // A timer may fire a little early.
    while (performance.now() < sendAt && !this.#signal.aborted) await this.#sleep(sendAt - performance.now());
    return !this.#signal.aborted && performance.now() - begunAt <= this.#tuning.sendWithinMs;
  }

  /** Keeps the lead, takes note of what is read, and now and then writes down what was learnt. */
  async #keepUp(lead: Lead): Promise<void> {
    const { leadMs, notesEveryMs } = this.#tuning;
    let notes = 0;
    let notedAt = performance.now();
    while (!lead.lost && !this.#signal.aborted) {
      await this.#sleep(leadMs / 4);
      try {
        if ((await this.#lead()) !== lead.epoch) lead.lost = true;
        if (lead.lost || performance.now() - notedAt < notesEveryMs) continue;
        notedAt = performance.now();
        notes += 1;
        await this.#noteReads(lead.plan);
        if (notes % PLAN_KEPT_EVERY_NOTES === 0) await this.#keepPlan(lead.plan);
      } catch {
        // The database is away. When the lease has ended, another instance may have taken over.
        if (performance.now() > this.#leadsUntil) lead.lost = true;
      }
    }
  }

  async #noteReads(plan: PullPlan): Promise<void> {
    const reads = await this.#write((tx) => takeReads(tx, this.#supplier.id));
    for (const [part, count] of reads) plan.read(part, count);
  }

  async #keepPlan(plan: PullPlan): Promise<void> {
    const memory = plan.remember(this.#deps.clock.latestMs());
    await this.#write(async (tx) => {
      if (memory) await writePlan(tx, this.#supplier.id, memory);
      await forgetPulls(tx, this.#supplier);
    });
  }

  #write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.#deps.database.transaction(work);
  }

  async #sleep(ms: number): Promise<void> {
    await delay(Math.max(ms, 1), undefined, { signal: this.#signal }).catch(() => {});
  }
}

/** One, unless the limits allow more than one after the other can use. */
function pullsAtOnce(supplier: Supplier): number {
  const atOnce = Math.ceil(pullsPerDay(supplier) / PULLS_IN_A_ROW_PER_DAY);
  return Math.max(1, Math.min(atOnce, MOST_PULLS_AT_ONCE));
}

/** What an instance that leads has in its hand. */
interface Lead {
  readonly epoch: number;
  readonly plan: PullPlan;
  lost: boolean;
}
