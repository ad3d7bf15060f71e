import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { FAULTS, HEALTHY, type SeriesValues } from '../support/observability/alert-cases.ts';
import { isInstalled } from '../support/server/installed.ts';

const RULES = fileURLToPath(new URL('../../deploy/prometheus/alerts.yml', import.meta.url));

interface Case {
  readonly name: string;
  readonly series: SeriesValues;
  /** At a time, the alerts that fire. */
  readonly fires: Readonly<Record<string, readonly string[]>>;
}

/** Runs unit tests of rules, with series that hold a value a minute. @returns the complaints of promtool; none if all is well */
async function testRules(cases: readonly Case[]): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-rules-'));
  const tests = cases.map(({ name, series, fires }) => ({
    name,
    interval: '1m',
    input_series: Object.entries(series)
      .filter(([, values]) => values !== '')
      .map(([key, values]) => ({ series: key, values })),
    promql_expr_test: Object.entries(fires).map(([at, alerts]) => ({
      expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
      eval_time: at,
      exp_samples: alerts.map((alertname) => ({ labels: `{alertname="${alertname}"}`, value: 1 })),
    })),
  }));
  const file = join(directory, 'rules.test.json');
  await writeFile(file, JSON.stringify({ rule_files: [RULES], evaluation_interval: '1m', tests }));
  try {
    await promisify(execFile)('promtool', ['test', 'rules', file]);
    return '';
  } catch (error) {
    return (error as { stderr: string }).stderr;
  } finally {
    await rm(directory, { recursive: true });
  }
}

describe.skipIf(!isInstalled('promtool'))('alerts', () => {
  it('every alert has a fault that fires it', async () => {
    const names = [...(await readFile(RULES, 'utf8')).matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
    expect(Object.keys(FAULTS)).toEqual(names);
  });

  it('no alert fires while everything works', async () => {
    const times = ['1m', '5m', '15m', '1h', '2h', '3h'];
    const fires = Object.fromEntries(times.map((at) => [at, []]));
    expect(await testRules([{ name: 'healthy', series: HEALTHY, fires }])).toBe('');
  });

  it('every alert fires on its fault, alone, and not before the fault', async () => {
    const cases = Object.entries(FAULTS).map(([alert, { at, series }]) => ({
      name: alert,
      series: { ...HEALTHY, ...series },
      fires: { '0m': [], [at]: [alert] },
    }));
    expect(await testRules(cases)).toBe('');
  });

  it('control: an alert that fires without a fault is found', async () => {
    const fires = { '3h': ['HoldfastDown'] };
    expect(await testRules([{ name: 'healthy', series: HEALTHY, fires }])).toContain('HoldfastDown');
  });
});
