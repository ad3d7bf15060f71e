import { describe, expect, it } from 'vitest';
import type { EventRow, Exchange, FinalTables, Operation, ReservationRow } from './history.ts';
import { checkHistory } from './history-checker.ts';

const MINUTE_MICROS = 60_000_000;

function exchange(
  operation: Operation,
  [invokedAt, returnedAt]: [number, number],
  status: number,
  more: { reservation?: number; problem?: string; key?: string; text?: string } = {},
): Exchange {
  const body = status < 400 ? { reservation_id: more.reservation } : { type: `urn:holdfast:problem:${more.problem}` };
  return { operation, key: more.key, invokedAt, returnedAt, status, text: more.text ?? JSON.stringify(body) };
}

const hold = (client: number, slot = 1, quantity = 1): Operation => ({ kind: 'hold', client, slot, quantity });
const confirm = (client: number, reservation: number): Operation => ({ kind: 'confirm', client, reservation });
const cancel = (client: number, reservation: number): Operation => ({ kind: 'cancel', client, reservation });
const reschedule = (client: number, reservation: number, slot: number): Operation => ({
  kind: 'reschedule',
  client,
  reservation,
  slot,
});

function row(id: number, client: number, more: Partial<ReservationRow> = {}): ReservationRow {
  const base = { id, client, slot: 1, quantity: 1, heldAt: 10, expiresAt: 10 + 30 * MINUTE_MICROS, decidedAt: null };
  return { ...base, status: 'held', ...more };
}

function event(reservation: number, at: number, status: EventRow['status'], more: Partial<EventRow> = {}): EventRow {
  return { reservation, at, status, slot: 1, quantity: 1, expiresAt: 10 + 30 * MINUTE_MICROS, ...more };
}

interface Recorded {
  readonly exchanges: readonly Exchange[];
  readonly tables: FinalTables;
}

/** Client 1 holds the only unit and confirms it, and client 2 is refused. Client 1 cancels, and client 2 holds. */
const SOUND = {
  exchanges: [
    exchange(hold(1), [0, 2], 201, { reservation: 1 }),
    exchange(hold(2), [1, 3], 409, { problem: 'slot-taken' }),
    exchange(confirm(1, 1), [4, 6], 200, { reservation: 1 }),
    exchange(hold(2), [7, 8], 409, { problem: 'slot-taken' }),
    exchange(cancel(1, 1), [9, 11], 200, { reservation: 1 }),
    exchange(hold(2), [10, 12], 201, { reservation: 2, key: 'k' }),
    exchange(hold(2), [10, 13], 409, { problem: 'request-still-running', key: 'k' }),
    exchange(hold(2), [14, 15], 201, { reservation: 2, key: 'k' }),
    exchange(hold(3), [14, 15], 422, { problem: 'idempotency-key-reused', key: 'k' }),
  ],
  tables: {
    slots: [{ id: 1, capacity: 1, claimed: 1 }],
    reservations: [row(1, 1, { status: 'cancelled', decidedAt: 50 }), row(2, 2, { heldAt: 100 })],
    events: [
      event(1, 10, 'held'),
      event(1, 50, 'confirmed'),
      event(1, 100, 'cancelled'),
      event(2, 100, 'held', { expiresAt: 10 + 30 * MINUTE_MICROS }),
    ],
  },
} satisfies Recorded;

/** The sound history with some exchanges or rows replaced, removed or added, by index. */
function changed(change: {
  exchanges?: Record<number, Exchange | undefined>;
  reservations?: Record<number, ReservationRow | undefined>;
  events?: Record<number, EventRow | undefined>;
  claimed?: number;
}): Recorded {
  const { tables } = SOUND;
  return {
    exchanges: replaced(SOUND.exchanges, change.exchanges),
    tables: {
      slots: [{ id: 1, capacity: 1, claimed: change.claimed ?? 1 }],
      reservations: replaced(tables.reservations, change.reservations),
      events: replaced(tables.events, change.events),
    },
  };
}

function replaced<T>(list: readonly T[], changes: Record<number, T | undefined> = {}): T[] {
  const all: (T | undefined)[] = [...list];
  for (const [index, member] of Object.entries(changes)) all[Number(index)] = member;
  return all.filter((member) => member !== undefined);
}

function broken({ exchanges, tables }: Recorded): string[] {
  return [...new Set(checkHistory(exchanges, tables).map((violation) => violation.invariant))];
}

describe('the history checker', () => {
  it('a sound history breaks nothing', () => {
    expect(checkHistory(SOUND.exchanges, SOUND.tables)).toEqual([]);
  });

  it('the sound history has an instant at which one claim ends and the next begins', () => {
    expect(SOUND.tables.events[2]?.at).toBe(SOUND.tables.events[3]?.at);
  });

  it.each([
    ['two claims on one unit at one instant', changed({ events: { 3: event(2, 99, 'held') } })],
    ['a slot that counts fewer units than its reservations have', changed({ claimed: 0 })],
    [
      'two confirmations at once by the answers alone',
      changed({
        exchanges: { 4: exchange(cancel(1, 1), [30, 31], 200, { reservation: 1 }), 9: confirmTwo([16, 17]) },
        reservations: { 1: row(2, 2, { heldAt: 100, decidedAt: 120, status: 'confirmed' }) },
        events: { 4: event(2, 120, 'confirmed') },
      }),
    ],
  ])('%s breaks "never oversold"', (_what, recorded) => {
    expect(broken(recorded)).toEqual(['never oversold']);
  });

  it.each([
    [
      'a confirmation at the very instant of expiry',
      changed({
        reservations: { 0: row(1, 1, { status: 'cancelled', decidedAt: 10 + 30 * MINUTE_MICROS }) },
        events: {
          1: event(1, 10 + 30 * MINUTE_MICROS, 'confirmed'),
          2: event(1, 11 + 30 * MINUTE_MICROS, 'cancelled'),
          3: event(2, 11 + 30 * MINUTE_MICROS, 'held', { expiresAt: 60 * MINUTE_MICROS }),
        },
      }),
    ],
    ['a confirmation on a slot that was not held', changed({ events: { 0: event(1, 10, 'held', { slot: 2 }) } })],
    ['a confirmation in no answer', changed({ exchanges: { 2: undefined } })],
    ['a confirmation without an event', changed({ events: { 1: undefined } })],
  ])('%s breaks "confirmed in time"', (_what, recorded) => {
    expect(broken(recorded)).toContain('confirmed in time');
  });

  it('a confirmation by another client breaks "answers match the tables"', () => {
    const foreign = exchange(confirm(7, 1), [4, 6], 200, { reservation: 1 });
    expect(broken(changed({ exchanges: { 2: foreign } }))).toContain('answers match the tables');
  });

  it.each([
    ['a change after a cancellation', changed({ events: { 4: event(1, 120, 'confirmed') } })],
    ['an expiry after a confirmation', changed({ events: { 2: event(1, 100, 'expired') } })],
    [
      'a cancellation after the hold expired',
      changed({
        exchanges: { 2: undefined },
        reservations: { 0: row(1, 1, { status: 'cancelled', expiresAt: 60 }) },
        events: {
          0: event(1, 10, 'held', { expiresAt: 60 }),
          1: undefined,
          2: event(1, 100, 'cancelled', { expiresAt: 60 }),
        },
      }),
    ],
    [
      'a row that differs from its last event',
      changed({ reservations: { 1: row(2, 2, { quantity: 2 }) }, claimed: 2 }),
    ],
    [
      'an event before the previous one',
      changed({ events: { 1: event(1, 50, 'confirmed'), 2: event(1, 40, 'cancelled') } }),
    ],
    ['a reservation that did not begin as a hold', changed({ events: { 3: event(2, 100, 'confirmed') } })],
  ])('%s breaks "states in order"', (_what, recorded) => {
    expect(broken(recorded)).toContain('states in order');
  });

  describe('no false refusal', () => {
    const refused = (span: [number, number], slot = 1) => exchange(hold(3, slot), span, 409, { problem: 'slot-taken' });

    it.each([
      ['before the first hold', refused([-2, -1])],
      ['that returns before the first hold is requested', refused([-2, -0.5])],
    ])('a refusal %s breaks "no false refusal"', (_what, refusal) => {
      expect(broken(changed({ exchanges: { 9: refusal } }))).toEqual(['no false refusal']);
    });

    it('a refusal after the only hold was cancelled breaks "no false refusal"', () => {
      const recorded = changed({
        exchanges: { 5: refused([11.5, 12]), 6: undefined, 7: undefined, 8: undefined },
        reservations: { 1: undefined },
        events: { 3: undefined },
        claimed: 0,
      });
      expect(broken(recorded)).toEqual(['no false refusal']);
    });

    it.each([
      ['ends at the moment a hold is requested', refused([-2, 0])],
      ['is at the moment a cancellation is answered', refused([11, 11])],
      ['lies within the life of a hold', refused([7, 8])],
    ])('a refusal that %s breaks nothing', (_what, refusal) => {
      expect(broken(changed({ exchanges: { 9: refusal } }))).toEqual([]);
    });

    it('a refusal breaks nothing when a hold of unknown outcome may have had the unit', () => {
      const unknown = exchange(hold(4), [-3, -1], 503, { problem: 'database-unavailable' });
      expect(broken(changed({ exchanges: { 9: unknown, 10: refused([-2, -1]) } }))).toEqual([]);
    });

    it('a refusal of more units than the slot has breaks nothing', () => {
      const greedy = exchange(hold(3, 1, 2), [-2, -1], 409, { problem: 'slot-taken' });
      expect(broken(changed({ exchanges: { 9: greedy } }))).toEqual([]);
    });

    it('a refusal breaks nothing when a reservation may have moved away and come back', () => {
      const away = exchange(reschedule(2, 2, 2), [16, 17], 200, { reservation: 2 });
      const back = exchange(reschedule(2, 2, 1), [18, 19], 200, { reservation: 2 });
      const recorded = changed({
        exchanges: { 9: away, 10: back, 11: refused([20, 21]) },
        events: { 4: event(2, 110, 'held', { slot: 2 }), 5: event(2, 120, 'held') },
      });
      expect(broken(recorded)).toEqual([]);
    });
  });

  it.each([
    [
      'a replay with other bytes',
      changed({ exchanges: { 7: exchange(hold(2), [14, 15], 201, { text: '{"reservation_id": 2}', key: 'k' }) } }),
    ],
    [
      'a replay with another status',
      changed({ exchanges: { 7: exchange(hold(2), [14, 15], 409, { problem: 'slot-taken', key: 'k' }) } }),
    ],
    [
      'a replay with a second reservation',
      changed({ exchanges: { 7: exchange(hold(2), [14, 15], 201, { reservation: 3, key: 'k' }) } }),
    ],
    [
      'another request that is served with a used key',
      changed({ exchanges: { 8: exchange(hold(3), [14, 15], 409, { problem: 'slot-taken', key: 'k' }) } }),
    ],
    [
      'a repeated request that is taken for another',
      changed({ exchanges: { 7: exchange(hold(2), [14, 15], 422, { problem: 'idempotency-key-reused', key: 'k' }) } }),
    ],
    ['a reservation in no answer', changed({ exchanges: { 5: undefined, 6: undefined, 7: undefined } })],
    [
      'a request without a key that gets the reservation of another request',
      changed({ exchanges: { 9: exchange(hold(2), [14, 15], 201, { reservation: 2 }) } }),
    ],
  ])('%s breaks "one effect per key"', (_what, recorded) => {
    expect(broken(recorded)).toContain('one effect per key');
  });

  it.each([
    ['hold', changed({ reservations: { 1: undefined }, events: { 3: undefined }, claimed: 0 })],
    [
      'confirmation',
      changed({
        exchanges: { 9: confirmTwo([16, 17]) },
      }),
    ],
    [
      'cancellation',
      changed({
        exchanges: { 5: undefined, 6: undefined, 7: undefined, 8: undefined },
        reservations: { 0: row(1, 1, { status: 'confirmed', decidedAt: 50 }), 1: undefined },
        events: { 2: undefined, 3: undefined },
      }),
    ],
  ])('a lost %s breaks "nothing lost"', (_what, recorded) => {
    expect(broken(recorded)).toContain('nothing lost');
  });
});

function confirmTwo(span: [number, number]): Exchange {
  return exchange(confirm(2, 2), span, 200, { reservation: 2 });
}
