import { type Finding, fail, ok, warn } from './check.ts';

/** Clocks that are kept by NTP differ by less. */
const WARN_MS = 2_000;
/** Leeway of tokens, and a tenth of what receivers of webhooks tolerate. */
const FAIL_MS = 30_000;

/**
 * Compares the clock of another machine with the one of this host.
 *
 * @param read reads the other clock, in milliseconds since 1970
 * @param precisionMs of that clock
 */
export async function checkClock(owner: string, read: () => Promise<number>, precisionMs = 0): Promise<Finding> {
  const before = Date.now();
  const theirs = await read();
  const after = Date.now();
  // Their clock was read at some moment between, so no more than what lies outside is known to be a difference.
  const ahead = Math.max(theirs - after, 0) - Math.max(before - theirs - precisionMs, 0);
  const name = `clock of ${owner}`;
  if (Math.abs(ahead) <= WARN_MS) return ok(name, 'within 2 s of the clock of this host');
  const text =
    `${(Math.abs(ahead) / 1_000).toFixed(1)} s ${ahead > 0 ? 'ahead of' : 'behind'} the clock of this host. ` +
    'Keep both by NTP. Holds are decided by the clock of the database alone; signatures of webhooks and logs use this one.';
  return Math.abs(ahead) <= FAIL_MS ? warn(name, text) : fail(name, text);
}
