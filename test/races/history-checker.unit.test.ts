import { describe, expect, it } from 'vitest';
import type { EventRow, Exchange, FinalTables, Operation, ReservationRow } from '../support/bookings/history.ts';
import { checkHistory } from '../support/bookings/history-checker.ts';

const MINUTE = 60_000_000;

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
  const base = { id, client, slot: 1, quantity: 1, heldAt: 10, expiresAt: 10 + 30 * MINUTE, decidedAt: null };
  return { ...base, status: 'held', ...more };
}

function event(reservation: number, at: number, status: EventRow['status'], more: Partial<EventRow> = {}): EventRow {
  return { reservation, at, status, slot: 1, quantity: 1, expiresAt: 10 + 30 * MINUTE, ...more };
}

interface Story {
  readonly exchanges: readonly Exchange[];
  readonly tables: FinalTables;
}

/** Client 1 holds the one unit and confirms it, client 2 is refused meanwhile; client 1 cancels, client 2 holds. */
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
      event(2, 100, 'held', { expiresAt: 10 + 30 * MINUTE }),
    ],
  },
} satisfies Story;

/** The same with some exchanges or rows put in the place of those there are, or added behind them. */
function changed(change: {
  exchanges?: Record<number, Exchange | undefined>;
  reservations?: Record<number, ReservationRow | undefined>;
  events?: Record<number, EventRow | undefined>;
  claimed?: number;
}): Story {
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

function broken({ exchanges, tables }: Story): string[] {
  return [...new Set(checkHistory(exchanges, tables).map((violation) => violation.invariant))];
}

describe('the history checker', () => {
  it('finds nothing wrong with a sound history', () => {
    expect(checkHistory(SOUND.exchanges, SOUND.tables)).toEqual([]);
  });

  it('allows an instant that ends one claim to begin the next', () => {
    expect(SOUND.tables.events[2]?.at).toBe(SOUND.tables.events[3]?.at);
  });

  it.each([
    ['two claims at one instant', changed({ events: { 3: event(2, 99, 'held') } })],
    ['a slot that counts less than there is', changed({ claimed: 0 })],
    [
      'two confirmed at once by the answers alone',
      changed({
        exchanges: { 4: exchange(cancel(1, 1), [30, 31], 200, { reservation: 1 }), 9: confirmTwo([16, 17]) },
        reservations: { 1: row(2, 2, { heldAt: 100, decidedAt: 120, status: 'confirmed' }) },
        events: { 4: event(2, 120, 'confirmed') },
      }),
    ],
  ])('H1: %s', (_what, story) => {
    expect(broken(story)).toEqual(['H1']);
  });

  it.each([
    [
      'decided at the very instant the hold expired',
      changed({
        reservations: { 0: row(1, 1, { status: 'cancelled', decidedAt: 10 + 30 * MINUTE }) },
        events: {
          1: event(1, 10 + 30 * MINUTE, 'confirmed'),
          2: event(1, 11 + 30 * MINUTE, 'cancelled'),
          3: event(2, 11 + 30 * MINUTE, 'held', { expiresAt: 60 * MINUTE }),
        },
      }),
    ],
    ['another client’s', changed({ exchanges: { 2: exchange(confirm(7, 1), [4, 6], 200, { reservation: 1 }) } })],
    ['confirmed on a slot it did not hold', changed({ events: { 0: event(1, 10, 'held', { slot: 2 }) } })],
    ['confirmed with nobody told', changed({ exchanges: { 2: undefined } })],
    ['decided with no event', changed({ events: { 1: undefined } })],
  ])('H2: %s', (_what, story) => {
    expect(broken(story)).toContain('H2');
  });

  it.each([
    ['something after a cancellation', changed({ events: { 4: event(1, 120, 'confirmed') } })],
    ['an end as a hold after a confirmation', changed({ events: { 2: event(1, 100, 'expired') } })],
    [
      'a cancellation after the hold had run out',
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
      'a row that is not as its last event says',
      changed({ reservations: { 1: row(2, 2, { quantity: 2 }) }, claimed: 2 }),
    ],
    [
      'events that go back in time',
      changed({ events: { 1: event(1, 50, 'confirmed'), 2: event(1, 40, 'cancelled') } }),
    ],
    ['no hold at the beginning', changed({ events: { 3: event(2, 100, 'confirmed') } })],
  ])('H3: %s', (_what, story) => {
    expect(broken(story)).toContain('H3');
  });

  describe('H4', () => {
    const refused = (span: [number, number], slot = 1) => exchange(hold(3, slot), span, 409, { problem: 'slot-taken' });

    it.each([
      ['before anybody held it', refused([-2, -1])],
      ['with a request for it under way only later', refused([-2, -0.5])],
    ])('a refusal %s', (_what, refusal) => {
      expect(broken(changed({ exchanges: { 9: refusal } }))).toEqual(['H4']);
    });

    it('a refusal after the only hold was cancelled', () => {
      const story = changed({
        exchanges: { 5: refused([11.5, 12]), 6: undefined, 7: undefined, 8: undefined },
        reservations: { 1: undefined },
        events: { 3: undefined },
        claimed: 0,
      });
      expect(broken(story)).toEqual(['H4']);
    });

    it.each([
      ['touches the moment a hold was begun', refused([-2, 0])],
      ['touches the moment a cancellation was answered', refused([11, 11])],
      ['lies within the life of a hold', refused([7, 8])],
    ])('says nothing of a refusal that %s', (_what, refusal) => {
      expect(broken(changed({ exchanges: { 9: refusal } }))).toEqual([]);
    });

    it('says nothing where a hold with an unknown outcome may have had it', () => {
      const unknown = exchange(hold(4), [-3, -1], 503, { problem: 'database-unavailable' });
      expect(broken(changed({ exchanges: { 9: unknown, 10: refused([-2, -1]) } }))).toEqual([]);
    });

    it('knows that more was asked for than there is', () => {
      const greedy = exchange(hold(3, 1, 2), [-2, -1], 409, { problem: 'slot-taken' });
      expect(broken(changed({ exchanges: { 9: greedy } }))).toEqual([]);
    });

    it('knows that what was moved away may have come back', () => {
      const away = exchange(reschedule(2, 2, 2), [16, 17], 200, { reservation: 2 });
      const back = exchange(reschedule(2, 2, 1), [18, 19], 200, { reservation: 2 });
      const story = changed({
        exchanges: { 9: away, 10: back, 11: refused([20, 21]) },
        events: { 4: event(2, 110, 'held', { slot: 2 }), 5: event(2, 120, 'held') },
      });
      expect(broken(story)).toEqual([]);
    });
  });

  it.each([
    [
      'other bytes',
      changed({ exchanges: { 7: exchange(hold(2), [14, 15], 201, { text: '{"reservation_id": 2}', key: 'k' }) } }),
    ],
    [
      'another status',
      changed({ exchanges: { 7: exchange(hold(2), [14, 15], 409, { problem: 'slot-taken', key: 'k' }) } }),
    ],
    [
      'a second reservation',
      changed({ exchanges: { 7: exchange(hold(2), [14, 15], 201, { reservation: 3, key: 'k' }) } }),
    ],
    [
      'another request, served',
      changed({ exchanges: { 8: exchange(hold(3), [14, 15], 409, { problem: 'slot-taken', key: 'k' }) } }),
    ],
    [
      'itself, taken for another',
      changed({ exchanges: { 7: exchange(hold(2), [14, 15], 422, { problem: 'idempotency-key-reused', key: 'k' }) } }),
    ],
    ['no answer at all', changed({ exchanges: { 5: undefined, 6: undefined, 7: undefined } })],
    [
      'no key, and the reservation of another request',
      changed({ exchanges: { 9: exchange(hold(2), [14, 15], 201, { reservation: 2 }) } }),
    ],
  ])('H5: %s', (_what, story) => {
    expect(broken(story)).toContain('H5');
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
  ])('H6: a lost %s', (_what, story) => {
    expect(broken(story)).toContain('H6');
  });
});

function confirmTwo(span: [number, number]): Exchange {
  return exchange(confirm(2, 2), span, 200, { reservation: 2 });
}
