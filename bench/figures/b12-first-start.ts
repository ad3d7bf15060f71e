import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchRun, Figure, Findings, Goal, Measure } from '../figure.ts';
import { startNode, startServer } from '../processes/server-process.ts';
import { ratios } from '../rounds.ts';

export const firstStart: Figure = {
  name: 'b12',
  title: 'npm start on an empty directory, and again: time to the first answers ÷ the embedded database alone',
  measure,
};

interface Start {
  /** Time from the start of npm to the first 200 of /healthz. */
  readonly healthS: number;
  /** Time from the start of npm to the first list of free timeslots. */
  readonly listS: number;
}

const BARE_PGLITE = fileURLToPath(new URL('../peers/bare-pglite.ts', import.meta.url));

async function measure(run: BenchRun): Promise<Findings> {
  const first: Start[] = [];
  const second: Start[] = [];
  const bareFirstS: number[] = [];
  const bareSecondS: number[] = [];
  for (let round = 1; round <= run.rounds; round += 1) {
    const directory = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
    try {
      for (const [which, starts, bare] of [
        ['first start', first, bareFirstS],
        ['second start', second, bareSecondS],
      ] as const) {
        bare.push(await startBare(join(directory, 'bare')));
        const start = await startOnce(join(directory, 'holdfast'));
        starts.push(start);
        const seconds = [bare.at(-1), start.healthS, start.listS].map((value) => value?.toFixed(2)).join(', ');
        run.say(`round ${round} of ${run.rounds}, ${which}, s: ${seconds}`);
      }
    } finally {
      await rm(directory, { recursive: true });
    }
  }
  const healthS = (starts: readonly Start[]) => starts.map((start) => start.healthS);
  const empty: Goal = { kind: 'at most', value: 1.3 };
  const used: Goal = { kind: 'at most', value: 1.5 };
  return {
    measures: [
      { what: 'empty directory ÷ bare', unit: '', goal: empty, values: ratios(healthS(first), bareFirstS) },
      { what: 'again ÷ bare', unit: '', goal: used, values: ratios(healthS(second), bareSecondS) },
      { what: 'bare, an empty directory', unit: 's', values: bareFirstS },
      { what: 'bare, again', unit: 's', values: bareSecondS },
      toMeasure('an empty directory, to 200 of /healthz', first, 'healthS'),
      toMeasure('an empty directory, to a list of timeslots', first, 'listS'),
      toMeasure('the same directory, to 200 of /healthz', second, 'healthS'),
      toMeasure('the same directory, to a list of timeslots', second, 'listS'),
    ],
    notes: [
      'from the start of npm itself, with the embedded database and the sample data; the packages are installed',
      'bare: the embedded database in a process of its own, to the answer of its first query',
      'the second start follows a clean stop',
    ],
  };
}

/** Opens the embedded database alone. @returns the time to its first answer, in seconds */
async function startBare(directory: string): Promise<number> {
  const from = performance.now();
  await using _ = await startNode([BARE_PGLITE, directory], {});
  return (performance.now() - from) / 1_000;
}

function toMeasure(what: string, starts: readonly Start[], time: keyof Start): Measure {
  return { what, unit: 's', values: starts.map((start) => start[time]) };
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
