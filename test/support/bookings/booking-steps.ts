import type { Id } from '../../../src/platform/ids.ts';
import { type Command, STRANGER, type Version } from './booking-commands.ts';
import { type BookingModel, Refused, type TellId } from './booking-model.ts';
import * as shapes from './booking-shapes.ts';

/** What to send for a command, and what the model says of it. */
export interface Step {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly body?: object;
  /** Follows `next_cursor` to the last page, and joins the lists under this name. */
  readonly pagesOf?: 'slots' | 'reservations';
  readonly status: number;
  /** The ids of what is new in an answer, in its order. */
  idsIn(body: unknown): Id[];
  /** Does to the model what the request should do, and tells the answer's body; throws `Refused`. */
  expect(tellId: TellId): unknown;
}

export const BASE = Date.UTC(2026, 10, 2, 8) * 1_000;
const MINUTE = 60_000_000;
const QUARTER = 15 * MINUTE;
/** The first quarter of an hour that is ever offered: early enough that some of it comes to lie in the past. */
const FIRST = BASE + 6 * QUARTER;
const nothing = (): Id[] => [];

function place<T>(list: readonly T[], index: number): T | undefined {
  return index % STRANGER === 0 ? undefined : list[index % list.length];
}

const NOBODY = 999_999_999;

export function stepFor(command: Exclude<Command, { do: 'move' }>, model: BookingModel): Step {
  switch (command.do) {
    case 'offer':
      return offer(command, model);
    case 'hold':
      return hold(command, model);
    case 'confirm':
    case 'cancel':
    case 'extend':
    case 'reschedule':
      return change(command, model);
    case 'block':
      return block(command, model);
    case 'sweep':
      return sweep(model);
    default:
      return look(command, model);
  }
}

type Only<D extends Command['do']> = Extract<Command, { do: D }>;

function offer(command: Only<'offer'>, model: BookingModel): Step {
  const provider = place(model.providers, command.provider) ?? NOBODY;
  const start = FIRST + command.from * QUARTER;
  const end = start + command.slots * QUARTER + (command.half ? QUARTER / 3 : 0);
  const range = { start_time: shapes.seconds(start), end_time: shapes.seconds(end) };
  if (command.fixed) {
    return {
      method: 'POST',
      url: '/provider/availability',
      body: { provider_id: provider, ...range },
      status: 201,
      idsIn: (body) =>
        (body as { 'available timeslots': { timeslot_id: Id }[] })['available timeslots'].map(
          (each) => each.timeslot_id,
        ),
      expect: (tellId) => {
        const slots = shapes.byStart(model.offer(provider, start, end, 1, QUARTER, tellId));
        return { 'available timeslots': slots.map((slot) => shapes.shapeTimeslot(model, slot)) };
      },
    };
  }
  const minutes = command.half ? 20 : 15;
  return {
    method: 'POST',
    url: `/api/v1/providers/${provider}/availability`,
    body: { ranges: [range], slot_minutes: minutes, capacity: command.capacity },
    status: 201,
    idsIn: (body) => (body as { slots: { slot_id: Id }[] }).slots.map((each) => each.slot_id),
    expect: (tellId) => {
      const slots = shapes.byStart(model.offer(provider, start, end, command.capacity, minutes * MINUTE, tellId));
      return { slots: slots.map((slot) => shapes.shapeSlot(model, slot)) };
    },
  };
}

function versionFor(model: BookingModel, slotId: Id, version: Version): { version?: number } {
  const slot = model.slots.find((each) => each.id === slotId);
  if (version === 'none' || slot === undefined) return {};
  const current = model.version(slot);
  return { version: version === 'current' ? current : current > 1 ? current - 1 : current + 1 };
}

function hold(command: Only<'hold'>, model: BookingModel): Step {
  const client = place(model.clients, command.client) ?? NOBODY;
  const slot = place(model.slots, command.slot)?.id ?? NOBODY;
  if (command.fixed) {
    return {
      method: 'POST',
      url: '/client/reserve',
      body: { client_id: client, timeslot_id: slot },
      status: 201,
      idsIn: (body) => [
        (body as { 'Reservation scheduled': { reservation_id: Id } })['Reservation scheduled'].reservation_id,
      ],
      expect: (tellId) => ({
        'Reservation scheduled': shapes.shapeFixedReservation(model.hold(client, slot, 1, undefined, tellId)),
      }),
    };
  }
  const version = versionFor(model, slot, command.version);
  return {
    method: 'POST',
    url: '/api/v1/reservations',
    body: { client_id: client, slot_id: slot, quantity: command.quantity, ...version },
    status: 201,
    idsIn: (body) => [(body as { reservation_id: Id }).reservation_id],
    expect: (tellId) =>
      shapes.shapeReservation(model, model.hold(client, slot, command.quantity, version.version, tellId)),
  };
}

function change(command: Only<'confirm' | 'cancel' | 'extend' | 'reschedule'>, model: BookingModel): Step {
  const reservation = place(model.reservations, command.reservation);
  const id = reservation?.id ?? NOBODY;
  const own = reservation?.client ?? model.clients[0];
  const client = (command.foreign ? place(model.clients, command.reservation * 2) : own) ?? NOBODY;
  if (command.do === 'confirm' && command.fixed) {
    return {
      method: 'PUT',
      url: '/client/confirm',
      body: { client_id: client, reservation_id: id },
      status: 200,
      idsIn: nothing,
      expect: () => ({ 'Reservation is confirmed': shapes.shapeFixedReservation(model.confirm(client, id)) }),
    };
  }
  const url = `/api/v1/reservations/${id}/${command.do}`;
  const base = { method: 'POST', url, status: 200, idsIn: nothing } as const;
  if (command.do !== 'reschedule') {
    const expect = () => shapes.shapeReservation(model, model[command.do](client, id));
    return { ...base, body: { client_id: client }, expect };
  }
  const slot = place(model.slots, command.slot)?.id ?? NOBODY;
  const version = versionFor(model, slot, command.version);
  return {
    ...base,
    body: { client_id: client, slot_id: slot, ...version },
    expect: () => shapes.shapeReservation(model, model.reschedule(client, id, slot, version.version)),
  };
}

function block(command: Only<'block'>, model: BookingModel): Step {
  const provider = place(model.providers, command.provider) ?? NOBODY;
  const start = FIRST + command.from * QUARTER + QUARTER / 3;
  const end = start + command.slots * QUARTER;
  const { reservations } = command;
  const query = new URLSearchParams({ start: shapes.seconds(start), end: shapes.seconds(end), reservations });
  return {
    method: 'DELETE',
    url: `/api/v1/providers/${provider}/availability?${query}`,
    status: 200,
    idsIn: nothing,
    expect: () => {
      const { slots, live } = model.block(provider, start, end, reservations);
      const told = live.map((each) => shapes.shapeReservation(model, each));
      const [kept, cancelled] = reservations === 'keep' ? [told, []] : [[], told];
      return { slots: shapes.byStart(slots).map((slot) => shapes.shapeSlot(model, slot)), kept, cancelled };
    },
  };
}

function sweep(model: BookingModel): Step {
  return {
    method: 'PUT',
    url: '/provider/expiredReservations',
    status: 200,
    idsIn: nothing,
    expect: () => ({
      'Expired reservations deleted and corresponding timeslots released': shapes
        .byStart(model.sweep())
        .map((slot) => shapes.shapeTimeslot(model, slot)),
    }),
  };
}

type Look = Only<'list bookable' | 'list slots' | 'list reservations' | 'read' | 'history' | 'read at'>;

function look(command: Look, model: BookingModel): Step {
  const base = { method: 'GET', status: 200, idsIn: nothing } as const;
  switch (command.do) {
    case 'list bookable': {
      const provider = place(model.providers, command.provider) ?? NOBODY;
      const url = `/client/getProviderAvailability?provider_id=${provider}`;
      return { ...base, url, expect: () => ({ 'available timeslots': bookable(model, provider) }) };
    }
    case 'list slots': {
      const provider = command.provider === null ? undefined : (place(model.providers, command.provider) ?? NOBODY);
      const start = FIRST + command.from * QUARTER;
      const query = new URLSearchParams({ from: shapes.seconds(start), limit: String(command.limit) });
      if (provider !== undefined) query.set('provider_id', String(provider));
      if (command.available) query.set('available', 'true');
      const wanted = () =>
        shapes
          .byStart(model.slots)
          .filter((slot) => slot.start >= start && (provider === undefined || slot.provider === provider))
          .filter((slot) => slot.start >= model.now || !command.available)
          .map((slot) => shapes.shapeSlot(model, slot))
          .filter((slot) => slot.is_available || !command.available);
      return { ...base, url: `/api/v1/slots?${query}`, pagesOf: 'slots', expect: wanted };
    }
    case 'list reservations':
      return { ...base, ...listReservations(command, model), pagesOf: 'reservations' };
    default: {
      const id = place(model.reservations, command.reservation)?.id ?? NOBODY;
      const url = `/api/v1/reservations/${id}`;
      if (command.do === 'read') {
        return { ...base, url, expect: () => shapes.shapeReservation(model, model.reservation(id)) };
      }
      if (command.do !== 'read at') {
        return { ...base, url: `${url}/history`, expect: () => shapes.shapeHistory(model, model.reservation(id)) };
      }
      const at = momentNear(command, model);
      return { ...base, url: `${url}?at=${shapes.exactly(at)}`, expect: () => shapes.shapeAt(model, id, at) };
    }
  }
}

function listReservations({ of, which, from, live, limit }: Only<'list reservations'>, model: BookingModel) {
  const known = of === 'client' ? model.clients : model.providers;
  const id = place(known, which) ?? NOBODY;
  const start = FIRST + (from ?? 0) * QUARTER + QUARTER / 3;
  const query = new URLSearchParams({ [`${of}_id`]: String(id), live: String(live), limit: String(limit) });
  if (from !== null) query.set('from', shapes.seconds(start));
  const expect = () => {
    if (!known.includes(id)) throw new Refused(404, `no-such-${of}`);
    return model.reservations
      .filter((each) => (of === 'client' ? each.client : each.slot.provider) === id)
      .filter((each) => from === null || each.slot.end > start)
      .filter((each) => !live || ['held', 'confirmed'].includes(model.statusOf(each)))
      .map((each) => shapes.shapeReservation(model, each));
  };
  return { url: `/api/v1/reservations?${query}`, expect };
}

function bookable(model: BookingModel, provider: Id): unknown[] {
  if (!model.providers.includes(provider)) throw new Refused(404, 'no-such-provider');
  return shapes
    .byStart(model.slots)
    .filter((slot) => slot.provider === provider && slot.start >= model.now + model.rules.minNotice)
    .map((slot) => shapes.shapeTimeslot(model, slot))
    .filter((slot) => slot.is_available);
}

/** A microsecond before, at or after something happened to the reservation, or now. */
function momentNear(command: Only<'read at'>, model: BookingModel): number {
  const reservation = place(model.reservations, command.reservation);
  const events = reservation ? model.history(reservation) : [];
  return (place(events, command.event)?.at ?? model.now) + command.by;
}

/** Where a move takes the clock: on a little, or to the edge of something; never back. */
export function momentAfter(command: Only<'move'>, model: BookingModel): number {
  const { minNotice, grace } = model.rules;
  const moments = {
    expiry: model.reservations.filter((each) => each.status === 'held').map((each) => each.expiresAt),
    notice: model.slots.map((slot) => slot.start - minNotice),
    grace: model.slots.map((slot) => slot.start - minNotice + grace),
    on: [],
  }[command.to];
  const near = moments.filter((at) => at > model.now && at <= model.now + 45 * MINUTE);
  const moment = near[command.which % Math.max(near.length, 1)];
  return moment === undefined ? model.now + command.which * 5_000_003 : Math.max(moment + command.by, model.now);
}
