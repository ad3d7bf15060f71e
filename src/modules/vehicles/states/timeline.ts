import type { Id } from '../../../platform/ids.ts';
import { type Moment, textOfMoment } from '../../../platform/time/moment.ts';

/** A vehicle and all its logs, in the order of moment and sequence. */
export interface Timeline {
  readonly id: Id;
  readonly make: string;
  readonly model: string;
  /** Every state it was ever in, once. */
  readonly states: readonly string[];
  /**
   * Three numbers for each log: its moment's two parts, and its state's place in `states`. One array and not three,
   * nor an object for each log: ten thousand timelines do not stay in a processor's cache, and what is fetched from
   * memory on the way is most of what a search costs.
   */
  readonly logs: readonly number[];
}

/** How many numbers of `logs` make one log. */
const WIDTH = 3;

/**
 * The place in `states` of the state at a moment: that of the last log at or before it. A log's own instant counts,
 * and of several logs at one instant the last.
 *
 * @returns -1 before the first log
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

/** All logs, ascending, with their exact times. */
export function historyOf({ states, logs }: Timeline): { state: string; timestamp: string }[] {
  return Array.from({ length: logs.length / WIDTH }, (_, log) => {
    const [ms, micros, state] = logs.slice(log * WIDTH, (log + 1) * WIDTH) as [number, number, number];
    return { state: states[state] as string, timestamp: textOfMoment({ ms, micros }) };
  });
}
