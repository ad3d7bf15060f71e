/** Bounds of the delays between attempts, in milliseconds. */
interface Bounds {
  readonly firstMs: number;
  readonly maxMs: number;
}

/**
 * Delay before the next attempt: doubled with each failure, and between half of that and all of it, so that many pages
 * do not return to a restarted server at one instant.
 *
 * @param failures attempts that have failed in a row before
 */
export function backOffMs(failures: number, { firstMs, maxMs }: Bounds, random: () => number = Math.random): number {
  return Math.min(firstMs * 2 ** failures, maxMs) * (0.5 + random() / 2);
}
