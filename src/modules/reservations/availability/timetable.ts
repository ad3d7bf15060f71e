import { type ReadyBody, readyBody } from '../../../freshness/index.ts';
import type { Id } from '../../../platform/ids.ts';
import { type InstantText, toMs, toSeconds } from '../../../platform/time/instant.ts';
import { type Price, type Units, unitsChangeMs, unitsFree } from '../../inventory/index.ts';
import type { AvailableSlot, SlotFilter } from './availability-view.ts';

/** What is known of one slot that is open, with the holds on it that will run out. Times are milliseconds since 1970. */
export interface TimetableSlot extends Units {
  readonly slot_id: Id;
  readonly start_time: InstantText;
  readonly end_time: InstantText;
  readonly startMs: number;
  readonly capacity: number;
  readonly version: number;
  readonly price: Price | null;
}

export interface TimetableOwner {
  readonly provider_id: Id;
  readonly first_name: string;
  readonly last_name: string;
}

interface Row {
  slot: TimetableSlot;
  /** The slot as a free timeslot is written. */
  readonly json: string;
}

interface Listing {
  readonly body: ReadyBody;
  /** From when on it may be another one. */
  readonly untilMs: number;
}

/**
 * A provider's open time from the moment it was read: what is free at any instant from then on can be told from it
 * alone, as holds run out and slots come too near, without asking again. Only a change makes it untrue.
 */
export class Timetable {
  readonly owner: TimetableOwner;
  #rows: Row[];
  #bySlot: Map<Id, Row>;
  #listing: (Listing & { readonly noticeMs: number }) | undefined;

  constructor(owner: TimetableOwner, slots: readonly TimetableSlot[]) {
    this.owner = owner;
    this.#rows = slots.map((slot) => ({ slot, json: this.#write(slot) }));
    this.#bySlot = new Map(this.#rows.map((row) => [row.slot.slot_id, row]));
  }

  get size(): number {
    return this.#rows.length;
  }

  /** Puts newer knowledge of slots in the place of what was known; a slot it does not hold is left out. */
  update(slots: readonly TimetableSlot[]): void {
    for (const slot of slots) {
      const row = this.#bySlot.get(slot.slot_id);
      if (row) row.slot = slot;
    }
    this.#listing = undefined;
  }

  /** The free slots that start `noticeMs` or more after `nowMs`, by start, as the fixed answer writes them. */
  listing(nowMs: number, noticeMs: number): ReadyBody {
    const kept = this.#listing;
    if (kept && kept.noticeMs === noticeMs && nowMs < kept.untilMs) return kept.body;
    const listing = this.#list(nowMs, noticeMs);
    this.#listing = { ...listing, noticeMs };
    return listing.body;
  }

  /** Free slots that have not begun at `nowMs`, by start. */
  available(nowMs: number, filter: SlotFilter): AvailableSlot[] {
    const found: AvailableSlot[] = [];
    for (const { slot } of this.#rows) {
      if (found.length >= filter.limit) break;
      if (slot.startMs < nowMs || !isWithin(slot, filter)) continue;
      const remaining = unitsFree(slot, nowMs);
      if (remaining <= 0) continue;
      const { slot_id, start_time, end_time, capacity, price } = slot;
      const provider_id = this.owner.provider_id;
      // As it will be when the holds that have run out are flipped, which moves it once for each.
      const version = slot.version + slot.holds.filter((hold) => hold.expiresMs <= nowMs).length;
      const known = { slot_id, provider_id, start_time, end_time, capacity, version, price };
      found.push({ ...known, remaining, is_available: true });
    }
    return found;
  }

  #list(nowMs: number, noticeMs: number): Listing {
    const parts: string[] = [];
    let untilMs = Number.POSITIVE_INFINITY;
    for (const { slot, json } of this.#rows) {
      const leavesMs = slot.startMs - noticeMs;
      if (leavesMs < nowMs) continue;
      if (unitsFree(slot, nowMs) > 0) {
        parts.push(json);
        // A slot is still listed at the very instant its notice begins, and not after.
        untilMs = Math.min(untilMs, leavesMs + Number.EPSILON * leavesMs);
      }
      untilMs = Math.min(untilMs, unitsChangeMs(slot, nowMs));
    }
    return { body: readyBody(`{"available timeslots":[${parts.join(',')}]}`), untilMs };
  }

  #write(slot: TimetableSlot): string {
    return JSON.stringify({
      timeslot_id: slot.slot_id,
      provider_id: this.owner.provider_id,
      first_name: this.owner.first_name,
      last_name: this.owner.last_name,
      start_time: toSeconds(slot.start_time),
      end_time: toSeconds(slot.end_time),
      is_available: true,
    });
  }
}

function isWithin({ startMs, slot_id }: TimetableSlot, { from, to, after }: SlotFilter): boolean {
  if (from !== undefined && startMs < toMs(from)) return false;
  if (to !== undefined && startMs >= toMs(to)) return false;
  if (after === undefined) return true;
  const afterMs = toMs(after.startTime);
  return startMs > afterMs || (startMs === afterMs && slot_id > after.slotId);
}
