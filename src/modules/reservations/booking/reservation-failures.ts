import { Failure } from '../../../platform/errors.ts';
import type { Id } from '../../../platform/ids.ts';
import { sayDuration } from '../../../platform/time/duration.ts';

/** The reservation did not exist yet, or not yet in any state, at the moment asked for. */
export class NotYet extends Failure {
  readonly kind = 'not-found';
  readonly type = 'before-first-state';
  readonly title = 'Not found';
  constructor(reservationId: Id) {
    super(`Reservation ${reservationId} did not exist at that time`);
  }
}

export class RangeRefused extends Failure {
  readonly kind = 'unprocessable';
  readonly type = 'range-refused';
  readonly title = 'Range cannot be offered';
}

export class TimeRefused extends Failure {
  readonly kind = 'unprocessable';
  readonly type = 'time-skipped-or-repeated';
  readonly title = 'Time is skipped or repeated by a clock change';
  constructor(text: string, timeZone: string) {
    super(`${text} does not name one moment in ${timeZone}: a clock change skips or repeats it. Give its offset`);
  }
}

export class NoSuchPax extends Failure {
  readonly kind = 'unprocessable';
  readonly type = 'no-such-pax';
  readonly title = 'No such pax type';
  constructor(slotId: Id) {
    super(`Slot ${slotId} does not have all the pax types asked for`);
  }
}

export class PaxRefused extends Failure {
  readonly kind = 'unprocessable';
  readonly type = 'pax-refused';
  readonly title = 'Number of pax not allowed';
  constructor() {
    super('The slot allows another number of these pax in one reservation: see `min` and `max` of its pax types');
  }
}

export class CannotMove extends Failure {
  readonly kind = 'unprocessable';
  readonly type = 'cannot-move';
  readonly title = 'Reservation cannot be moved';
  constructor() {
    super('A reservation does not move to or from a slot of a supplier. Cancel it and reserve the other one');
  }
}

export class TooSoon extends Failure {
  readonly kind = 'unprocessable';
  readonly type = 'too-soon';
  readonly title = 'Too little notice';
  constructor(minNoticeMs: number) {
    super(`Reservations must be made ${sayDuration(minNoticeMs)} in advance`);
  }
}

export class SlotClosed extends Failure {
  readonly kind = 'conflict';
  readonly type = 'slot-closed';
  readonly title = 'Slot is closed';
  constructor() {
    super('Timeslot is unavailable. Please choose a different one');
  }
}

export class SlotMovedOn extends Failure {
  readonly kind = 'conflict';
  readonly type = 'slot-version-moved-on';
  readonly title = 'Slot has changed';
  constructor(asked: number, actual: number) {
    super(`The slot has changed since version ${asked}: it is at version ${actual} now`);
  }
}

export class ForeignClient extends Failure {
  readonly kind = 'forbidden';
  readonly type = 'foreign-client';
  readonly title = 'Not your reservation';
  constructor() {
    super('The client_id does not match with the one in the reservation');
  }
}

export class AlreadyConfirmed extends Failure {
  readonly kind = 'conflict';
  readonly type = 'already-confirmed';
  readonly title = 'Already confirmed';
  constructor() {
    super('Reservation has already been confirmed');
  }
}

export class HoldExpired extends Failure {
  readonly kind = 'gone';
  readonly type = 'hold-expired';
  readonly title = 'Hold has expired';
  constructor(holdTtlMs: number) {
    super(`More than ${sayDuration(holdTtlMs)} since reservation was made. Reservation is being released`);
  }
}

export class AlreadyEnded extends Failure {
  readonly kind = 'conflict';
  readonly type = 'already-ended';
  readonly title = 'Reservation has ended';
  constructor(status: string) {
    super(`The reservation is ${status}, and nothing follows that`);
  }
}

export class NotHeld extends Failure {
  readonly kind = 'conflict';
  readonly type = 'not-held';
  readonly title = 'Reservation is not a hold';
  constructor() {
    super('Only a hold can be extended, and this reservation is confirmed');
  }
}

export class HoldCannotGrow extends Failure {
  readonly kind = 'unprocessable';
  readonly type = 'hold-at-its-ceiling';
  readonly title = 'Hold cannot be extended';
  constructor(ceilingMs: number) {
    super(`A hold lives ${sayDuration(ceilingMs)} at most, and this one already does`);
  }
}

export class FutureTime extends Failure {
  readonly kind = 'unprocessable';
  readonly type = 'future-time';
  readonly title = 'Time is in the future';
  constructor() {
    super('What will be true is not known: ask for a time that has passed');
  }
}
