import { type Units, unitsChangeMs, unitsFree } from '../../inventory/index.ts';

interface SlotOnSale {
  readonly startMs: number;
  readonly units: Units;
}

/** Units of a supplier's slot that can be reserved at a moment; none once the slot has begun. */
export function unitsOnSale({ startMs, units }: SlotOnSale, nowMs: number): number {
  return startMs <= nowMs ? 0 : Math.max(0, unitsFree(units, nowMs));
}

/** The next moment at which `unitsOnSale` may change; infinity if there is none. */
export function onSaleChangeMs({ startMs, units }: SlotOnSale, nowMs: number): number {
  return startMs <= nowMs ? Number.POSITIVE_INFINITY : Math.min(startMs, unitsChangeMs(units, nowMs));
}
