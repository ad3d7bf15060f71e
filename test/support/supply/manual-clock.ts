import type { SimulatorClock } from '../../../src/simulator/inventory/simulator-clock.ts';

/** A simulated supplier's clock that moves only when a test moves it. */
export class ManualClock implements SimulatorClock {
  #wallMs: number;
  #monotonicMs = 0;

  constructor(at: string) {
    this.#wallMs = Date.parse(at);
  }

  wallMs(): number {
    return this.#wallMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  advance(ms: number): void {
    this.#wallMs += ms;
    this.#monotonicMs += ms;
  }

  /** Sets the wall clock back and leaves the monotonic one alone, as an operating system does. */
  setBack(ms: number): void {
    this.#wallMs -= ms;
  }
}
