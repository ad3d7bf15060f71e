/** A write of one key, by `performance.now()`. Versions of a key are 1, 2, 3, … in the order of their commits. */
export interface Write {
  readonly version: number;
  /** The instance that wrote; `undefined`: another program. */
  readonly instance: number | undefined;
  readonly invokedAt: number;
  readonly returnedAt: number;
}

/** An answer about the same key. */
export interface Read {
  readonly instance: number;
  /** 0: that there is nothing. */
  readonly version: number;
  readonly ageMs: number;
  /** The bound that was asked for. */
  readonly boundMs: number;
  readonly invokedAt: number;
  readonly returnedAt: number;
  /** Whether it began when all was written, and all that was written had been told. */
  readonly afterQuiet: boolean;
  /** Where it says it came from, and why. */
  readonly from: string;
}

/** What was promised of one read, and what would be wrong about it. */
export interface Verdict {
  readonly check: keyof typeof FRESHNESS_CHECKS;
  readonly ok: boolean;
  readonly what: string;
}

export const FRESHNESS_CHECKS = {
  own: 'C1: what this instance wrote before is seen',
  others: 'C1: what anybody wrote is seen after 1 s',
  age: 'C2: it is no older than its age says',
  bound: 'C2: its age is within the bound',
  future: 'nothing is seen before it is written',
  quiet: 'C3: after quiet it is what the table says',
} as const;

const ELSEWHERE_MS = 1_000;
/** Ages pass through Redis on the database's clock, which is not this process's; they agree to well below this. */
const CLOCKS_MS = 1;

/**
 * Judges every read of one key. A write has taken effect by the time it returns and not before it is invoked; an answer
 * was served at some moment of its read, so whatever its age says is counted back from the read's invocation. Both err
 * towards silence: what is reported is wrong whatever the moments were.
 */
export function judgeFreshness(writes: readonly Write[], reads: readonly Read[], stored: number): Verdict[] {
  const done = (before: number, by?: number) =>
    Math.max(0, ...writes.filter((w) => w.returnedAt < before && (by ?? w.instance) === w.instance).map(versionOf));
  return reads.flatMap((read) => {
    const { instance, version, ageMs, boundMs, invokedAt, returnedAt, from } = read;
    const told = `version ${version} on ${instance} (${from}), said to be ${ageMs.toFixed(1)} ms old for ${boundMs} ms`;
    const atLeast = (check: Verdict['check'], least: number): Verdict => {
      return { check, ok: version >= least, what: `${told}, when ${least} had been written` };
    };
    const begun = Math.max(0, ...writes.filter((write) => write.invokedAt < returnedAt).map(versionOf));
    const verdicts: Verdict[] = [
      atLeast('own', done(invokedAt, instance)),
      atLeast('others', done(invokedAt - ELSEWHERE_MS)),
      atLeast('age', done(invokedAt - ageMs - CLOCKS_MS)),
      { check: 'bound', ok: ageMs <= boundMs + (returnedAt - invokedAt) + CLOCKS_MS, what: told },
      { check: 'future', ok: version <= begun, what: `${told}, when only ${begun} had been begun` },
    ];
    if (read.afterQuiet) {
      verdicts.push({ check: 'quiet', ok: version === stored, what: `${told}, when the table says ${stored}` });
    }
    return verdicts;
  });
}

function versionOf({ version }: Write): number {
  return version;
}
