import { type Attempt, isDefinite, type Sending } from '../../support/bookings/booking-history.ts';

/** The time of a fault and of the recovery after it, by `performance.now()`. */
export interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** The answers that clients had while a fault lasted. */
export interface Observed {
  readonly sent: number;
  /** 503 of an instance or of the balancer. */
  readonly unavailable: number;
  /** No answer, or 502 or 504 of the balancer: the outcome is unknown. */
  readonly lost: number;
  readonly slowestMs: number;
  /** The longest time without a hold that succeeded. */
  readonly silenceMs: number;
}

export function observe(attempts: readonly Attempt[], { fromMs, untilMs }: Span): Observed {
  const sendings = attempts.flatMap((each) => each.sendings);
  const during = sendings.filter(({ sentMs, endedMs }) => endedMs >= fromMs && sentMs <= untilMs);
  return {
    sent: during.length,
    unavailable: during.filter(({ status }) => status === 503).length,
    lost: during.filter(isLost).length,
    slowestMs: Math.max(0, ...during.map(({ sentMs, endedMs }) => endedMs - sentMs)),
    silenceMs: longestSilenceMs(attempts, { fromMs, untilMs }),
  };
}

/** Whether the balancer lost the instance, or the client the balancer, while a request was in progress. */
export function isLost({ status }: Sending): boolean {
  return status === undefined || status === 502 || status === 504;
}

/** The longest time without a hold that succeeded, in milliseconds. */
export function longestSilenceMs(attempts: readonly Attempt[], { fromMs, untilMs }: Span): number {
  const times = attempts
    .filter(({ kind }) => kind === 'hold')
    .flatMap(({ sendings }) => sendings)
    .filter((each) => isDefinite(each) && each.status === 201 && each.endedMs > fromMs && each.endedMs < untilMs)
    .map(({ endedMs }) => endedMs)
    .sort((a, b) => a - b);
  const marks = [fromMs, ...times, untilMs];
  return Math.max(...marks.slice(1).map((mark, index) => mark - (marks[index] ?? mark)));
}

/** When the first hold that was sent after a moment succeeded; `undefined` if none has. */
export function firstHoldAfter(attempts: readonly Attempt[], afterMs: number): number | undefined {
  const done = attempts
    .filter(({ kind }) => kind === 'hold')
    .flatMap(({ sendings }) => sendings)
    .filter(({ status, sentMs }) => status === 201 && sentMs > afterMs)
    .map(({ endedMs }) => endedMs);
  return done.length === 0 ? undefined : Math.min(...done);
}
