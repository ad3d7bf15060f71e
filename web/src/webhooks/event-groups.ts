import type { WebhookRequest } from '../api/resources.ts';

/** A type of event, or a prefix that stands for all types of a kind. */
export type EventFilter = NonNullable<WebhookRequest['events']>[number];
type EventType = Exclude<EventFilter, `${string}.*` | 'webhook.test'>;

/** The types that a webhook can choose. A test event is sent in any case. */
const NAMES: Readonly<Record<EventType, string>> = {
  'reservation.held': 'Held',
  'reservation.confirmed': 'Confirmed',
  'reservation.cancelled': 'Cancelled',
  'reservation.expired': 'Expired',
  'reservation.rescheduled': 'Rescheduled',
  'reservation.extended': 'Extended',
  'reservation.changed': 'Changed',
  'reservation.conflict': 'Declined by the supplier',
  'group.held': 'Held',
  'group.confirmed': 'Confirmed',
  'group.cancelled': 'Cancelled',
  'group.expired': 'Expired',
  'waiting.offered': 'Time offered',
  'waiting.expired': 'Offer expired',
  'booking.accepted': 'Accepted',
  'booking.refused': 'Refused',
  'booking.cancelled': 'Cancelled',
  'availability.offered': 'Offered',
  'availability.withdrawn': 'Withdrawn',
  'order.created': 'Created',
  'order.changed': 'Changed',
  'order.cancelled': 'Cancelled',
  'vehicle.state_logged': 'State logged',
  'supplier.paused': 'Paused',
  'supplier.resumed': 'Resumed',
  'supplier.failing': 'Failing',
  'supplier.recovered': 'Recovered',
};

const KINDS: Readonly<Record<string, string>> = {
  reservation: 'Reservations',
  group: 'Reservation groups',
  waiting: 'Waiting list',
  booking: 'Bookings',
  availability: 'Availability',
  order: 'Orders',
  vehicle: 'Vehicles',
  supplier: 'Suppliers',
};

/** All types of events of a kind. */
export interface EventGroup {
  readonly prefix: EventFilter;
  readonly name: string;
  readonly types: readonly { readonly type: EventFilter; readonly name: string }[];
}

export const EVENT_GROUPS: readonly EventGroup[] = Object.entries(KINDS).map(([kind, name]) => ({
  prefix: `${kind}.*` as EventFilter,
  name,
  types: Object.entries(NAMES)
    .filter(([type]) => type.startsWith(`${kind}.`))
    .map(([type, typeName]) => ({ type: type as EventFilter, name: typeName })),
}));

/** Replaces prefixes by the types they stand for. What this page does not know stays. */
export function expandFilters(filters: readonly string[]): ReadonlySet<string> {
  return new Set(
    filters.flatMap((filter) => {
      const group = EVENT_GROUPS.find(({ prefix }) => prefix === filter);
      return group === undefined ? [filter] : group.types.map(({ type }) => type);
    }),
  );
}

/** Replaces all types of a kind by their prefix, which also stands for types that a newer server adds. */
export function collapseTypes(types: ReadonlySet<string>): EventFilter[] {
  const rest = new Set(types);
  const filters = EVENT_GROUPS.flatMap((group) => {
    const chosen = group.types.filter(({ type }) => rest.delete(type)).map(({ type }) => type);
    return chosen.length === group.types.length ? [group.prefix] : chosen;
  });
  return [...filters, ...([...rest] as EventFilter[])];
}

/** Whether a webhook receives every type of event. */
export function areAllEvents(filters: readonly string[]): boolean {
  const types = expandFilters(filters);
  return EVENT_GROUPS.every((group) => group.types.every(({ type }) => types.has(type)));
}

/** `Reservations (held, confirmed), Orders`, or `All events`. */
export function describeEvents(filters: readonly string[]): string {
  if (areAllEvents(filters)) return 'All events';
  const types = expandFilters(filters);
  const known = EVENT_GROUPS.flatMap((group) => {
    const chosen = group.types.filter(({ type }) => types.has(type));
    if (chosen.length === 0) return [];
    if (chosen.length === group.types.length) return [group.name];
    return [`${group.name} (${chosen.map(({ name }) => name.toLowerCase()).join(', ')})`];
  });
  const others = [...types].filter((type) => !(type in NAMES));
  return [...known, ...others].join(', ');
}
