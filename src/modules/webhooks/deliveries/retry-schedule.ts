const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** The time from each failed attempt to the next: those of the Standard Webhooks specification 1.0. */
const DELAYS_MS = [
  5_000,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];
const SPREAD = 0.1;
const MAX_RETRY_AFTER_MS = 24 * HOUR_MS;

/**
 * The time to wait after a failed attempt, in milliseconds; `undefined` after the last.
 *
 * @param attempts the number of attempts so far, this one included
 * @param retryAfterMs the time that the receiver asked for; it may lengthen the wait, up to a day, and never shortens it
 * @param random a number from 0 to 1, which spreads attempts that failed together
 */
export function retryDelayMs(
  attempts: number,
  retryAfterMs: number | undefined,
  random: () => number = Math.random,
): number | undefined {
  const delayMs = DELAYS_MS[attempts - 1];
  if (delayMs === undefined) return undefined;
  const spread = delayMs * (1 + SPREAD * (2 * random() - 1));
  return Math.round(Math.max(spread, Math.min(retryAfterMs ?? 0, MAX_RETRY_AFTER_MS)));
}
