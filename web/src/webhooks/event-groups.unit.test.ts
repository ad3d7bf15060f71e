import { expect, it } from 'vitest';
import { areAllEvents, collapseTypes, describeEvents, EVENT_GROUPS, expandFilters } from './event-groups.ts';

const ALL = EVENT_GROUPS.flatMap(({ types }) => types.map(({ type }) => type));

it('every type of event belongs to one group', () => {
  expect(ALL).toHaveLength(27);
  expect(new Set(ALL).size).toBe(ALL.length);
  expect(ALL.every((type) => EVENT_GROUPS.some(({ prefix }) => type.startsWith(prefix.slice(0, -1))))).toBe(true);
});

it('a prefix becomes its types, and all types of a kind become their prefix', () => {
  const types = expandFilters(['waiting.*', 'order.created', 'webhook.test']);
  expect([...types]).toEqual(['waiting.offered', 'waiting.expired', 'order.created', 'webhook.test']);
  expect(collapseTypes(types)).toEqual(['waiting.*', 'order.created', 'webhook.test']);
});

it('a filter of a newer server survives the form', () => {
  expect(collapseTypes(expandFilters(['boat.*', 'boat.sunk']))).toEqual(['boat.*', 'boat.sunk']);
});

it('events are described by their groups', () => {
  expect(describeEvents(['reservation.held', 'reservation.confirmed', 'order.*'])).toBe(
    'Reservations (held, confirmed), Orders',
  );
  expect(describeEvents(['webhook.test'])).toBe('webhook.test');
  expect(describeEvents([...ALL, 'webhook.test'])).toBe('All events');
  expect(areAllEvents(EVENT_GROUPS.map(({ prefix }) => prefix))).toBe(true);
  expect(areAllEvents(ALL.slice(1))).toBe(false);
});
