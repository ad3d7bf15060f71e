/** One time a request was sent. Without a status nobody knows what came of it. */
export interface Sending {
  readonly sentMs: number;
  readonly endedMs: number;
  readonly status: number | undefined;
  readonly body: string;
  /** What of the contract the answer breaks. */
  readonly flaws: readonly string[];
}

/** What one client wanted once, however often it had to ask. */
export interface Attempt {
  readonly kind: 'hold' | 'confirm';
  /** `undefined`: sent once, and never again. */
  readonly key: string | undefined;
  /** Each hold is made by a client of its own, so that its effects can be told from all others. */
  readonly clientId: number;
  readonly slotId: number;
  readonly quantity: number;
  /** What a confirm confirms. Nobody else confirms it. */
  readonly reservationId: number | undefined;
  readonly sendings: Sending[];
}

export interface StoredReservation {
  readonly id: number;
  readonly client_id: number;
  readonly slot_id: number;
  readonly quantity: number;
  readonly status: string;
  /** How often it became confirmed. */
  readonly confirmations: number;
}

export interface StoredSlot {
  readonly id: number;
  readonly capacity: number;
  readonly claimed: number;
  /** The sum of its live reservations' quantities. */
  readonly live: number;
}

export interface Stored {
  readonly reservations: readonly StoredReservation[];
  readonly slots: readonly StoredSlot[];
}

/** One thing that must be true of every trial, and the trials where it was not. */
export interface Finding {
  readonly check: string;
  readonly trials: number;
  readonly breaches: readonly string[];
}

/** Definite: it was done, or it was refused. A 503, or the news that the first sending is still running, is neither. */
export function isDefinite({ status, body }: Sending): boolean {
  if (status === undefined || status >= 500) return false;
  return !(status === 409 && body.includes('request-still-running'));
}

/** How an attempt ended; `undefined` when it never became definite. */
export function outcomeOf(attempt: Attempt): Sending | undefined {
  return attempt.sendings.find(isDefinite);
}

/** The reservation an acknowledged hold was told it has. */
export function reservationIdOf(body: string): number {
  const answer = JSON.parse(body) as Record<string, unknown>;
  const told = (answer['Reservation scheduled'] ?? answer) as { reservation_id: number };
  return told.reservation_id;
}

/** Holds a history against the tables it left behind: no acknowledged effect lost, none doubled, none without a yes. */
export function judgeHistory(attempts: readonly Attempt[], stored: Stored): Finding[] {
  const byId = new Map(stored.reservations.map((each) => [each.id, each]));
  const byClient = Map.groupBy(stored.reservations, (each) => each.client_id);
  const holds = attempts.filter(({ kind }) => kind === 'hold');
  const confirms = attempts.filter(({ kind }) => kind === 'confirm');
  const effects = (hold: Attempt) => byClient.get(hold.clientId) ?? [];
  const confirmed = ({ reservationId = 0 }: Attempt) => byId.get(reservationId)?.confirmations ?? 0;
  const accepted = (each: Attempt) => (outcomeOf(each)?.status ?? 500) < 300;
  const refused = (each: Attempt) => (outcomeOf(each)?.status ?? 0) >= 400;
  const uncertain = (each: Attempt) => each.sendings.some((sending) => !isDefinite(sending));
  const keyedAndUncertain = (each: Attempt) => each.key !== undefined && uncertain(each);
  const kept = (hold: Attempt) => {
    const told = byId.get(reservationIdOf(outcomeOf(hold)?.body ?? ''));
    return told?.client_id === hold.clientId && told.slot_id === hold.slotId && told.quantity === hold.quantity;
  };
  return [
    check('an acknowledged hold is stored', holds.filter(accepted), kept),
    check('an acknowledged confirm is stored', confirms.filter(accepted), (each) => confirmed(each) === 1),
    check('a hold takes effect once at most', holds, (hold) => effects(hold).length <= 1),
    check('a confirm takes effect once at most', confirms, (each) => confirmed(each) <= 1),
    check('a refused hold has no effect', holds.filter(refused), (hold) => effects(hold).length === 0),
    check('a refused confirm has no effect', confirms.filter(refused), (each) => confirmed(each) === 0),
    check('a keyed request of unknown outcome ends with a definite one', attempts.filter(keyedAndUncertain), (each) => {
      return outcomeOf(each) !== undefined;
    }),
    check(
      'such a hold, once acknowledged, has one effect',
      holds.filter(keyedAndUncertain).filter(accepted),
      (hold) => {
        return effects(hold).length === 1;
      },
    ),
    check('one key, one answer, to the byte', attempts.filter(answeredTwice), sameAnswers),
    check('no other failure than 503', attempts, ({ sendings }) => {
      return sendings.every(({ status = 503 }) => status < 500 || status === 503);
    }),
    check('a refusal is problem+json, a 503 says when to retry', attempts, ({ sendings }) => {
      return sendings.every(({ flaws }) => flaws.length === 0);
    }),
    check('a slot’s claimed units are its live reservations’', stored.slots, (slot) => slot.claimed === slot.live),
    check('a slot is not sold beyond its capacity', stored.slots, (slot) => slot.live <= slot.capacity),
  ];
}

function answeredTwice(attempt: Attempt): boolean {
  return attempt.key !== undefined && attempt.sendings.filter(isDefinite).length > 1;
}

function sameAnswers({ sendings }: Attempt): boolean {
  return new Set(sendings.filter(isDefinite).map(({ status, body }) => `${status} ${body}`)).size === 1;
}

const MOST_TOLD = 5;

function check<T>(name: string, trials: readonly T[], holds: (trial: T) => boolean): Finding {
  const broken = trials.filter((trial) => !holds(trial));
  return {
    check: name,
    trials: trials.length,
    breaches: broken.map((each, index) => (index < MOST_TOLD ? JSON.stringify(each) : '…')),
  };
}
