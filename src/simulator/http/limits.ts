import { parseDurationMs } from '../../platform/time/duration.ts';

/** So many reads in any window of that length. */
export interface Limit {
  readonly reads: number;
  readonly windowMs: number;
}

/** Reads `30/1m`; `undefined` for anything else. */
export function parseLimit(text: string): Limit | undefined {
  const [, count = '', length = ''] = /^([1-9]\d{0,6})\/(.+)$/.exec(text) ?? [];
  const windowMs = parseDurationMs(length);
  return windowMs ? { reads: Number(count), windowMs } : undefined;
}

/** Strict sliding windows that hold together. Times come in, and never go back. */
export class SlidingWindows {
  readonly #limits: readonly Limit[];
  readonly #longest: number;
  #acceptedMs: number[] = [];

  constructor(limits: readonly Limit[]) {
    this.#limits = limits;
    this.#longest = Math.max(1, ...limits.map(({ reads }) => reads));
  }

  /** Accepts a read that arrived at `nowMs` and returns 0, or returns how many milliseconds too early it came. */
  admit(nowMs: number): number {
    const waitsMs = this.#limits.map(({ reads, windowMs }) => {
      const oldestMs = this.#acceptedMs.at(-reads);
      return oldestMs === undefined ? 0 : oldestMs + windowMs - nowMs;
    });
    const waitMs = Math.max(0, ...waitsMs);
    if (waitMs > 0) return waitMs;
    this.#acceptedMs.push(nowMs);
    if (this.#acceptedMs.length > 2 * this.#longest) this.#acceptedMs = this.#acceptedMs.slice(-this.#longest);
    return 0;
  }
}
