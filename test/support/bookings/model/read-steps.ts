import type { Id } from '../../../../src/platform/ids.ts';
import { type BookingModel, Refused } from './booking-model.ts';
import * as shapes from './expected-shapes.ts';
import { choose, FIRST, noIds, type Only, QUARTER, type Step, UNKNOWN_ID } from './step.ts';

/** Steps of the commands that read. */

type Read = Only<'list bookable' | 'list slots' | 'list reservations' | 'read' | 'history' | 'read at'>;

const base = { method: 'GET', status: 200, idsIn: noIds } as const;

export function read(command: Read, model: BookingModel): Step {
  switch (command.do) {
    case 'list bookable':
      return listBookable(command, model);
    case 'list slots':
      return listSlots(command, model);
    case 'list reservations':
      return listReservations(command, model);
    default:
      return readReservation(command, model);
  }
}

function listBookable(command: Only<'list bookable'>, model: BookingModel): Step {
  const provider = choose(model.providers, command.provider) ?? UNKNOWN_ID;
  const url = `/client/getProviderAvailability?provider_id=${provider}`;
  return { ...base, url, expect: () => ({ 'available timeslots': bookable(model, provider) }) };
}

function bookable(model: BookingModel, provider: Id): unknown[] {
  if (!model.providers.includes(provider)) throw new Refused(404, 'no-such-provider');
  return shapes
    .byStart(model.slots)
    .filter((slot) => slot.provider === provider && slot.start >= model.now + model.rules.minNotice)
    .map((slot) => shapes.shapeTimeslot(model, slot))
    .filter((slot) => slot.is_available);
}

function listSlots(command: Only<'list slots'>, model: BookingModel): Step {
  const provider = command.provider === null ? undefined : (choose(model.providers, command.provider) ?? UNKNOWN_ID);
  const start = FIRST + command.from * QUARTER;
  const query = new URLSearchParams({ from: shapes.seconds(start), limit: String(command.limit) });
  if (provider !== undefined) query.set('provider_id', String(provider));
  if (command.available) query.set('available', 'true');
  const expect = () => {
    if (provider !== undefined && !model.providers.includes(provider)) throw new Refused(404, 'no-such-provider');
    return shapes
      .byStart(model.slots)
      .filter((slot) => slot.start >= start && (provider === undefined || slot.provider === provider))
      .filter((slot) => slot.start >= model.now || !command.available)
      .map((slot) => shapes.shapeSlot(model, slot))
      .filter((slot) => slot.is_available || !command.available);
  };
  return { ...base, url: `/api/v1/slots?${query}`, pagesOf: 'slots', expect };
}

function listReservations({ of, which, from, live, limit }: Only<'list reservations'>, model: BookingModel): Step {
  const parties = of === 'client' ? model.clients : model.providers;
  const id = choose(parties, which) ?? UNKNOWN_ID;
  const start = FIRST + (from ?? 0) * QUARTER + QUARTER / 3;
  const query = new URLSearchParams({ [`${of}_id`]: String(id), live: String(live), limit: String(limit) });
  if (from !== null) query.set('from', shapes.seconds(start));
  const expect = () => {
    if (!parties.includes(id)) throw new Refused(404, `no-such-${of}`);
    return model.reservations
      .filter((each) => (of === 'client' ? each.client : each.slot.provider) === id)
      .filter((each) => from === null || each.slot.end > start)
      .filter((each) => !live || ['held', 'confirmed'].includes(model.statusOf(each)))
      .map((each) => shapes.shapeReservation(model, each));
  };
  return { ...base, url: `/api/v1/reservations?${query}`, pagesOf: 'reservations', expect };
}

function readReservation(command: Only<'read' | 'history' | 'read at'>, model: BookingModel): Step {
  const id = choose(model.reservations, command.reservation)?.id ?? UNKNOWN_ID;
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

/** A microsecond before, at or after a change of the reservation, or now. */
function momentNear(command: Only<'read at'>, model: BookingModel): number {
  const reservation = choose(model.reservations, command.reservation);
  const events = reservation ? model.history(reservation) : [];
  return (choose(events, command.event)?.at ?? model.now) + command.by;
}
