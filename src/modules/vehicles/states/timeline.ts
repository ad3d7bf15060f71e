import type { Id } from '../../../platform/ids.ts';
import { type Moment, textOfMoment } from '../../../platform/time/moment.ts';

/** A vehicle and all its state logs, ordered by moment and sequence. */
export interface Timeline {
  readonly id: Id;
  readonly make: string;
  readonly model: string;
  /** Every distinct state. */
  readonly states: readonly string[];
  /**
   * Three numbers per log: the two parts of its moment and the index of its state in `states`. One flat array, because
   * cache misses are most of a search's cost: ten thousand timelines do not fit in a processor's cache.
   */
  readonly logs: readonly number[];
}

/** Numbers per log in `logs`. */
const WIDTH = 3;

/**
 * The state at a moment: that of the last log at or before it, by binary search. A log's own instant counts as in its
 * state, and of several logs at one instant the last one counts.
 *
 * @returns an index into `states`; -1 before the first log
 */
export function stateAt({ logs }: Timeline, moment: Moment): number {
  let low = 0;
  let high = logs.length / WIDTH;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const ms = logs[middle * WIDTH] as number;
    if (ms < moment.ms || (ms === moment.ms && (logs[middle * WIDTH + 1] as number) <= moment.micros)) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? -1 : (logs[low * WIDTH - 1] as number);
}

/** All logs, oldest first, with exact times. */
export function historyOf({ states, logs }: Timeline): { state: string; timestamp: string }[] {
  return Array.from({ length: logs.length / WIDTH }, (_, log) => {
    const [ms, micros, state] = logs.slice(log * WIDTH, (log + 1) * WIDTH) as [number, number, number];
    return { state: states[state] as string, timestamp: textOfMoment({ ms, micros }) };
  });
}
