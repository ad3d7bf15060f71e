import { describe, expect, it } from 'vitest';
import { type Attempt, judgeHistory, type Sending, type Stored } from './booking-history.ts';

const sending = (status: number | undefined, body = ''): Sending => ({
  sentMs: 0,
  endedMs: 1,
  status,
  body,
  flaws: [],
});
const held = (reservation_id: number) => JSON.stringify({ 'Reservation scheduled': { reservation_id } });

function hold(clientId: number, sendings: Sending[], key?: string): Attempt {
  return { kind: 'hold', key, clientId, slotId: 7, quantity: 1, reservationId: undefined, sendings };
}

function confirm(reservationId: number, sendings: Sending[], key?: string): Attempt {
  return { kind: 'confirm', key, clientId: 1, slotId: 7, quantity: 1, reservationId, sendings };
}

const reservation = (id: number, client_id: number, confirmations = 0) => ({
  ...{ id, client_id, confirmations, slot_id: 7, quantity: 1 },
  status: confirmations > 0 ? 'confirmed' : 'held',
});

/** A client that holds and confirms, one that is refused, one that gets no answer, and one that has to repeat. */
const ATTEMPTS: readonly Attempt[] = [
  hold(1, [sending(201, held(11))]),
  confirm(11, [sending(200)]),
  hold(2, [sending(409, 'slot-taken')]),
  hold(3, [sending(undefined)]),
  hold(
    4,
    [sending(undefined), sending(409, 'request-still-running'), sending(201, held(14)), sending(201, held(14))],
    'k',
  ),
];
const SLOT = { id: 7, capacity: 3, claimed: 3, live: 3 };
const STORED: Stored = {
  reservations: [reservation(11, 1, 1), reservation(13, 3), reservation(14, 4)],
  slots: [SLOT],
};

function breached(attempts: readonly Attempt[], stored: Stored): string[] {
  return judgeHistory(attempts, stored).flatMap(({ check, breaches }) => (breaches.length > 0 ? [check] : []));
}

describe('judgeHistory', () => {
  it('a history in which nothing is lost or doubled breaches no check', () => {
    expect(breached(ATTEMPTS, STORED)).toEqual([]);
    expect(judgeHistory(ATTEMPTS, STORED).map(({ trials }) => trials)).toEqual([2, 1, 4, 1, 1, 0, 1, 1, 1, 5, 5, 1, 1]);
  });

  const without = (id: number) => ({ ...STORED, reservations: STORED.reservations.filter((each) => each.id !== id) });
  const plus = (...more: Stored['reservations']) => ({ ...STORED, reservations: [...STORED.reservations, ...more] });

  it.each<[string, readonly Attempt[], Stored]>([
    ['an acknowledged hold is stored', ATTEMPTS, without(11)],
    ['an acknowledged hold is stored', [hold(5, [sending(201, held(11))])], STORED],
    ['an acknowledged confirm is stored', [confirm(13, [sending(200)])], STORED],
    ['a hold has at most one effect', ATTEMPTS, plus(reservation(15, 1))],
    ['a hold has at most one effect', ATTEMPTS, plus(reservation(16, 3))],
    ['a confirm has at most one effect', [confirm(15, [sending(undefined)])], plus(reservation(15, 9, 2))],
    ['a refused hold has no effect', ATTEMPTS, plus(reservation(17, 2))],
    ['a refused confirm has no effect', [confirm(11, [sending(410)])], STORED],
    ['a keyed request of unknown outcome gets a definite one', [hold(6, [sending(503)], 'k')], STORED],
    ['a keyed hold of unknown outcome, once acknowledged, has one effect', ATTEMPTS, without(14)],
    [
      'the answers to one key are equal to the byte',
      [hold(4, [sending(201, held(14)), sending(201, held(11))], 'k')],
      STORED,
    ],
    ['the only server error is 503', [hold(3, [sending(500)])], STORED],
    ['a refusal is problem+json, and a 503 has Retry-After', [hold(3, [{ ...sending(503), flaws: ['none'] }])], STORED],
    ['a slot counts the units of its live reservations', [], { ...STORED, slots: [{ ...SLOT, claimed: 2 }] }],
    ['a slot is not sold beyond its capacity', [], { ...STORED, slots: [{ ...SLOT, capacity: 2 }] }],
  ])('a history that contradicts "%s" breaches that check', (check, attempts, stored) => {
    expect(breached(attempts, stored)).toContain(check);
  });
});
