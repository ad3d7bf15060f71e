import type { Id } from '../../platform/ids.ts';
import type { InstantText } from '../../platform/time/instant.ts';
import type { Price } from './price.ts';

/** A half-open span of time `[startMs, endMs)`, in milliseconds since 1970 UTC. */
export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** A sellable span of time with a capacity. */
export interface Slot {
  readonly slot_id: Id;
  /** `null` for a supplier's slot. */
  readonly provider_id: Id | null;
  readonly start_time: InstantText;
  readonly end_time: InstantText;
  readonly capacity: number;
  /** `null` when units are free. */
  readonly price: Price | null;
  /** Increases whenever what can be claimed changes. */
  readonly version: number;
}

/**
 * Cuts a range into slots of one length and leaves out every slot that touches a break. Lengths are elapsed time, not
 * wall-clock time: a day with a clock change has 92 or 100 quarter-hours.
 *
 * @returns `undefined` when the range is not a whole number of slots
 */
export function cutIntoSlots(range: Span, lengthMs: number, breaks: readonly Span[] = []): Span[] | undefined {
  const count = (range.endMs - range.startMs) / lengthMs;
  if (!Number.isInteger(count)) return undefined;
  const slots: Span[] = [];
  for (let startMs = range.startMs; startMs < range.endMs; startMs += lengthMs) {
    const slot = { startMs, endMs: startMs + lengthMs };
    if (!breaks.some((pause) => overlaps(pause, slot))) slots.push(slot);
  }
  return slots;
}

function overlaps(a: Span, b: Span): boolean {
  return a.startMs < b.endMs && b.startMs < a.endMs;
}
