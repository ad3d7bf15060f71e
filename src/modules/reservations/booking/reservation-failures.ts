import { failure } from '../../../platform/errors.ts';
import type { Id } from '../../../platform/ids.ts';
import { formatDurationInWords } from '../../../platform/time/duration.ts';

/** The reservation did not exist yet, or not yet in any state, at the moment asked for. */
export class NotYet extends failure('not-found', 'before-first-state', 'Not found') {
  constructor(reservationId: Id) {
    super(`Reservation ${reservationId} did not exist at that time`);
  }
}

export class RangeRefused extends failure('unprocessable', 'range-refused', 'Range cannot be offered') {}

export class TimeRefused extends failure(
  'unprocessable',
  'time-skipped-or-repeated',
  'Time is skipped or repeated by a clock change',
) {
  constructor(text: string, timeZone: string) {
    super(`${text} does not name one moment in ${timeZone}: a clock change skips or repeats it. Give its offset`);
  }
}

export class NoSuchPax extends failure('unprocessable', 'no-such-pax', 'No such pax type') {
  constructor(slotId: Id) {
    super(`Slot ${slotId} does not have all the pax types asked for`);
  }
}

export class PaxRefused extends failure('unprocessable', 'pax-refused', 'Number of pax not allowed') {
  constructor() {
    super('The slot allows another number of these pax in one reservation: see `min` and `max` of its pax types');
  }
}

export class CannotMove extends failure('unprocessable', 'cannot-move', 'Reservation cannot be moved') {
  constructor() {
    super('A reservation does not move to or from a slot of a supplier. Cancel it and reserve the other one');
  }
}

export class TooSoon extends failure('unprocessable', 'too-soon', 'Too little notice') {
  constructor(minNoticeMs: number) {
    super(`Reservations must be made ${formatDurationInWords(minNoticeMs)} in advance`);
  }
}

export class SlotClosed extends failure('conflict', 'slot-closed', 'Slot is closed') {
  constructor() {
    super('Timeslot is unavailable. Please choose a different one');
  }
}

export class SlotMovedOn extends failure('conflict', 'slot-version-moved-on', 'Slot has changed') {
  constructor(asked: number, actual: number) {
    super(`The slot has changed since version ${asked}: it is at version ${actual} now`);
  }
}

export class ForeignClient extends failure('forbidden', 'foreign-client', 'Not your reservation') {
  constructor() {
    super('The client_id does not match with the one in the reservation');
  }
}

export class AlreadyConfirmed extends failure('conflict', 'already-confirmed', 'Already confirmed') {
  constructor() {
    super('Reservation has already been confirmed');
  }
}

export class HoldExpired extends failure('gone', 'hold-expired', 'Hold has expired') {
  constructor(holdTtlMs: number) {
    super(`More than ${formatDurationInWords(holdTtlMs)} since reservation was made. Reservation is being released`);
  }
}

export class AlreadyEnded extends failure('conflict', 'already-ended', 'Reservation has ended') {
  constructor(status: string) {
    super(`The reservation is ${status}, and nothing follows that`);
  }
}

export class NotHeld extends failure('conflict', 'not-held', 'Reservation is not a hold') {
  constructor() {
    super('Only a hold can be extended, and this reservation is confirmed');
  }
}

export class HoldCannotGrow extends failure('unprocessable', 'hold-at-its-ceiling', 'Hold cannot be extended') {
  constructor(ceilingMs: number) {
    super(`A hold lives ${formatDurationInWords(ceilingMs)} at most, and this one already does`);
  }
}

export class FutureTime extends failure('unprocessable', 'future-time', 'Time is in the future') {
  constructor() {
    super('What will be true is not known: ask for a time that has passed');
  }
}
