import type { Id } from '../../../../src/platform/ids.ts';
import type { Version } from './booking-commands.ts';
import type { BookingModel } from './booking-model.ts';
import * as shapes from './expected-shapes.ts';
import { choose, FIRST, MINUTE, noIds, type Only, QUARTER, type Step, UNKNOWN_ID } from './step.ts';

/** Steps of the commands that change something. */

export function offer(command: Only<'offer'>, model: BookingModel): Step {
  const provider = choose(model.providers, command.provider) ?? UNKNOWN_ID;
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
      expect: (idAt) => {
        const slots = shapes.byStart(model.offer(provider, start, end, 1, QUARTER, idAt));
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
    expect: (idAt) => {
      const slots = shapes.byStart(model.offer(provider, start, end, command.capacity, minutes * MINUTE, idAt));
      return { slots: slots.map((slot) => shapes.shapeSlot(model, slot)), skipped: [] };
    },
  };
}

function versionFor(model: BookingModel, slotId: Id, version: Version): { version?: number } {
  const slot = model.slots.find((each) => each.id === slotId);
  if (version === 'none' || slot === undefined) return {};
  const current = model.version(slot);
  return { version: version === 'current' ? current : current > 1 ? current - 1 : current + 1 };
}

export function hold(command: Only<'hold'>, model: BookingModel): Step {
  const client = choose(model.clients, command.client) ?? UNKNOWN_ID;
  const slot = choose(model.slots, command.slot)?.id ?? UNKNOWN_ID;
  if (command.fixed) {
    return {
      method: 'POST',
      url: '/client/reserve',
      body: { client_id: client, timeslot_id: slot },
      status: 201,
      idsIn: (body) => [
        (body as { 'Reservation scheduled': { reservation_id: Id } })['Reservation scheduled'].reservation_id,
      ],
      expect: (idAt) => ({
        'Reservation scheduled': shapes.shapeFixedReservation(model.hold(client, slot, 1, undefined, idAt)),
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
    expect: (idAt) => shapes.shapeReservation(model, model.hold(client, slot, command.quantity, version.version, idAt)),
  };
}

export function change(command: Only<'confirm' | 'cancel' | 'extend' | 'reschedule'>, model: BookingModel): Step {
  const reservation = choose(model.reservations, command.reservation);
  const id = reservation?.id ?? UNKNOWN_ID;
  const own = reservation?.client ?? model.clients[0];
  const client = (command.foreign ? choose(model.clients, command.reservation * 2) : own) ?? UNKNOWN_ID;
  if (command.do === 'confirm' && command.fixed) {
    return {
      method: 'PUT',
      url: '/client/confirm',
      body: { client_id: client, reservation_id: id },
      status: 200,
      idsIn: noIds,
      expect: () => ({ 'Reservation is confirmed': shapes.shapeFixedReservation(model.confirm(client, id)) }),
    };
  }
  const url = `/api/v1/reservations/${id}/${command.do}`;
  const base = { method: 'POST', url, status: 200, idsIn: noIds } as const;
  if (command.do !== 'reschedule') {
    const expect = () => shapes.shapeReservation(model, model[command.do](client, id));
    return { ...base, body: { client_id: client }, expect };
  }
  const slot = choose(model.slots, command.slot)?.id ?? UNKNOWN_ID;
  const version = versionFor(model, slot, command.version);
  return {
    ...base,
    body: { client_id: client, slot_id: slot, ...version },
    expect: () => shapes.shapeReservation(model, model.reschedule(client, id, slot, version.version)),
  };
}

export function withdraw(command: Only<'withdraw'>, model: BookingModel): Step {
  const provider = choose(model.providers, command.provider) ?? UNKNOWN_ID;
  const start = FIRST + command.from * QUARTER + QUARTER / 3;
  const end = start + command.slots * QUARTER;
  const { reservations } = command;
  const query = new URLSearchParams({ start: shapes.seconds(start), end: shapes.seconds(end), reservations });
  return {
    method: 'DELETE',
    url: `/api/v1/providers/${provider}/availability?${query}`,
    status: 200,
    idsIn: noIds,
    expect: () => {
      const { slots, live } = model.withdraw(provider, start, end, reservations);
      const listed = live.map((each) => shapes.shapeReservation(model, each));
      const [kept, cancelled] = reservations === 'keep' ? [listed, []] : [[], listed];
      return { slots: shapes.byStart(slots).map((slot) => shapes.shapeSlot(model, slot)), kept, cancelled };
    },
  };
}

export function sweep(model: BookingModel): Step {
  return {
    method: 'PUT',
    url: '/provider/expiredReservations',
    status: 200,
    idsIn: noIds,
    expect: () => ({
      'Expired reservations deleted and corresponding timeslots released': shapes
        .byStart(model.sweep())
        .map((slot) => shapes.shapeTimeslot(model, slot)),
    }),
  };
}
