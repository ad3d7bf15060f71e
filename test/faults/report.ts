import {
  type Attempt,
  type Finding,
  isDefinite,
  judgeHistory,
  type Stored,
} from '../support/bookings/booking-history.ts';
import { plantLosses } from '../support/bookings/injected-losses.ts';

/** What a fault left behind: how often each promise was put to the test, and how often it was broken. */
export interface FaultReport {
  readonly title: string;
  readonly findings: readonly Finding[];
  /** Figures worth knowing, in words. */
  readonly facts: readonly string[];
}

/** The checks of a history, and whether they would have told of a lie in this very history. */
export function judge(attempts: readonly Attempt[], stored: Stored): Finding[] {
  const planted = plantLosses(attempts, stored);
  const blind = planted.filter((lie) => {
    const finding = judgeHistory(lie.attempts, lie.stored).find(({ check }) => check === lie.check);
    return finding?.breaches.length === 0;
  });
  const control: Finding = {
    check: 'control: a lie planted in this history is found',
    trials: planted.length,
    breaches: blind.map(({ check }) => check),
  };
  return [...judgeHistory(attempts, stored), control];
}

/** Figures of a history that nothing is promised about. */
export function factsOf(attempts: readonly Attempt[], stored: Stored): string[] {
  const sendings = attempts.flatMap((each) => each.sendings);
  const counts = Map.groupBy(sendings, ({ status }) => (status === undefined ? 'no answer' : String(status)));
  const byStatus = [...counts].map(([status, each]) => `${status}: ${each.length}`).sort();
  const slowest = sendings.reduce((most, { sentMs, endedMs }) => Math.max(most, endedMs - sentMs), 0);
  const unsure = attempts.filter((each) => each.sendings.some((sending) => !isDefinite(sending)));
  const buyers = new Set(stored.reservations.map((each) => each.client_id));
  const lost503 = unsure.filter((each) => each.key === undefined && each.sendings[0]?.status === 503);
  const done503 = lost503.filter((each) => each.kind === 'hold' && buyers.has(each.clientId)).length;
  const keyed = unsure.filter(({ key }) => key !== undefined).length;
  return [
    `${attempts.length} requests of ${sendings.length} sendings; answers ${byStatus.join(', ')}; slowest ${Math.round(slowest)} ms`,
    `${unsure.length} of unknown outcome, ${keyed} of them with a key; ${done503} holds without one took effect though told 503`,
  ];
}

/** A finding that is not about a history: every trial is a word of what happened, and whether it was as promised. */
export function finding(check: string, trials: readonly { readonly ok: boolean; readonly what: string }[]): Finding {
  return { check, trials: trials.length, breaches: trials.filter(({ ok }) => !ok).map(({ what }) => what) };
}

/** The smallest, the middle and the largest, in milliseconds. */
export function spread(figures: readonly number[]): string {
  const sorted = [...figures].sort((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN);
  return `${at(0)} / ${at(0.5)} / ${at(1)} ms (min / median / max of ${sorted.length})`;
}

/** Prints a report as a table of zeros. @returns how many promises were broken */
export function tell({ title, findings, facts }: FaultReport, say: (line: string) => void): number {
  say(`\n== ${title}`);
  for (const fact of facts) say(`   ${fact}`);
  const width = Math.max(...findings.map(({ check }) => check.length));
  say(`   ${'promise'.padEnd(width)}  ${'trials'.padStart(8)}  broken`);
  for (const { check, trials, breaches } of findings) {
    say(`   ${check.padEnd(width)}  ${String(trials).padStart(8)}  ${String(breaches.length).padStart(6)}`);
    for (const breach of breaches.slice(0, 5)) say(`     BROKEN ${breach.slice(0, 800)}`);
  }
  return findings.reduce((sum, { breaches }) => sum + breaches.length, 0);
}
