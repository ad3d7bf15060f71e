import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Timetable, type TimetableSlot } from './timetable.ts';

const PROVIDER = { provider_id: 1, first_name: 'Jane', last_name: 'Doe', time_zone: 'UTC' };
const MINUTE = 60_000;

const arbitrarySlots = fc
  .array(
    fc.record({
      start: fc.integer({ min: 0, max: 50 }),
      free: fc.integer({ min: 0, max: 2 }),
      holds: fc.array(
        fc.record({ expires: fc.integer({ min: 0, max: 50 }), quantity: fc.integer({ min: 1, max: 2 }) }),
      ),
    }),
    { maxLength: 12 },
  )
  .map((drafts) =>
    drafts
      .sort((a, b) => a.start - b.start)
      .map(({ start, free, holds }, index) => makeSlot(index + 1, start, free, holds)),
  );

/** @param start minute of the start; the expiry of holds is in minutes too */
function makeSlot(
  slot_id: number,
  start: number,
  free: number,
  holds: readonly { expires: number; quantity: number }[] = [],
): TimetableSlot {
  const startMs = start * MINUTE;
  return {
    slot_id,
    start_time: new Date(startMs).toISOString(),
    end_time: new Date(startMs + MINUTE).toISOString(),
    startMs,
    capacity: 10,
    version: 1,
    price: null,
    free,
    holds: holds.map(({ expires, quantity }) => ({ expiresMs: expires * MINUTE, quantity })),
  };
}

function idsListed(timetable: Timetable, nowMs: number): number[] {
  const body = JSON.parse(timetable.listing(nowMs).text) as { 'available timeslots': { timeslot_id: number }[] };
  return body['available timeslots'].map((slot) => slot.timeslot_id);
}

/** The expected listing, computed from the rule alone. */
function idsFree(slots: readonly TimetableSlot[], nowMs: number, noticeMs: number): number[] {
  return slots
    .filter((slot) => slot.startMs >= nowMs + noticeMs)
    .filter((slot) => {
      const freed = slot.holds.filter((hold) => hold.expiresMs <= nowMs).map((hold) => hold.quantity);
      return freed.reduce((sum, quantity) => sum + quantity, slot.free) > 0;
    })
    .map((slot) => slot.slot_id);
}

describe('Timetable', () => {
  it('a timetable lists the free slots of every instant, also when it keeps its listing in between', () => {
    const moments = fc.array(fc.integer({ min: 0, max: 50_000 }), { maxLength: 20 });
    fc.assert(
      fc.property(arbitrarySlots, moments, fc.integer({ min: 0, max: 5 }), (slots, instants, notice) => {
        const noticeMs = notice * MINUTE;
        const timetable = new Timetable(PROVIDER, slots, noticeMs);
        // Whole minutes are the instants at which slots leave the listing and holds expire.
        const wholeMinutes = instants.map((each) => Math.floor(each / 1_000) * 1_000);
        for (const thousandths of [...instants, ...wholeMinutes].sort((a, b) => a - b)) {
          const nowMs = thousandths * (MINUTE / 1_000);
          expect(idsListed(timetable, nowMs)).toEqual(idsFree(slots, nowMs, noticeMs));
        }
      }),
    );
  });

  it('a timetable keeps its listing until it changes, and then makes it again', () => {
    const slots = [makeSlot(1, 10, 0, [{ expires: 5, quantity: 1 }]), makeSlot(2, 20, 1)];
    const timetable = new Timetable(PROVIDER, slots, 0);
    const first = timetable.listing(0);
    expect(timetable.listing(4.999 * MINUTE)).toBe(first);
    expect(timetable.listing(5 * MINUTE).etag).not.toBe(first.etag);
    expect(idsListed(timetable, 10 * MINUTE)).toEqual([1, 2]);
    expect(idsListed(timetable, 10 * MINUTE + 1)).toEqual([2]);
  });

  it('an update replaces the slots of a timetable and leaves out others', () => {
    const timetable = new Timetable(PROVIDER, [makeSlot(1, 10, 1), makeSlot(2, 20, 1)], 0);
    expect(idsListed(timetable, 0)).toEqual([1, 2]);
    timetable.update([makeSlot(1, 10, 0), makeSlot(3, 30, 1)]);
    expect(idsListed(timetable, 0)).toEqual([2]);
  });

  it('a timetable finds free slots by time and position', () => {
    const timetable = new Timetable(
      PROVIDER,
      [1, 2, 3, 4].map((id) => makeSlot(id, id * 10, 1)),
      0,
    );
    const ids = (filter: object) => timetable.available(0, { limit: 10, ...filter }).map((slot) => slot.slot_id);
    expect(ids({})).toEqual([1, 2, 3, 4]);
    expect(ids({ from: '1970-01-01T00:20:00Z', to: '1970-01-01T00:40:00Z' })).toEqual([2, 3]);
    expect(ids({ after: { startTime: '1970-01-01T00:20:00Z', slotId: 2 } })).toEqual([3, 4]);
    expect(ids({ limit: 1 })).toEqual([1]);
  });
});
