/** Requests to one webhook at a time. */
const OPEN_PER_WEBHOOK = 16;
/** Requests at a time. */
const OPEN = 512;
/** Deliveries of one webhook in hand, so that the next ones are there when a request ends. */
const IN_HAND_PER_WEBHOOK = 256;
/** Deliveries in hand. A body has up to 20 kB. */
const IN_HAND = 2_048;
/** Webhooks on trial that have their one delivery in hand. */
const ON_TRIAL = 256;
/** Tests in hand. */
const TESTS = 64;
/** Deliveries that one statement claims or stores. The embedded database runs one at a time, and a hold may wait behind it. */
export const PER_STATEMENT = { postgres: 256, pglite: 64 } as const;
/** The part of them that webhooks on trial may have. */
const TRIALS_SHARE = 1 / 4;
/** Results that wait to be stored, from which on nothing is claimed. */
const UNSTORED = 1_024;

/** The share of the places left that one webhook may use: with 16 it may open up to 1/32 of the requests that are left. */
const OPEN_SHARE = OPEN / OPEN_PER_WEBHOOK;
const IN_HAND_SHARE = IN_HAND / IN_HAND_PER_WEBHOOK;

/** The deliveries that an instance has in hand. */
export interface Load {
  /** Deliveries whose request is open or waits to be opened. */
  readonly inHand: number;
  /** Those of webhooks on trial among them, and tests. */
  readonly onTrial: number;
  readonly tests: number;
  /** Deliveries whose result is not stored yet. */
  readonly unstored: number;
}

/** The most that one statement may claim. */
export interface ClaimLimits {
  /** Deliveries of proven webhooks. */
  readonly deliveries: number;
  /** Deliveries of one proven webhook in hand, with those that are there. */
  readonly perWebhook: number;
  /** Webhooks on trial, one delivery each. */
  readonly trials: number;
  readonly tests: number;
}

/**
 * Requests that one webhook may have open. It is a share of the places that others leave, so that the next webhook finds a
 * place while a hundred hang together (dynamic thresholds, Choudhury and Hahne, IEEE/ACM Transactions on Networking 6,
 * 1998).
 *
 * @param others requests to other webhooks that are open
 */
export function openLimit(others: number): number {
  return share(OPEN - others, OPEN_SHARE, OPEN_PER_WEBHOOK);
}

/** The limits of the next claim. That of one webhook is a share of what is left, too. */
export function claimLimits({ inHand, onTrial, tests, unstored }: Load, perStatement: number): ClaimLimits {
  if (unstored >= UNSTORED) return { deliveries: 0, perWebhook: 0, trials: 0, tests: 0 };
  return {
    deliveries: Math.max(0, Math.min(IN_HAND - inHand, perStatement)),
    perWebhook: share(IN_HAND - inHand, IN_HAND_SHARE, IN_HAND_PER_WEBHOOK),
    trials: Math.min(ON_TRIAL - onTrial, perStatement * TRIALS_SHARE),
    tests: TESTS - tests,
  };
}

function share(left: number, divisor: number, most: number): number {
  if (left <= 0) return 0;
  return Math.max(1, Math.min(most, Math.floor(left / divisor)));
}
