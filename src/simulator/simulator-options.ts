import type { FaultSizes } from './http/send-answer.ts';
import type { SimulatorClock } from './inventory/simulator-clock.ts';

export interface SimulatorOptions extends Partial<FaultSizes> {
  readonly kind: 'per-date' | 'snapshot';
  readonly host?: string;
  /** Defaults to 0, which takes a free port. */
  readonly port?: number;
  /** Prefix of every path, such as `/city-tours`. */
  readonly basePath?: string;
  /** Limits that apply together, such as `['3/1s', '100/1m']`. Defaults to none. */
  readonly limits?: readonly string[];
  /** Required value of `x-api-key`. Without it, no key is checked. */
  readonly apiKey?: string;
  /** Time between the decision and the sending of every answer. */
  readonly latencyMs?: number;
  /** Seed of faults, rivals and synthetic products. */
  readonly seed?: number;
  /** A recording of a per-date supplier. Defaults to the one in `samples/`. */
  readonly inventoryFile?: string | URL;
  /** Number of synthetic products to add to the recorded ones, with ids from 1001. */
  readonly syntheticProducts?: number;
  readonly rivalsPerSecond?: number;
  readonly timeZone?: string;
  readonly clock?: SimulatorClock;
}

/** A wrong option, in words for the person at the terminal. */
export class SimulatorError extends Error {}
