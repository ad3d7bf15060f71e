let aheadMs = 0;

/** Learns from an answer's `Date` how far the server's clock is ahead of the visitor's; off by a second at most. */
export function learnServerClock(date: string | null): void {
  if (date === null) return;
  const learned = Date.parse(date) + 500 - Date.now();
  // `Date` has whole seconds: what is within one says nothing new.
  if (Math.abs(learned - aheadMs) > 1_000) aheadMs = learned;
}

/** What the server's clock shows. Holds end by it. */
export function serverNowMs(): number {
  return Date.now() + aheadMs;
}
