import { parseDurationMs } from '../../platform/time/duration.ts';

/** At most `reads` reads in any window of `windowMs`. */
export interface Limit {
  readonly reads: number;
  readonly windowMs: number;
}

/** Parses `30/1m`; `undefined` for anything else. */
export function parseLimit(text: string): Limit | undefined {
  const [, count = '', length = ''] = /^([1-9]\d{0,6})\/(.+)$/.exec(text) ?? [];
  const windowMs = parseDurationMs(length);
  return windowMs ? { reads: Number(count), windowMs } : undefined;
}

/** Strict sliding windows that apply together. The caller passes the time, which must not go back. */
export class SlidingWindows {
  readonly #limits: readonly Limit[];
  readonly #mostReads: number;
  #acceptedMs: number[] = [];

  constructor(limits: readonly Limit[]) {
    this.#limits = limits;
    this.#mostReads = Math.max(1, ...limits.map(({ reads }) => reads));
  }

  /** Accepts a read at `nowMs` and returns 0, or returns the milliseconds to wait. */
  admit(nowMs: number): number {
    const waitsMs = this.#limits.map(({ reads, windowMs }) => {
      const oldestMs = this.#acceptedMs.at(-reads);
      return oldestMs === undefined ? 0 : oldestMs + windowMs - nowMs;
    });
    const waitMs = Math.max(0, ...waitsMs);
    if (waitMs > 0) return waitMs;
    this.#acceptedMs.push(nowMs);
    if (this.#acceptedMs.length > 2 * this.#mostReads) this.#acceptedMs = this.#acceptedMs.slice(-this.#mostReads);
    return 0;
  }
}
