import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import type { BenchRun } from './figure.ts';
import { figures } from './figures.ts';
import { formatMachine, formatReport, type Report, readMachine, reportOn } from './report.ts';

const USAGE = `npm run bench -- <name>... [--json] [--rounds N] [--profile DIR]

${figures.map(({ name, title }) => `  ${name.padEnd(5)}${title}`).join('\n')}
  all  all of them, one after another

  --json         print one JSON document (with npm run -s, because npm prints lines of its own)
  --rounds N     number of rounds; defaults to 5, and fewer give a first impression, not a figure
  --profile DIR  write CPU profiles of the servers under test
`;

type Env = Readonly<Record<string, string | undefined>>;

/** @returns the exit code: 0 when every goal is reached, 1 when one is missed, 2 when the usage is wrong */
export async function bench(args: string[], env: Env): Promise<number> {
  const request = readRequest(args);
  if (request === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  const machine = readMachine(loadavg()[0] ?? 0);
  const run: BenchRun = {
    rounds: request.rounds,
    postgresUrl: env.BENCH_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres',
    redisUrl: env.BENCH_REDIS_URL ?? 'redis://127.0.0.1:6379',
    syncProducts: Number(env.BENCH_SYNC_PRODUCTS ?? 450),
    profileDir: request.profileDir,
    say: (text) => process.stderr.write(`${text}\n`),
  };
  const reports: Report[] = [];
  for (const figure of request.figures) {
    run.say(`${figure.name}: ${figure.title}`);
    const report = reportOn(figure, await figure.measure(run));
    reports.push(report);
    if (!request.json) process.stdout.write(formatReport(report, run.rounds));
  }
  if (request.json) {
    process.stdout.write(`${JSON.stringify({ machine, rounds: run.rounds, figures: reports }, null, 2)}\n`);
  } else {
    process.stdout.write(`\n${formatMachine(machine)}`);
  }
  const missed = reports.some(({ measures }) => measures.some(({ verdict }) => verdict === 'missed'));
  return missed ? 1 : 0;
}

function readRequest(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '5' },
      profile: { type: 'string' },
    },
  });
  const rounds = Number(values.rounds);
  const isKnown = positionals.every((name) => name === 'all' || figures.some((figure) => figure.name === name));
  if (positionals.length === 0 || !isKnown || !Number.isInteger(rounds) || rounds < 1) return undefined;
  const chosen = figures.filter(({ name }) => positionals.includes('all') || positionals.includes(name));
  return { figures: chosen, rounds, json: values.json, profileDir: values.profile };
}
