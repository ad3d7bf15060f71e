import type { Pax, Price } from '../api/resources.ts';
import { clockTime, longDay, VISITOR_ZONE, zoneName } from '../format.ts';

/** A slot as one chooses it, whoever sells it. */
export interface OfferedSlot {
  readonly id: number;
  /** By whose clock it is listed: the visitor's, or that of a supplier, whose days are its own. */
  readonly zone: string;
  /** The calendar date it is listed under, in that zone. */
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

/** When it starts for the visitor, where it is listed by a clock that shows something else. */
export function startByVisitor({ start, zone }: OfferedSlot): string | undefined {
  const written = (timeZone: string) => `${clockTime(start, timeZone)}, ${longDay(start, timeZone)}`;
  const own = written(VISITOR_ZONE);
  return own === written(zone) ? undefined : `${own}, by your clock (${zoneName(VISITOR_ZONE)})`;
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
