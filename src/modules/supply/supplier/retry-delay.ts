/** How the delays after consecutive failures grow, in milliseconds. */
export interface BackOff {
  /** The longest delay after the first failure. It doubles with each further one. */
  readonly baseMs: number;
  /** The longest delay of all. */
  readonly capMs: number;
}

/**
 * Delay before a failed request to a supplier is repeated, in milliseconds. A supplier that names the time from which it
 * may be asked again is asked at that time: neither earlier, which it forbids, nor later, because more delay helps no
 * one. Any other failure backs off: the delay is random between half of its longest value and all of it, so that requests
 * that failed together do not return together.
 *
 * @param failures number of consecutive failures, this one included
 * @param random in [0, 1)
 * @param retryAfterMs the wait that the supplier asked for. 0 or less names no time in the future, so the delay backs off
 */
export function retryDelayMs(
  failures: number,
  random: number,
  retryAfterMs: number | undefined,
  { baseMs, capMs }: BackOff,
): number {
  if (retryAfterMs !== undefined && retryAfterMs > 0) return retryAfterMs;
  const longestMs = Math.min(capMs, baseMs * 2 ** (failures - 1));
  return Math.ceil((longestMs * (1 + random)) / 2);
}
