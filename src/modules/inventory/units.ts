/** What can be had of a slot, at any moment from when it was read until its claims change. */
export interface Units {
  /** Units free even if no hold runs out; below 0 where more is claimed than there is. */
  readonly free: number;
  /** Units that come free at their moment, in milliseconds since 1970. */
  readonly holds: readonly { readonly expiresMs: number; readonly quantity: number }[];
}

/** What is free at a moment: a hold's units are, from the very instant it runs out. */
export function unitsFree({ free, holds }: Units, nowMs: number): number {
  return holds.reduce((units, hold) => (hold.expiresMs <= nowMs ? units + hold.quantity : units), free);
}

/** From when on another number may be free. */
export function unitsChangeMs({ holds }: Units, nowMs: number): number {
  return holds.reduce(
    (earliest, { expiresMs }) => (expiresMs > nowMs ? Math.min(earliest, expiresMs) : earliest),
    Number.POSITIVE_INFINITY,
  );
}

/** Holds as the database tells them: pairs of when one runs out, in ms, and its units. */
export type HoldPairs = readonly (readonly [number, number])[];

export function toHolds(pairs: HoldPairs | null): Units['holds'] {
  return (pairs ?? []).map(([expiresMs, quantity]) => ({ expiresMs, quantity }));
}
