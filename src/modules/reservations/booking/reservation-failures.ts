import { failure } from '../../../platform/errors.ts';
import type { Id } from '../../../platform/ids.ts';
import { formatDurationInWords } from '../../../platform/time/duration.ts';

/** The requested time is before the reservation was made. */
export class BeforeFirstState extends failure('not-found', 'before-first-state', 'Not found') {
  constructor(reservationId: Id) {
    super(`Reservation ${reservationId} did not exist at that time. Request a later time`);
  }
}

/** The requested time has not passed yet, and the reservation may still change before it. */
export class FutureTime extends failure('unprocessable', 'future-time', 'Time is in the future') {
  constructor() {
    super('The requested time is in the future, and the reservation may change until then. Request a past time');
  }
}

export class NoSuchPax extends failure('unprocessable', 'no-such-pax', 'No such pax type') {
  constructor(slotId: Id) {
    super(`Slot ${slotId} does not have all requested pax types. Read its product for the types it has`);
  }
}

/** The fewest and the most units of a pax type in one reservation. */
export interface PaxLimits {
  readonly type: string;
  readonly min: number;
  readonly max: number;
}

/** A pax type is requested more or less often than allowed. The primary type has a minimum even if it is not requested. */
export class PaxRefused extends failure('unprocessable', 'pax-refused', 'Number of pax not allowed') {
  constructor({ type, min, max }: PaxLimits) {
    const limits = min === max ? `exactly ${min}` : min === 0 ? `at most ${max}` : `${min} to ${max}`;
    super(`A reservation of this slot has ${limits} of pax type ${type}. Change their number in \`pax\``);
  }
}

/** A supplier cannot move a booking, and between a cancellation and a new booking another buyer may take the unit. */
export class CannotMove extends failure('unprocessable', 'cannot-move', 'Reservation cannot be moved') {
  constructor() {
    super("A reservation cannot move to or from a supplier's slot. Cancel it and reserve the other slot");
  }
}

export class TooSoon extends failure('unprocessable', 'too-soon', 'Too little notice') {
  constructor(minNoticeMs: number) {
    super(`Reservations must be made ${formatDurationInWords(minNoticeMs)} in advance`);
  }
}

/** The client would lose reservations that lie ahead, and its provider would wait for it. */
export class ClientHasReservations extends failure(
  'conflict',
  'client-has-reservations',
  'Client has reservations ahead',
) {
  static readonly extensionSchemas = {
    reservation_ids: {
      type: 'array',
      description: 'The confirmed reservations that have not ended, at most 100.',
      examples: [[17, 18]],
    },
  } as const;
  override readonly extensions: Readonly<Record<string, unknown>>;
  constructor(clientId: Id, reservationIds: readonly Id[]) {
    super(
      `Client ${clientId} has ${reservationIds.length} confirmed reservations that have not ended. ` +
        'Cancel them first, or erase the client with ?reservations=cancel',
    );
    this.extensions = { reservation_ids: reservationIds.slice(0, 100) };
  }
}

/** The slot takes no more claims: it was withdrawn, it has begun, or its supplier no longer sells it. */
export class SlotClosed extends failure('conflict', 'slot-closed', 'Slot is closed') {
  constructor() {
    super('Timeslot is unavailable. Please choose a different one');
  }
}

/** The client has as many live holds as it may have. */
export class TooManyHolds extends failure('conflict', 'too-many-holds', 'Too many holds') {
  constructor(maxLiveHolds: number) {
    super(`A client may have ${maxLiveHolds} holds at a time. Confirm or cancel one, or wait until one expires`);
  }
}

/** The slot is no longer at the version that the client decided by. */
export class SlotVersionChanged extends failure('conflict', 'slot-version-moved-on', 'Slot has changed') {
  constructor(requestedVersion: number, currentVersion: number) {
    super(`The version of the slot is ${currentVersion}, not ${requestedVersion}. Read the slot again`);
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

/** The reservation is cancelled, expired or in conflict. No change leads out of these states. */
export class AlreadyEnded extends failure('conflict', 'already-ended', 'Reservation has ended') {
  constructor(status: string) {
    super(`The reservation has ended (${status}) and cannot change any more. To book again, reserve the slot again`);
  }
}

export class NotHeld extends failure('conflict', 'not-held', 'Reservation is not a hold') {
  constructor() {
    super('The reservation is confirmed and no longer expires. Only a hold can be extended');
  }
}

export class HoldCannotGrow extends failure('unprocessable', 'hold-at-its-ceiling', 'Hold cannot be extended') {
  constructor(maxHoldMs: number) {
    const limit = `at most ${formatDurationInWords(maxHoldMs)}, and not past the start of its slot`;
    super(`A hold lasts ${limit}. Confirm this hold before it expires`);
  }
}
