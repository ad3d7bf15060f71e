import type { BenchRun, Figure, Findings, Measure } from '../figure.ts';
import type { Outcome } from '../pulls/simulate-pulls.ts';
import {
  bestPossible,
  FLAT,
  POLICIES,
  type PolicyName,
  run as runDays,
  STEEP,
  shareInTime,
  worldOf,
} from '../pulls/supplier-days.ts';

export const plannerAgainstRoundRobin: Figure = {
  name: 'b11',
  title: 'reads answered within the target age: planner, earliest deadline, round robin, simulated',
  measure,
};

const NAMES = Object.keys(POLICIES) as PolicyName[];
const BANDS = [
  ['today', [0, 0]],
  ['days 1 to 7', [1, 7]],
  ['days 8 to 30', [8, 30]],
] as const;

async function measure(bench: BenchRun): Promise<Findings> {
  const outcomes = new Map<PolicyName, Outcome[]>(NAMES.map((name) => [name, []]));
  const flat: Outcome[] = [];
  const bounds: number[] = [];
  const flatBounds: number[] = [];
  for (let round = 1; round <= bench.rounds; round += 1) {
    const [steepWorld, flatWorld] = [worldOf(round, STEEP), worldOf(round, FLAT)];
    for (const name of NAMES) {
      const outcome = runDays(steepWorld, name);
      outcomes.get(name)?.push(outcome);
      bench.say(`round ${round} of ${bench.rounds}, ${name}, %: ${percent(shareInTime(outcome)).toFixed(2)}`);
    }
    flat.push(runDays(flatWorld, 'planner'));
    bounds.push(percent(bestPossible(steepWorld)));
    flatBounds.push(percent(bestPossible(flatWorld)));
  }
  const of = (name: PolicyName) => outcomes.get(name) ?? [];
  const planner = of('planner').map((outcome) => percent(shareInTime(outcome)));
  return {
    measures: [
      { what: 'planner', unit: '%', goal: { kind: 'at least', value: 99.5 }, values: planner },
      { what: 'best possible', unit: '%', values: bounds },
      ...NAMES.flatMap((name) => (name === 'planner' ? [] : [inTime(name, of(name))])),
      ...NAMES.flatMap((name) => BANDS.map(([band, days]) => inTime(`${name}, ${band}`, of(name), days))),
      ...NAMES.map((name) => oldest(name, of(name))),
      ...NAMES.map((name) => firstDay(name, of(name))),
      inTime('planner, flatter readers', flat),
      { what: 'best possible, flatter readers', unit: '%', values: flatBounds },
      {
        what: 'time of a decision of the planner',
        unit: 'µs',
        values: of('planner').map(({ decisionNs, pulls }) => decisionNs / pulls / 1_000),
      },
    ],
    notes: [
      '450 products, 31 dates, 43,200 pulls a day where the cadence requires 72,450; each product sells on 1 to 7 weekdays, which the policies do not know, and which change for some products during the run',
      '100,000 reads a day: products by Zipf with exponent 1.2, days ahead d by 1 / (1 + d), a date without sales a fiftieth as often as one with; flatter readers: exponent 1, a twentieth as often',
      'every policy starts without any data; two days are not counted, three are; each round has its own seed, the same for all policies',
      'best possible: pulls go to the partitions that are read most per pull, with all true rates known',
    ],
  };
}

function inTime(what: string, outcomes: readonly Outcome[], days?: readonly [number, number]): Measure {
  return { what, unit: '%', values: outcomes.map((outcome) => percent(shareInTime(outcome, days))) };
}

function oldest(name: PolicyName, outcomes: readonly Outcome[]): Measure {
  return {
    what: `${name}, greatest age`,
    unit: 'h',
    values: outcomes.map(({ oldestMs }) => Math.max(...oldestMs) / 3_600_000),
  };
}

function firstDay(name: PolicyName, outcomes: readonly Outcome[]): Measure {
  return {
    what: `${name}, first day`,
    unit: '%',
    values: outcomes.map(({ firstDayShare }) => percent(firstDayShare)),
  };
}

function percent(share: number): number {
  return 100 * share;
}
