import type { FaultSizes } from './http/send-answer.ts';
import type { SimulatorClock } from './inventory/simulator-clock.ts';

export interface SimulatorOptions extends Partial<FaultSizes> {
  readonly kind: 'per-date' | 'snapshot';
  readonly host?: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Before every path: `/city-tours`. */
  readonly basePath?: string;
  /** Several hold together: `['3/1s', '100/1m']`. None is no limit. */
  readonly limits?: readonly string[];
  /** Every request needs it in `x-api-key`; without one nothing is checked. */
  readonly apiKey?: string;
  /** Every answer is sent this much later than it is decided. */
  readonly latencyMs?: number;
  /** Drives faults, rivals and synthetic products. */
  readonly seed?: number;
  /** A recording of a per-date supplier; the one in `samples/` by default. */
  readonly inventoryFile?: string | URL;
  /** So many made-up products besides the recorded ones, numbered from 1001. */
  readonly syntheticProducts?: number;
  readonly rivalsPerSecond?: number;
  readonly timeZone?: string;
  readonly clock?: SimulatorClock;
}

/** What cannot be simulated, in words for the person at the terminal. */
export class SimulatorError extends Error {}
