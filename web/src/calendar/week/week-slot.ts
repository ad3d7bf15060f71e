import type { Reservation, Slot } from '../../api/resources.ts';
import { serverNowMs } from '../../api/server-clock.ts';
import { dateIn } from '../../format.ts';
import { DAY_MIN, instantMs, type MinuteRange, minutesIn } from '../wall-time.ts';

/** A slot by the provider's clock, with its held and confirmed reservations. */
export interface WeekSlot extends Slot, MinuteRange {
  readonly date: string;
  readonly reservations: readonly Reservation[];
}

/** The part of a day that is selected in the calendar. */
export interface TimeSelection extends MinuteRange {
  readonly date: string;
}

export type SlotState = 'free' | 'held' | 'confirmed' | 'blocked' | 'past';

export const STATE_NAMES: Readonly<Record<SlotState, string>> = {
  free: 'free',
  held: 'on hold',
  confirmed: 'confirmed',
  blocked: 'blocked',
  past: 'past, not booked',
};

export function toWeekSlot(slot: Slot, timeZone: string, reservations: readonly Reservation[]): WeekSlot {
  const fromMin = minutesIn(slot.start_time, timeZone);
  const lengthMin = (Date.parse(slot.end_time) - Date.parse(slot.start_time)) / 60_000;
  const untilMin = Math.min(fromMin + lengthMin, DAY_MIN);
  return { ...slot, date: dateIn(slot.start_time, timeZone), fromMin, untilMin, reservations };
}

/** The state of a slot. A slot of several places is free while any place is. */
export function slotState({ remaining, reservations, start_time }: WeekSlot): SlotState {
  const hasStarted = Date.parse(start_time) <= serverNowMs();
  if (remaining > 0 && !hasStarted) return 'free';
  if (reservations.length === 0) return remaining > 0 ? 'past' : 'blocked';
  return reservations.some(({ status }) => status === 'held') ? 'held' : 'confirmed';
}

/**
 * Whether a blocked slot has been replaced: when a provider offers the time again, the API still lists the old slot,
 * which then means nothing.
 */
export function isReplaced(slot: WeekSlot, slots: readonly WeekSlot[]): boolean {
  if (slotState(slot) !== 'blocked') return false;
  return slots.some(
    (other) =>
      other.start_time < slot.end_time &&
      other.end_time > slot.start_time &&
      (slotState(other) !== 'blocked' || other.slot_id > slot.slot_id),
  );
}

/** The slots that blocking a selection affects, and whether any of them reaches beyond the selection. */
export function slotsAffectedBy({ date, fromMin, untilMin }: TimeSelection, slots: readonly WeekSlot[], zone: string) {
  const fromMs = instantMs(date, fromMin, zone);
  const untilMs = instantMs(date, untilMin, zone);
  const times = slots.map((slot) => ({ slot, startMs: Date.parse(slot.start_time), endMs: Date.parse(slot.end_time) }));
  const affected = times.filter(({ startMs, endMs }) => startMs < untilMs && endMs > fromMs);
  return {
    affected: affected.map(({ slot }) => slot),
    isWider: affected.some(({ startMs, endMs }) => startMs < fromMs || endMs > untilMs),
  };
}

/** A day's blocked time, with adjacent slots joined. */
export function blockedRanges(slots: readonly WeekSlot[]): MinuteRange[] {
  const joined: MinuteRange[] = [];
  for (const { fromMin, untilMin } of slots.filter((slot) => slotState(slot) === 'blocked')) {
    const last = joined.at(-1);
    if (last?.untilMin === fromMin) joined[joined.length - 1] = { fromMin: last.fromMin, untilMin };
    else joined.push({ fromMin, untilMin });
  }
  return joined;
}
