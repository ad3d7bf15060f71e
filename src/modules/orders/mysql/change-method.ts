import type { ChangedOrders } from './changed-orders.ts';

/** How changes in the shop's database become known: through its binary log, by polling it, or by nothing but the bound. */
export type MethodName = 'binary-log' | 'polling' | 'bound';

/** The changes since the round before. */
export interface Round {
  readonly changed: ChangedOrders;
  /** Position in the log after these changes. */
  readonly position?: string;
  /** `performance.now()` before which every commit is in this round or an earlier one; `undefined` if that is unknown. */
  readonly completeAsOf: number | undefined;
}

/** One way to learn of changes. */
export interface ChangeMethod extends Disposable {
  readonly name: MethodName;
  /** Longest time between two rounds, in milliseconds. */
  readonly everyMs: number;
  /** @throws when changes may have been missed */
  round(): Promise<Round>;
}
