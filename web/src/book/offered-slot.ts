import type { PaxType, Price, Slot, Timeslot } from '../api/resources.ts';
import { dateIn } from '../format.ts';

/** A slot as the visitor chooses it, from a provider or a supplier. */
export interface OfferedSlot {
  readonly id: number;
  /** Zone of the clock it is listed by: the provider's or the supplier's. */
  readonly zone: string;
  /** Calendar date it is listed under, in that zone. */
  readonly day: string;
  /** Start and end in UTC. */
  readonly start: string;
  readonly end: string;
  readonly remaining: number;
  readonly price: Price | null;
  readonly pax: readonly PaxType[];
  /** It covers its whole day. */
  readonly isAllDay: boolean;
}

/** A provider's slot. Without a price it may be one of the fixed paths' timeslots, which have none. */
export function providerSlot(
  { start_time: start, end_time: end }: Pick<Slot | Timeslot, 'start_time' | 'end_time'>,
  zone: string,
  rest: Pick<OfferedSlot, 'id' | 'remaining' | 'price'>,
): OfferedSlot {
  return { ...rest, zone, day: dateIn(start, zone), start, end, pax: [], isAllDay: false };
}

/** The free slots whose starts are nearest to an instant, at most `limit`, by start. */
export function nearestTo(slots: readonly OfferedSlot[], start: string, limit: number): OfferedSlot[] {
  const targetMs = Date.parse(start);
  const distanceMs = (slot: OfferedSlot) => Math.abs(Date.parse(slot.start) - targetMs);
  return slots
    .filter(({ remaining }) => remaining > 0)
    .sort((a, b) => distanceMs(a) - distanceMs(b))
    .slice(0, limit)
    .sort((a, b) => a.start.localeCompare(b.start));
}
