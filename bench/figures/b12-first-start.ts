import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchRun, Figure, Findings, Goal, Measure } from '../figure.ts';
import { startServer } from '../processes/server-process.ts';

export const firstStart: Figure = {
  name: 'b12',
  title: 'npm start on an empty directory, and again: time to the first answers',
  measure,
};

interface Start {
  /** Time from the start of npm to the first 200 of /healthz. */
  readonly healthS: number;
  /** Time from the start of npm to the first list of free timeslots. */
  readonly listS: number;
}

async function measure(run: BenchRun): Promise<Findings> {
  const first: Start[] = [];
  const second: Start[] = [];
  for (let round = 1; round <= run.rounds; round += 1) {
    const directory = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
    try {
      for (const starts of [first, second]) {
        const start = await startOnce(directory);
        starts.push(start);
        const which = starts === first ? 'first start' : 'second start';
        run.say(`round ${round} of ${run.rounds}, ${which}, s: ${start.healthS.toFixed(2)}, ${start.listS.toFixed(2)}`);
      }
    } finally {
      await rm(directory, { recursive: true });
    }
  }
  const empty: Goal = { kind: 'at most', value: 6 };
  const used: Goal = { kind: 'at most', value: 1.5 };
  return {
    measures: [
      toMeasure('an empty directory, to 200 of /healthz', empty, first, 'healthS'),
      toMeasure('an empty directory, to a list of timeslots', empty, first, 'listS'),
      toMeasure('the same directory, to 200 of /healthz', used, second, 'healthS'),
      toMeasure('the same directory, to a list of timeslots', used, second, 'listS'),
    ],
    notes: [
      'from the start of npm itself, with the embedded database and the sample data; the packages are installed',
      'the second start follows a clean stop',
    ],
  };
}

function toMeasure(what: string, goal: Goal, starts: readonly Start[], time: keyof Start): Measure {
  return { what, unit: 's', goal, values: starts.map((start) => start[time]) };
}

async function startOnce(directory: string): Promise<Start> {
  const from = performance.now();
  const elapsedS = () => (performance.now() - from) / 1_000;
  const env = { ...shellEnvironment(process.env), PORT: '0', HOLDFAST_DATA_DIR: directory };
  await using server = await startServer({ command: 'npm', args: ['start'], env });
  await expect200(new URL('/healthz', server.address));
  const healthS = elapsedS();
  await expect200(new URL('/client/getProviderAvailability?provider_id=1', server.address));
  return { healthS, listS: elapsedS() };
}

async function expect200(url: URL): Promise<void> {
  const response = await fetch(url);
  const body = await response.text();
  if (response.status !== 200) throw new Error(`${url.pathname} was answered ${response.status}: ${body}`);
}

/** The environment without the variables that `npm run` adds, and without settings of the program. */
function shellEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own = /^(npm_|INIT_CWD$|NODE$|COLOR$|HOST$|PORT$|DATABASE_URL$|REDIS_URL$|HOLDFAST_|AUTH$|LOG_LEVEL$)/;
  const kept = Object.entries(env).filter(([name]) => !own.test(name));
  const path = (env.PATH ?? '').split(':').filter((each) => !/node_modules\/\.bin$|node-gyp-bin$/.test(each));
  return { ...Object.fromEntries(kept), PATH: path.join(':') };
}
