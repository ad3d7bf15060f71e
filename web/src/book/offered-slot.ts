import type { PaxType, Price, Slot, Timeslot } from '../api/resources.ts';
import { dateIn, formatLongDay, formatTime, VISITOR_ZONE, zoneName } from '../format.ts';

/** A slot as the visitor chooses it, from a provider or a supplier. */
export interface OfferedSlot {
  readonly id: number;
  /** Zone of the clock it is listed by: the visitor's zone for a provider's slot, the supplier's zone for a supplier's. */
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
  rest: Pick<OfferedSlot, 'id' | 'remaining' | 'price'>,
): OfferedSlot {
  return { ...rest, zone: VISITOR_ZONE, day: dateIn(start), start, end, pax: [], isAllDay: false };
}

/** The start by the visitor's clock; `undefined` when it reads the same by the clock the slot is listed by. */
export function startInVisitorZone({ start, zone }: OfferedSlot): string | undefined {
  const startIn = (timeZone: string) => `${formatTime(start, timeZone)}, ${formatLongDay(start, timeZone)}`;
  const visitorStart = startIn(VISITOR_ZONE);
  return visitorStart === startIn(zone) ? undefined : `${visitorStart}, your time (${zoneName(VISITOR_ZONE)})`;
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
