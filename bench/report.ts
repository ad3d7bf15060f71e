import { availableParallelism, cpus } from 'node:os';
import type { Figure, Findings, Goal, Measure } from './figure.ts';
import { type Summary, summarise } from './rounds.ts';

/** Fewer rounds give a first impression, not a figure. */
const MIN_ROUNDS = 5;

export type Verdict = 'reached' | 'missed';

export interface ReportedMeasure extends Measure, Summary {
  /** Absent without a goal. */
  readonly verdict?: Verdict;
}

export interface Report {
  readonly name: string;
  readonly title: string;
  readonly measures: readonly ReportedMeasure[];
  readonly notes: readonly string[];
}

export function reportOn({ name, title }: Figure, { measures, notes }: Findings): Report {
  return { name, title, measures: measures.map(judge), notes };
}

function judge(measure: Measure): ReportedMeasure {
  const summary = summarise(measure.values);
  if (measure.goal === undefined) return { ...measure, ...summary };
  return { ...measure, ...summary, verdict: meets(measure.goal, summary) ? 'reached' : 'missed' };
}

function meets({ kind, value }: Goal, { median, min, max }: Summary): boolean {
  switch (kind) {
    case 'at least':
      return median >= value;
    case 'at most':
      return median <= value;
    case 'exactly':
      return min === value && max === value;
  }
}

export interface Machine {
  readonly cores: number;
  readonly model: string;
  readonly node: string;
  readonly loadBefore: number;
}

export function readMachine(loadBefore: number): Machine {
  return {
    cores: availableParallelism(),
    model: cpus()[0]?.model.trim() ?? 'unknown',
    node: process.version,
    loadBefore,
  };
}

/** A report as a table for people. */
export function formatReport({ name, title, measures, notes }: Report, rounds: number): string {
  const rows = [['', 'goal', 'median', 'min', 'max', ''], ...measures.map(toRow)];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    return `  ${cells.join('  ')}`.trimEnd();
  });
  const warning = rounds < MIN_ROUNDS ? [`Only ${rounds} of at least ${MIN_ROUNDS} rounds`] : [];
  const remarks = [...warning, ...notes].map((note) => `  - ${note}`);
  return `\n${name.toUpperCase()}: ${title}\n${lines.join('\n')}\n${remarks.join('\n')}\n`;
}

function toRow({ what, unit, goal, median, min, max, verdict }: ReportedMeasure): string[] {
  const label = unit === '' ? what : `${what}, ${unit}`;
  return [label, goal ? formatGoal(goal) : '', ...[median, min, max].map(formatNumber), verdict ?? ''];
}

function formatGoal({ kind, value }: Goal): string {
  const sign = { 'at least': '≥', 'at most': '≤', exactly: '=' }[kind];
  return `${sign} ${value.toLocaleString('en')}`;
}

/** Three significant digits, or all digits before the point. */
function formatNumber(value: number): string {
  const digits = Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function formatMachine({ cores, model, node, loadBefore }: Machine): string {
  return `${cores} cores (${model}), Node ${node}, load average before ${loadBefore.toFixed(1)}\n`;
}
