import {
  type Attempt,
  type Finding,
  isDefinite,
  judgeHistory,
  type Stored,
} from '../support/bookings/booking-history.ts';
import { injectLosses } from '../support/bookings/injected-losses.ts';

/** The result of one fault: how often each promise was tested, and how often it was broken. */
export interface FaultReport {
  readonly title: string;
  readonly findings: readonly Finding[];
  /** Sentences with figures that nothing is promised about. */
  readonly facts: readonly string[];
}

/** The checks of a history, and the control that they find losses that are injected into this very history. */
export function judge(attempts: readonly Attempt[], stored: Stored): Finding[] {
  const losses = injectLosses(attempts, stored);
  const missed = losses.filter((loss) => {
    const finding = judgeHistory(loss.attempts, loss.stored).find(({ check }) => check === loss.check);
    return finding?.breaches.length === 0;
  });
  const control: Finding = {
    check: 'control: a loss that is injected into this history is found',
    trials: losses.length,
    breaches: missed.map(({ check }) => check),
  };
  return [...judgeHistory(attempts, stored), control];
}

/** Sentences with figures of a history. */
export function factsOf(attempts: readonly Attempt[], stored: Stored): string[] {
  const sendings = attempts.flatMap((each) => each.sendings);
  const counts = Map.groupBy(sendings, ({ status }) => (status === undefined ? 'no answer' : String(status)));
  const byStatus = [...counts].map(([status, each]) => `${status}: ${each.length}`).sort();
  const slowest = sendings.reduce((most, { sentMs, endedMs }) => Math.max(most, endedMs - sentMs), 0);
  const unknown = attempts.filter((each) => each.sendings.some((sending) => !isDefinite(sending)));
  const buyers = new Set(stored.reservations.map((each) => each.client_id));
  const unkeyed503 = unknown.filter((each) => each.key === undefined && each.sendings[0]?.status === 503);
  const done503 = unkeyed503.filter((each) => each.kind === 'hold' && buyers.has(each.clientId)).length;
  const keyed = unknown.filter(({ key }) => key !== undefined).length;
  return [
    `${attempts.length} requests in ${sendings.length} sendings; answers ${byStatus.join(', ')}; slowest ${Math.round(slowest)} ms`,
    `${unknown.length} of unknown outcome, ${keyed} of them with a key; ${done503} holds without a key took effect although the answer was 503`,
  ];
}

/** A finding from trials that are not part of a history: each says what happened and whether that was as promised. */
export function finding(check: string, trials: readonly { readonly ok: boolean; readonly what: string }[]): Finding {
  return { check, trials: trials.length, breaches: trials.filter(({ ok }) => !ok).map(({ what }) => what) };
}

/** Minimum, median and maximum, in milliseconds. */
export function spread(figures: readonly number[]): string {
  const sorted = [...figures].sort((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN);
  return `${at(0)} / ${at(0.5)} / ${at(1)} ms (min / median / max of ${sorted.length})`;
}

/** Prints a report as a table. @returns how many promises were broken */
export function printReport({ title, findings, facts }: FaultReport, print: (line: string) => void): number {
  print(`\n== ${title}`);
  for (const fact of facts) print(`   ${fact}`);
  const width = Math.max(...findings.map(({ check }) => check.length));
  print(`   ${'promise'.padEnd(width)}  ${'trials'.padStart(8)}  broken`);
  for (const { check, trials, breaches } of findings) {
    print(`   ${check.padEnd(width)}  ${String(trials).padStart(8)}  ${String(breaches.length).padStart(6)}`);
    for (const breach of breaches.slice(0, 5)) print(`     BROKEN ${breach.slice(0, 800)}`);
  }
  return findings.reduce((sum, { breaches }) => sum + breaches.length, 0);
}
