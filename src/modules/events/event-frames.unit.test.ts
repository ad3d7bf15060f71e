import { expect, it } from 'vitest';
import type { Ownership } from '../../access/index.ts';
import { frameEvent, selectFrames, topicsOf } from './event-frames.ts';
import type { LoggedEvent } from './event-log.ts';

const ANYONE: Ownership = { clientId: null, providerId: null };
const CLIENT: Ownership = { clientId: 1, providerId: null };
const PROVIDER: Ownership = { clientId: null, providerId: 2 };
const NOTHING_LISTED = { reservationIds: null, slotIds: null, providerIds: null, clientIds: null };

/** The text of an event for a listener to every topic that it may have. */
function received(event: Partial<LoggedEvent> & { kind: string }, ownership: Ownership): string {
  const cursor = { xid: 7n, position: 1 };
  const logged = { cursor, isBulk: false, attributes: {}, ...NOTHING_LISTED, ...event };
  return selectFrames(frameEvent(logged), { topics: new Set(topicsOf(ownership)), providerId: undefined, ownership });
}

it.each(['reservation', 'booking'])('a %s event without a list is sent to no owner with its data', (kind) => {
  const event = { kind, attributes: { status: 'a status' } };
  expect(received(event, ANYONE)).toContain('a status');
  for (const owner of [CLIENT, PROVIDER]) expect(received(event, owner)).not.toContain('a status');
});

it('a reservation event without a list of clients or providers is sent to no owner as a reservation', () => {
  const event = { kind: 'reservation', reservationIds: [9], slotIds: [3] };
  expect(received(event, ANYONE)).toContain('"reservation_id":9');
  for (const owner of [CLIENT, PROVIDER]) expect(received(event, owner)).not.toContain('reservation_id');
});

it('a bulk change is sent to every listener of its topic, without data', () => {
  for (const ownership of [ANYONE, CLIENT, PROVIDER]) {
    const text = received({ kind: 'reservation', isBulk: true, attributes: { status: 'a status' } }, ownership);
    expect(text).toContain('event: many\ndata: {"topic":"reservations"}');
    expect(text).not.toContain('a status');
  }
});

it('a reservation event is sent to its client and to its provider, and to no other owner', () => {
  const event = {
    kind: 'reservation',
    reservationIds: [9, 10],
    slotIds: [3, 4],
    providerIds: [2, 5],
    clientIds: [6, 1],
  };
  const idsFor = (owner: Ownership) => received(event, owner).match(/"reservation_id":\d+/g);
  expect(idsFor(CLIENT)).toEqual(['"reservation_id":10']);
  expect(idsFor(PROVIDER)).toEqual(['"reservation_id":9']);
});
