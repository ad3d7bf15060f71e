import { Batcher } from '../../../platform/batcher.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { Failure } from '../../../platform/errors.ts';
import type { Answer } from '../../../platform/http/answer.ts';
import { answerBatchOnce, type BatchedRequest, orThrow } from '../../../platform/http/idempotency.ts';
import { type ConfirmCommand, confirmReservations, type HoldCommand, holdSlots } from './hold-store.ts';
import type { Reservation, ReservationPolicy } from './reservation.ts';

export interface BatchLimits {
  /** Callers served by one transaction. */
  readonly maxBatchSize: number;
  /** Transactions at once. */
  readonly maxConcurrent: number;
  /** Callers that may wait, for each kind of request. */
  readonly maxWaiting: number;
}

const DEFAULT_BATCH_LIMITS: BatchLimits = { maxBatchSize: 128, maxConcurrent: 2, maxWaiting: 4_096 };

type Outcome = Reservation | Failure;

/** Holds and confirms for all callers of this process, many in one transaction, confirms before holds. */
export interface HoldEngine {
  hold(ask: BatchedRequest<HoldCommand, Outcome>): Promise<Answer>;
  confirm(ask: BatchedRequest<ConfirmCommand, Outcome>): Promise<Answer>;
  /** Callers waiting, by lane. */
  waiting(): Record<string, number>;
}

export function createHoldEngine(
  database: Database,
  policy: ReservationPolicy,
  limits: BatchLimits = DEFAULT_BATCH_LIMITS,
): HoldEngine {
  const batcher = new Batcher(limits);
  // A client who holds a slot has been promised it: confirms are served, and shed, as their own lane, first.
  const confirm = batcher.open<BatchedRequest<ConfirmCommand, Outcome>, Answer | Failure>({
    name: 'confirm',
    maxWaiting: limits.maxWaiting,
    run: (asks) => answerBatchOnce(database, asks, (tx, commands) => confirmReservations(tx, commands, policy)),
  });
  const hold = batcher.open<BatchedRequest<HoldCommand, Outcome>, Answer | Failure>({
    name: 'hold',
    maxWaiting: limits.maxWaiting,
    run: (asks) => answerBatchOnce(database, asks, (tx, commands) => holdSlots(tx, commands, policy)),
  });
  return {
    hold: async (ask) => orThrow(await hold(ask)),
    confirm: async (ask) => orThrow(await confirm(ask)),
    waiting: () => batcher.waiting(),
  };
}
