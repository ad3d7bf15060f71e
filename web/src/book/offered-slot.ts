import type { Pax, Price } from '../api/shapes.ts';

/** A slot as one chooses it, whoever sells it. */
export interface OfferedSlot {
  readonly id: number;
  /** The calendar date it is listed under. */
  readonly day: string;
  /** UTC. */
  readonly start: string;
  readonly end: string;
  readonly remaining: number;
  readonly price: Price | null;
  readonly pax: readonly Pax[];
  /** It covers its whole day. */
  readonly isAllDay: boolean;
}

/** The free slots that start nearest to a moment, in the order of the clock. */
export function nearestTo(slots: readonly OfferedSlot[], start: string, most: number): OfferedSlot[] {
  const at = Date.parse(start);
  const distance = (slot: OfferedSlot) => Math.abs(Date.parse(slot.start) - at);
  return [...slots]
    .filter(({ remaining }) => remaining > 0)
    .sort((a, b) => distance(a) - distance(b))
    .slice(0, most)
    .sort((a, b) => a.start.localeCompare(b.start));
}
