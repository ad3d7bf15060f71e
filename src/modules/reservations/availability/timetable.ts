import { type ReadyBody, readyBody } from '../../../freshness/index.ts';
import type { Id } from '../../../platform/ids.ts';
import { MemoUntil, type ValidUntil } from '../../../platform/memo-until.ts';
import { type InstantText, toMs } from '../../../platform/time/instant.ts';
import { type Price, type Units, unitsChangeMs, unitsFree } from '../../inventory/index.ts';
import type { Provider } from '../people/provider-store.ts';
import type { AvailableSlot, SlotFilter } from './availability-view.ts';
import { toTimeslot } from './slot-response.ts';

/** An open slot with its holds. */
export interface TimetableSlot extends Units {
  readonly slot_id: Id;
  readonly start_time: InstantText;
  readonly end_time: InstantText;
  /** Start in milliseconds since 1970. */
  readonly startMs: number;
  readonly capacity: number;
  readonly version: number;
  readonly price: Price | null;
}

export type TimetableProvider = Pick<Provider, 'provider_id' | 'first_name' | 'last_name' | 'time_zone'>;

interface Row {
  slot: TimetableSlot;
  /** The slot as the fixed paths list it while a unit is free. */
  readonly json: string;
}

/**
 * The open slots of one provider, as they were read once. It computes which of them are free at any later instant by
 * itself, as holds expire and starts come closer than the minimum notice. Only a change in the database makes it wrong.
 */
export class Timetable {
  readonly #provider: TimetableProvider;
  readonly #minNoticeMs: number;
  readonly #rows: readonly Row[];
  readonly #rowOf: ReadonlyMap<Id, Row>;
  readonly #listing = new MemoUntil<ReadyBody>();

  /** @param slots by start and id */
  constructor(provider: TimetableProvider, slots: readonly TimetableSlot[], minNoticeMs: number) {
    this.#provider = provider;
    this.#minNoticeMs = minNoticeMs;
    this.#rows = slots.map((slot) => ({
      slot,
      json: JSON.stringify(toTimeslot({ ...slot, is_available: true }, provider)),
    }));
    this.#rowOf = new Map(this.#rows.map((row) => [row.slot.slot_id, row]));
  }

  /** The provider's time zone. */
  get timeZone(): string {
    return this.#provider.time_zone;
  }

  /** Number of slots. */
  get size(): number {
    return this.#rows.length;
  }

  /** Replaces slots with newer readings of them. A slot that the timetable does not have is left out. */
  update(slots: readonly TimetableSlot[]): void {
    for (const slot of slots) {
      const row = this.#rowOf.get(slot.slot_id);
      if (row) row.slot = slot;
    }
    this.#listing.clear();
  }

  /** The answer of the fixed path: free slots that keep the minimum notice at `nowMs`, by start. */
  listing(nowMs: number): ReadyBody {
    return this.#listing.get(nowMs, (atMs) => this.#list(atMs));
  }

  /** Free slots that have not begun at `nowMs` and match the filter, by start. */
  available(nowMs: number, filter: SlotFilter): AvailableSlot[] {
    const found: AvailableSlot[] = [];
    for (const { slot } of this.#rows) {
      if (found.length >= filter.limit) break;
      if (slot.startMs < nowMs || !isWithin(slot, filter)) continue;
      const remaining = unitsFree(slot, nowMs);
      if (remaining > 0) found.push(this.#toAvailable(slot, remaining, nowMs));
    }
    return found;
  }

  #toAvailable(slot: TimetableSlot, remaining: number, nowMs: number): AvailableSlot {
    const { slot_id, start_time, end_time, capacity, price } = slot;
    const { provider_id } = this.#provider;
    // The version after expired holds are marked as such, which increases it by one for each of them.
    const version = slot.version + slot.holds.filter((hold) => hold.expiresMs <= nowMs).length;
    const slotFields = { slot_id, provider_id, start_time, end_time, capacity, version, price };
    return { ...slotFields, remaining, is_available: true };
  }

  #list(nowMs: number): ValidUntil<ReadyBody> {
    const timeslots: string[] = [];
    let untilMs = Number.POSITIVE_INFINITY;
    for (const { slot, json } of this.#rows) {
      const lastListedMs = slot.startMs - this.#minNoticeMs;
      if (lastListedMs < nowMs) continue;
      if (unitsFree(slot, nowMs) > 0) {
        timeslots.push(json);
        // A slot is still listed at exactly its minimum notice, so the listing changes just after that instant.
        untilMs = Math.min(untilMs, lastListedMs + Number.EPSILON * lastListedMs);
      }
      untilMs = Math.min(untilMs, unitsChangeMs(slot, nowMs));
    }
    return { value: readyBody(`{"available timeslots":[${timeslots.join(',')}]}`), untilMs };
  }
}

function isWithin({ startMs, slot_id }: TimetableSlot, { from, to, after }: SlotFilter): boolean {
  if (from !== undefined && startMs < toMs(from)) return false;
  if (to !== undefined && startMs >= toMs(to)) return false;
  if (after === undefined) return true;
  const afterMs = toMs(after.startTime);
  return startMs > afterMs || (startMs === afterMs && slot_id > after.slotId);
}
