let aheadMs = 0;

/** Learns from a `Date` header how far the server's clock is ahead of the visitor's, to within a second. */
export function learnServerClock(date: string | null): void {
  if (date === null) return;
  const measuredMs = Date.parse(date) + 500 - Date.now();
  // `Date` has whole seconds, so a change of less than a second may be rounding.
  if (Math.abs(measuredMs - aheadMs) > 1_000) aheadMs = measuredMs;
}

/** The server's clock: the page's estimate of the database's clock, which decides when a hold expires. */
export function serverNowMs(): number {
  return Date.now() + aheadMs;
}
