import type { SimulatorClock } from '../../../src/simulator/inventory/simulator-clock.ts';

/** A supplier's clock that stands still until it is moved. */
export class MovedClock implements SimulatorClock {
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

  /** As somebody who sets the machine's clock does. */
  setBack(ms: number): void {
    this.#wallMs -= ms;
  }
}
