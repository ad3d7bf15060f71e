import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../../../platform/db/database.ts';
import type { Logger } from '../../../platform/logger.ts';
import { inSpan, type Tracing } from '../../../platform/tracing/tracing.ts';
import { type Adapter, SupplierFailure, type UpstreamSlot } from '../adapters/adapter.ts';
import { formatPartition, type Partition } from '../supplier/partition.ts';
import type { Supplier } from '../supplier/supplier.ts';
import { findFinerAmounts } from './finer-amounts.ts';
import { replacePartition } from './partition-store.ts';
import { closePull, type ReservedPull, recordFailure, recordSuccess } from './pull-ledger-store.ts';
import type { UnstoredPull } from './pull-retries.ts';

export interface PullDeps {
  readonly database: Database;
  readonly logger: Logger;
  readonly supplier: Supplier;
  readonly adapter: Adapter;
  /** Stops the pull. */
  readonly signal: AbortSignal;
  /** A pull that was not sent within this time of its start is not sent at all. */
  readonly sendWithinMs: number;
  /** Gives each pull a span. */
  readonly tracing?: Tracing | undefined;
}

/** A pull whose place in the ledger is reserved. */
export interface DuePull {
  readonly partition: Partition;
  readonly epoch: number;
  readonly reservation: ReservedPull;
  /** Before the pull was reserved; a time of `performance.now()`. */
  readonly startedAt: number;
}

export type PullOutcome = UnstoredPull | { readonly kind: 'stored'; readonly isEmpty: boolean };

/** Sends one pull, once, and stores its answer or its failure. */
export function runPull(deps: PullDeps, pull: DuePull): Promise<PullOutcome> {
  const attributes = {
    'holdfast.supplier': deps.supplier.id,
    'holdfast.partition': formatPartition(pull.partition),
  };
  return inSpan(deps.tracing, 'pull', { parent: 'none', attributes }, async (span) => {
    const outcome = await pullOnce(deps, pull);
    span?.set({ 'holdfast.pull.outcome': outcome.kind });
    return outcome;
  });
}

async function pullOnce(deps: PullDeps, pull: DuePull): Promise<PullOutcome> {
  const { database, adapter, supplier } = deps;
  const { partition, epoch, reservation, startedAt } = pull;
  const { pullId, observedAt } = reservation;
  let answeredAfterMs: number | undefined;
  const answered = () => {
    answeredAfterMs ??= performance.now() - startedAt;
  };
  try {
    if (!(await awaitTurn(deps, pull))) {
      // Nothing was sent, so the pull may count from its reservation.
      answeredAfterMs = 0;
      throw new SupplierFailure('was not sent, because this process was stopped or frozen');
    }
    const slots: readonly UpstreamSlot[] = await adapter.pull(partition, { answered }, deps.signal);
    const answer = { supplierId: supplier.id, partition, epoch, observedAt, slots, absence: adapter.absence };
    const outcome = await database.transaction(async (tx) => {
      const replaced = await replacePartition(tx, answer);
      await closePull(tx, pullId, answeredAfterMs, replaced);
      return replaced;
    });
    if (outcome !== 'changed' && outcome !== 'unchanged') return { kind: outcome };
    await noteSuccess(deps);
    if (outcome === 'changed') warnOfFinerAmounts(deps, partition, slots);
    return { kind: 'stored', isEmpty: slots.length === 0 };
  } catch (error) {
    const failedAt = performance.now();
    await storeFailure(deps, pull, answeredAfterMs, error);
    const requestedMs = error instanceof SupplierFailure ? error.retryAfterMs : undefined;
    // The wait began with the answer, and storing the failure took a part of it.
    const retryAfterMs = requestedMs && Math.max(1, requestedMs - (performance.now() - failedAt));
    return { kind: 'failed', retryAfterMs };
  }
}

/** The amounts are stored, answered and ordered as they are: a rounded price would not be the supplier's. */
function warnOfFinerAmounts(
  { logger, supplier }: PullDeps,
  partition: Partition,
  slots: readonly UpstreamSlot[],
): void {
  const finer = findFinerAmounts(slots);
  if (!finer) return;
  logger.warn(
    { supplier: supplier.id, partition: formatPartition(partition), ...finer },
    "the supplier's amounts have fractions of the currency's minor unit; they are kept as they are",
  );
}

/** Waits until a reserved pull may be sent. @returns whether it is still in time */
async function awaitTurn({ signal, sendWithinMs }: PullDeps, { startedAt, reservation }: DuePull): Promise<boolean> {
  const sendAt = performance.now() + reservation.sendAfterMs;
  // A timer may fire a little early.
  while (performance.now() < sendAt && !signal.aborted) {
    await delay(Math.max(1, sendAt - performance.now()), undefined, { signal }).catch(() => {});
  }
  return !signal.aborted && performance.now() - startedAt <= sendWithinMs;
}

async function noteSuccess({ database, logger, supplier: { id } }: PullDeps): Promise<void> {
  try {
    const hasFailed = await database.statement((tx) => recordSuccess(tx, id));
    if (hasFailed) logger.info({ supplier: id }, 'supplier recovered');
  } catch (error) {
    logger.debug({ err: error, supplier: id }, 'the success of a pull could not be noted; the next one notes it');
  }
}

async function storeFailure(
  { database, logger, supplier, signal }: PullDeps,
  { partition, reservation: { pullId } }: DuePull,
  answeredAfterMs: number | undefined,
  error: unknown,
): Promise<void> {
  const name = formatPartition(partition);
  const message = error instanceof Error ? error.message : String(error);
  const retryAfterMs = error instanceof SupplierFailure ? error.retryAfterMs : undefined;
  const isStopping = signal.aborted;
  if (!isStopping) logger.warn({ supplier: supplier.id, partition: name, message }, 'pull failed; retrying later');
  try {
    const beginsToFail = await database.transaction(async (tx) => {
      await closePull(tx, pullId, answeredAfterMs, `failed: ${message}`);
      return !isStopping && (await recordFailure(tx, supplier, `${name}: ${message}`, retryAfterMs));
    });
    if (beginsToFail) logger.error({ supplier: supplier.id, message }, 'supplier failing');
  } catch (failure) {
    logger.warn({ err: failure, supplier: supplier.id }, 'the failed pull could not be recorded');
  }
}
