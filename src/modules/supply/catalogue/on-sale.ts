import { type Units, unitsChangeMs, unitsFree } from '../../inventory/index.ts';

interface OnSale {
  readonly startMs: number;
  readonly units: Units;
}

/** How many units of a supplier's slot can be had at a moment: what has begun is sold by nobody. */
export function unitsOnSale({ startMs, units }: OnSale, nowMs: number): number {
  return startMs <= nowMs ? 0 : Math.max(0, unitsFree(units, nowMs));
}

/** From when on it may be another number. */
export function onSaleChangeMs({ startMs, units }: OnSale, nowMs: number): number {
  return startMs <= nowMs ? Number.POSITIVE_INFINITY : Math.min(startMs, unitsChangeMs(units, nowMs));
}
