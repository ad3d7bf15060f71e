import type { WrittenTime } from '../../times/written-time.ts';

/** A range or a break as a request writes it. */
export interface WrittenRange {
  readonly kind: 'range' | 'break';
  readonly path: string;
  readonly start: WrittenTime;
  readonly end: WrittenTime;
}

/** Time that a provider offers, as a request describes it. */
export interface Offer {
  readonly ranges: readonly WrittenRange[];
  readonly breaks: readonly WrittenRange[];
  readonly slotLengthMs: number;
  /** Last day, in the provider's time zone, on which a weekly repetition may start. `undefined`: no repetition. */
  readonly repeatWeeklyUntil?: string | undefined;
}

/** An occurrence of a repeated range that a clock change makes impossible. */
export interface SkippedOccurrence {
  /** Where the range is in the request. */
  readonly path: string;
  /** Wall-clock time in the provider's zone: `2030-03-31T02:00`. */
  readonly start_time: string;
  readonly end_time: string;
  /** Why: its start or end does not exist or occurs twice, or it is not a whole number of slots long. */
  readonly reason: 'skipped-time' | 'repeated-time' | 'not-whole-slots';
}
