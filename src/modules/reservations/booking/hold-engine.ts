import { Batcher, type BatcherOptions } from '../../../platform/batcher.ts';
import type { Database } from '../../../platform/db/database.ts';
import type { Failure } from '../../../platform/errors.ts';
import type { Answer } from '../../../platform/http/answer.ts';
import { answerBatchOnce, type BatchedRequest, orThrow } from '../../../platform/http/idempotency.ts';
import { type ConfirmCommand, confirmReservations, type HoldCommand, holdSlots } from './hold-store.ts';
import type { Reservation, ReservationPolicy } from './reservation.ts';

export interface BatchLimits {
  /** Callers that share one transaction. */
  readonly maxBatchSize: number;
  /** Concurrent transactions. */
  readonly maxConcurrent: number;
  /** Callers that may wait, for each kind of request. */
  readonly maxWaiting: number;
}

const DEFAULT_BATCH_LIMITS: BatchLimits = { maxBatchSize: 128, maxConcurrent: 2, maxWaiting: 4_096 };

type Outcome = Reservation | Failure;

/** Holds and confirms for all callers of this process, many in one transaction. */
export interface HoldEngine {
  hold(request: BatchedRequest<HoldCommand, Outcome>): Promise<Answer>;
  confirm(request: BatchedRequest<ConfirmCommand, Outcome>): Promise<Answer>;
  /** Number of waiting callers, by lane. */
  waiting(): Record<string, number>;
}

export function createHoldEngine(
  database: Database,
  policy: ReservationPolicy,
  limits: BatchLimits = DEFAULT_BATCH_LIMITS,
  observers: Pick<BatcherOptions, 'onServed' | 'tracing'> = {},
): HoldEngine {
  const batcher = new Batcher({ ...limits, ...observers });
  // Lanes are served in the order they are opened in, and each has its own limit of waiting callers. Confirms come
  // first, because a client that holds a unit has been promised it.
  const confirm = batcher.open<BatchedRequest<ConfirmCommand, Outcome>, Answer | Failure>({
    name: 'confirm',
    maxWaiting: limits.maxWaiting,
    run: (requests) => answerBatchOnce(database, requests, (tx, commands) => confirmReservations(tx, commands, policy)),
  });
  const hold = batcher.open<BatchedRequest<HoldCommand, Outcome>, Answer | Failure>({
    name: 'hold',
    maxWaiting: limits.maxWaiting,
    run: (requests) => answerBatchOnce(database, requests, (tx, commands) => holdSlots(tx, commands, policy)),
  });
  return {
    hold: async (request) => orThrow(await hold(request)),
    confirm: async (request) => orThrow(await confirm(request)),
    waiting: () => batcher.waiting(),
  };
}
