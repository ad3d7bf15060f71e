import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Timetable, type TimetableSlot } from './timetable.ts';

const OWNER = { provider_id: 1, first_name: 'Jane', last_name: 'Doe' };
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

function idsListed(timetable: Timetable, nowMs: number, noticeMs: number): number[] {
  const body = JSON.parse(timetable.listing(nowMs, noticeMs).text) as {
    'available timeslots': { timeslot_id: number }[];
  };
  return body['available timeslots'].map((slot) => slot.timeslot_id);
}

/** What is free at a moment, worked out from nothing but the rule. */
function idsFree(slots: readonly TimetableSlot[], nowMs: number, noticeMs: number): number[] {
  return slots
    .filter((slot) => slot.startMs >= nowMs + noticeMs)
    .filter((slot) => {
      const back = slot.holds.filter((hold) => hold.expiresMs <= nowMs).map((hold) => hold.quantity);
      return back.reduce((sum, each) => sum + each, slot.free) > 0;
    })
    .map((slot) => slot.slot_id);
}

describe('Timetable', () => {
  it('lists what is free at every instant, however the time of asking moves on, and with it what it has kept', () => {
    const moments = fc.array(fc.integer({ min: 0, max: 50_000 }), { maxLength: 20 });
    fc.assert(
      fc.property(arbitrarySlots, moments, fc.integer({ min: 0, max: 5 }), (slots, asked, notice) => {
        const timetable = new Timetable(OWNER, slots);
        // Boundaries too: whole minutes are where slots come too near and holds run out.
        const atBoundaries = asked.map((each) => Math.floor(each / 1_000) * 1_000);
        for (const thousandths of [...asked, ...atBoundaries].sort((a, b) => a - b)) {
          const nowMs = thousandths * (MINUTE / 1_000);
          expect(idsListed(timetable, nowMs, notice * MINUTE)).toEqual(idsFree(slots, nowMs, notice * MINUTE));
        }
      }),
    );
  });

  it('keeps its answer until it may be another, and puts it together anew from then on', () => {
    const timetable = new Timetable(OWNER, [makeSlot(1, 10, 0, [{ expires: 5, quantity: 1 }]), makeSlot(2, 20, 1)]);
    const first = timetable.listing(0, 0);
    expect(timetable.listing(4.999 * MINUTE, 0)).toBe(first);
    expect(timetable.listing(5 * MINUTE, 0).etag).not.toBe(first.etag);
    expect(idsListed(timetable, 10 * MINUTE, 0)).toEqual([1, 2]);
    expect(idsListed(timetable, 10 * MINUTE + 1, 0)).toEqual([2]);
  });

  it('puts newer knowledge of a slot in place, and leaves slots out that it does not hold', () => {
    const timetable = new Timetable(OWNER, [makeSlot(1, 10, 1), makeSlot(2, 20, 1)]);
    expect(idsListed(timetable, 0, 0)).toEqual([1, 2]);
    timetable.update([makeSlot(1, 10, 0), makeSlot(3, 30, 1)]);
    expect(idsListed(timetable, 0, 0)).toEqual([2]);
  });

  it('finds free slots by time and position', () => {
    const timetable = new Timetable(
      OWNER,
      [1, 2, 3, 4].map((id) => makeSlot(id, id * 10, 1)),
    );
    const ids = (filter: object) => timetable.available(0, { limit: 10, ...filter }).map((slot) => slot.slot_id);
    expect(ids({})).toEqual([1, 2, 3, 4]);
    expect(ids({ from: '1970-01-01T00:20:00Z', to: '1970-01-01T00:40:00Z' })).toEqual([2, 3]);
    expect(ids({ after: { startTime: '1970-01-01T00:20:00Z', slotId: 2 } })).toEqual([3, 4]);
    expect(ids({ limit: 1 })).toEqual([1]);
  });
});
