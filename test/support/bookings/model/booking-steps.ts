import type { Command } from './booking-commands.ts';
import type { BookingModel } from './booking-model.ts';
import { change, hold, offer, sweep, withdraw } from './change-steps.ts';
import { read } from './read-steps.ts';
import { MINUTE, type Only, type Step } from './step.ts';

/** The step of a command in the model's present state. */
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
    case 'withdraw':
      return withdraw(command, model);
    case 'sweep':
      return sweep(model);
    default:
      return read(command, model);
  }
}

/** The time after a move of the clock: a little later, or at the edge of an expiry or a notice. It never goes back. */
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
