/** The free units of a slot, valid from when they were read until the claims on the slot change. */
export interface Units {
  /** Units that are free even if no hold expires; below 0 when more is claimed than the slot has. */
  readonly free: number;
  /** Units that become free when their hold expires; times in milliseconds since 1970. */
  readonly holds: readonly { readonly expiresMs: number; readonly quantity: number }[];
}

/** Number of units free at `nowMs`. The units of a hold are free from the very instant it expires. */
export function unitsFree({ free, holds }: Units, nowMs: number): number {
  return holds.reduce((units, hold) => (hold.expiresMs <= nowMs ? units + hold.quantity : units), free);
}

/** The first instant after `nowMs` at which the number of free units changes by itself; infinity when there is none. */
export function unitsChangeMs({ holds }: Units, nowMs: number): number {
  return holds.reduce(
    (earliest, { expiresMs }) => (expiresMs > nowMs ? Math.min(earliest, expiresMs) : earliest),
    Number.POSITIVE_INFINITY,
  );
}

/** Holds as the database returns them: pairs of expiry, in milliseconds since 1970, and quantity. */
export type HoldPairs = readonly (readonly [number, number])[];

/** Turns pairs from the database into the `holds` of `Units`. */
export function toHolds(pairs: HoldPairs | null): Units['holds'] {
  return (pairs ?? []).map(([expiresMs, quantity]) => ({ expiresMs, quantity }));
}
