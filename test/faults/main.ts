// Injects faults under load and checks that no promise is broken:
//   npm run faults -- <budget | crash | database | freshness | frozen | redis | rolling-restart | storage | workers | write-back | all> [--rounds N] [--races N] [--seed N] [--only WORDS]
import { parseArgs } from 'node:util';
import { findPostgres } from '../support/database/services.ts';
import { budget } from './budget.ts';
import { crash } from './crash.ts';
import { database } from './database.ts';
import { freshness } from './freshness.ts';
import { frozen } from './frozen.ts';
import type { FaultOptions } from './options.ts';
import { redis } from './redis.ts';
import { type FaultReport, printReport } from './report.ts';
import { rollingRestart } from './rolling-restart.ts';
import { storage } from './storage.ts';
import { workers } from './workers.ts';
import { writeBack } from './write-back.ts';

const FAULTS: Readonly<Record<string, (options: FaultOptions) => Promise<FaultReport[]>>> = {
  budget,
  crash,
  database,
  freshness,
  frozen,
  redis,
  'rolling-restart': rollingRestart,
  storage,
  workers,
  'write-back': writeBack,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string' },
    races: { type: 'string' },
    seed: { type: 'string' },
    only: { type: 'string' },
  },
});
const print = (line: string) => process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const [name = 'all'] = positionals;
  const chosen = name === 'all' ? Object.keys(FAULTS) : [name];
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  const races = values.races === undefined ? undefined : Number(values.races);
  const postgresUrl = await findPostgres();
  print(
    `seed ${seed}; ${postgresUrl === undefined ? 'there is no PostgreSQL, so faults that need it are skipped' : 'on PostgreSQL'}`,
  );
  let broken = 0;
  for (const each of chosen) {
    const fault = FAULTS[each];
    if (!fault) throw new Error(`There is no fault ${each}. Known faults: ${Object.keys(FAULTS).join(', ')}`);
    for (const report of await fault({ seed, rounds, races, postgresUrl, only: values.only })) {
      broken += printReport(report, print);
    }
  }
  print(broken === 0 ? '\nNo promise was broken.' : `\n${broken} promises were broken; seed ${seed}.`);
  process.exitCode = broken === 0 ? 0 : 1;
}

await main();
