/** One request over the wire. Without a status, its outcome is unknown. */
export interface Sending {
  readonly sentMs: number;
  readonly endedMs: number;
  readonly status: number | undefined;
  readonly body: string;
  /** The parts of the HTTP contract that the answer breaks. */
  readonly flaws: readonly string[];
}

/** One thing that a client wants once, and every request it sends for it. */
export interface Attempt {
  readonly kind: 'hold' | 'confirm';
  /** The Idempotency-Key. `undefined`: the request is sent once and never again. */
  readonly key: string | undefined;
  /** Each hold has a client of its own, so that its effects can be distinguished from all others. */
  readonly clientId: number;
  readonly slotId: number;
  readonly quantity: number;
  /** The reservation to confirm. No other attempt confirms it. */
  readonly reservationId: number | undefined;
  readonly sendings: Sending[];
}

export interface StoredReservation {
  readonly id: number;
  readonly client_id: number;
  readonly slot_id: number;
  readonly quantity: number;
  readonly status: string;
  /** Number of its events with the status `confirmed`. */
  readonly confirmations: number;
}

export interface StoredSlot {
  readonly id: number;
  readonly capacity: number;
  readonly claimed: number;
  /** The sum of the quantities of its live reservations. */
  readonly live: number;
}

/** The tables after all requests. */
export interface Stored {
  readonly reservations: readonly StoredReservation[];
  readonly slots: readonly StoredSlot[];
}

/** A statement that must be true of every trial, and the trials of which it is not. */
export interface Finding {
  readonly check: string;
  readonly trials: number;
  readonly breaches: readonly string[];
}

/**
 * Whether the answer says that the request was done or refused. A 503 does not, and neither does the answer that the
 * first request with the key is still running.
 */
export function isDefinite({ status, body }: Sending): boolean {
  if (status === undefined || status >= 500) return false;
  return !(status === 409 && body.includes('request-still-running'));
}

/** The definite answer of an attempt; `undefined` when there is none. */
export function outcomeOf(attempt: Attempt): Sending | undefined {
  return attempt.sendings.find(isDefinite);
}

/** The id of the reservation in the answer of a hold. */
export function reservationIdOf(body: string): number {
  const answer = JSON.parse(body) as Record<string, unknown>;
  const reservation = (answer['Reservation scheduled'] ?? answer) as { reservation_id: number };
  return reservation.reservation_id;
}

/**
 * Compares a history with the tables it left behind: no acknowledged effect is lost or doubled, and there is none that
 * was refused.
 */
export function judgeHistory(attempts: readonly Attempt[], stored: Stored): Finding[] {
  const byId = new Map(stored.reservations.map((each) => [each.id, each]));
  const byClient = Map.groupBy(stored.reservations, (each) => each.client_id);
  const holds = attempts.filter(({ kind }) => kind === 'hold');
  const confirms = attempts.filter(({ kind }) => kind === 'confirm');
  const effects = (hold: Attempt) => byClient.get(hold.clientId) ?? [];
  const confirmations = ({ reservationId = 0 }: Attempt) => byId.get(reservationId)?.confirmations ?? 0;
  const accepted = (each: Attempt) => (outcomeOf(each)?.status ?? 500) < 300;
  const refused = (each: Attempt) => (outcomeOf(each)?.status ?? 0) >= 400;
  const wasUnknown = (each: Attempt) => each.key !== undefined && each.sendings.some((sent) => !isDefinite(sent));
  const isStored = (hold: Attempt) => {
    const row = byId.get(reservationIdOf(outcomeOf(hold)?.body ?? ''));
    return row?.client_id === hold.clientId && row.slot_id === hold.slotId && row.quantity === hold.quantity;
  };
  return [
    check('an acknowledged hold is stored', holds.filter(accepted), isStored),
    check('an acknowledged confirm is stored', confirms.filter(accepted), (each) => confirmations(each) === 1),
    check('a hold has at most one effect', holds, (hold) => effects(hold).length <= 1),
    check('a confirm has at most one effect', confirms, (each) => confirmations(each) <= 1),
    check('a refused hold has no effect', holds.filter(refused), (hold) => effects(hold).length === 0),
    check('a refused confirm has no effect', confirms.filter(refused), (each) => confirmations(each) === 0),
    check('a keyed request of unknown outcome gets a definite one', attempts.filter(wasUnknown), (each) => {
      return outcomeOf(each) !== undefined;
    }),
    check(
      'a keyed hold of unknown outcome, once acknowledged, has one effect',
      holds.filter(wasUnknown).filter(accepted),
      (hold) => {
        return effects(hold).length === 1;
      },
    ),
    check('the answers to one key are equal to the byte', attempts.filter(answeredTwice), sameAnswers),
    check('the only server error is 503', attempts, ({ sendings }) => {
      return sendings.every(({ status = 503 }) => status < 500 || status === 503);
    }),
    check('a refusal is problem+json, and a 503 has Retry-After', attempts, ({ sendings }) => {
      return sendings.every(({ flaws }) => flaws.length === 0);
    }),
    check('a slot counts the units of its live reservations', stored.slots, (slot) => slot.claimed === slot.live),
    check('a slot is not sold beyond its capacity', stored.slots, (slot) => slot.live <= slot.capacity),
  ];
}

function answeredTwice(attempt: Attempt): boolean {
  return attempt.key !== undefined && attempt.sendings.filter(isDefinite).length > 1;
}

function sameAnswers({ sendings }: Attempt): boolean {
  return new Set(sendings.filter(isDefinite).map(({ status, body }) => `${status} ${body}`)).size === 1;
}

/** Breaches that are listed in full, per check. */
const MAX_LISTED = 5;

function check<T>(name: string, trials: readonly T[], holds: (trial: T) => boolean): Finding {
  const broken = trials.filter((trial) => !holds(trial));
  return {
    check: name,
    trials: trials.length,
    breaches: broken.map((each, index) => (index < MAX_LISTED ? JSON.stringify(each) : '…')),
  };
}
