/** A write of a key. Times are by `performance.now()`. The versions of a key are 1, 2, 3, … in commit order. */
export interface Write {
  readonly version: number;
  /** The instance that wrote; `undefined` for another program. */
  readonly instance: number | undefined;
  readonly invokedAt: number;
  readonly returnedAt: number;
}

/** A read of the same key. */
export interface Read {
  readonly instance: number;
  /** Version in the answer; 0 when the answer says that nothing has the key. */
  readonly version: number;
  readonly ageMs: number;
  /** The requested bound, in milliseconds. */
  readonly boundMs: number;
  readonly invokedAt: number;
  readonly returnedAt: number;
  /** Whether it began after the last write, and after every change had arrived. */
  readonly afterQuiet: boolean;
  /** Origin of the answer and reason, as the answer reports them. */
  readonly from: string;
}

/** The result of one check of one read. */
export interface Verdict {
  readonly check: keyof typeof FRESHNESS_CHECKS;
  readonly ok: boolean;
  /** The read, for a report of a failure. */
  readonly what: string;
}

export const FRESHNESS_CHECKS = {
  own: 'a read sees every write that its own instance answered before',
  others: 'a read sees every write of any program after 1 s',
  age: 'an answer is no older than its age',
  bound: 'the age of an answer is within the bound',
  future: 'no read sees a version before its write began',
  quiet: 'a read after quiet sees the version in the table',
} as const;

const ELSEWHERE_MS = 1_000;
/** Ages pass through Redis on the database's clock. It agrees with this process's clock to well below this. */
const CLOCK_ERROR_MS = 1;

/**
 * Judges every read of one key. A write takes effect between its invocation and its return; an answer is served between
 * the invocation and the return of its read, so an age counts back from the invocation. Both choices err towards
 * silence: whatever is reported is wrong at every possible order of the events.
 */
export function judgeFreshness(writes: readonly Write[], reads: readonly Read[], stored: number): Verdict[] {
  const writtenBefore = (time: number, by?: number) =>
    Math.max(0, ...writes.filter((w) => w.returnedAt < time && (by ?? w.instance) === w.instance).map(versionOf));
  return reads.flatMap((read) => {
    const { instance, version, ageMs, boundMs, invokedAt, returnedAt, from } = read;
    const answer = `version ${version} on ${instance} (${from}), age ${ageMs.toFixed(1)} ms, bound ${boundMs} ms`;
    const atLeast = (check: Verdict['check'], least: number): Verdict => {
      return { check, ok: version >= least, what: `${answer}, when ${least} had been written` };
    };
    const begun = Math.max(0, ...writes.filter((write) => write.invokedAt < returnedAt).map(versionOf));
    const verdicts: Verdict[] = [
      atLeast('own', writtenBefore(invokedAt, instance)),
      atLeast('others', writtenBefore(invokedAt - ELSEWHERE_MS)),
      atLeast('age', writtenBefore(invokedAt - ageMs - CLOCK_ERROR_MS)),
      { check: 'bound', ok: ageMs <= boundMs + (returnedAt - invokedAt) + CLOCK_ERROR_MS, what: answer },
      { check: 'future', ok: version <= begun, what: `${answer}, when only ${begun} had been begun` },
    ];
    if (read.afterQuiet) {
      verdicts.push({ check: 'quiet', ok: version === stored, what: `${answer}, when the table has ${stored}` });
    }
    return verdicts;
  });
}

function versionOf({ version }: Write): number {
  return version;
}
