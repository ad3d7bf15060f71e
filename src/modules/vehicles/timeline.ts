import type { Id } from '../../platform/ids.ts';
import { type Moment, textOfMoment } from '../../platform/moment.ts';
import type { Word } from './vocabulary.ts';

/**
 * A vehicle and all its logs, in the order of moment and sequence.
 *
 * It is laid out to be searched cold: ten thousand of them do not stay in a processor's cache, and each object on the
 * way to the answer costs a read of memory, which is most of what a hit costs. So the logs are one array, and all texts
 * are shared words.
 */
export interface Timeline {
  readonly id: Id;
  readonly make: Word;
  readonly model: Word;
  /** Every state it was ever in, once. */
  readonly states: readonly Word[];
  /** Three numbers for each log: its moment's two parts, and its state's place in `states`. */
  readonly logs: readonly number[];
}

/** How many numbers of `logs` make one log. */
export const LOG_WIDTH = 3;

/**
 * The state at a moment: that of the last log at or before it. A log's own instant counts, and of several logs at one
 * instant the last.
 *
 * @returns nothing before the first log
 */
export function stateAt({ logs, states }: Timeline, moment: Moment): Word | undefined {
  let low = 0;
  let high = logs.length / LOG_WIDTH;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const ms = logs[middle * LOG_WIDTH] as number;
    const micros = logs[middle * LOG_WIDTH + 1] as number;
    if (ms < moment.ms || (ms === moment.ms && micros <= moment.micros)) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? undefined : states[logs[low * LOG_WIDTH - 1] as number];
}

/** All logs, ascending, with their exact times. */
export function historyOf({ states, logs }: Timeline): { state: string; timestamp: string }[] {
  return Array.from({ length: logs.length / LOG_WIDTH }, (_, log) => {
    const [ms, micros, state] = logs.slice(log * LOG_WIDTH, (log + 1) * LOG_WIDTH) as [number, number, number];
    return { state: (states[state] as Word).text, timestamp: textOfMoment({ ms, micros }) };
  });
}
