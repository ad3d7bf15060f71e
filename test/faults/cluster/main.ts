// Injects faults into a cluster on loopback under load, and checks that no promise is broken:
//   npm run faults:cluster -- <rolling-restart | instance-loss | failover | outages | all> [--rounds N] [--ttl SECONDS] [--seed N] [--only WORDS] [--port N]
import { parseArgs } from 'node:util';
import { type FaultReport, printReport } from '../report.ts';
import { failover } from './failover.ts';
import { instanceLoss } from './instance-loss.ts';
import type { ClusterFaultOptions } from './options.ts';
import { outages } from './outages.ts';
import { rollingRestart } from './rolling-restart.ts';

const FAULTS: Readonly<Record<string, (options: ClusterFaultOptions) => Promise<FaultReport[]>>> = {
  'rolling-restart': rollingRestart,
  'instance-loss': instanceLoss,
  failover,
  outages,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string' },
    ttl: { type: 'string' },
    seed: { type: 'string' },
    only: { type: 'string' },
    port: { type: 'string' },
  },
});
const print = (line: string) => process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const [name = 'all'] = positionals;
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
  const options: ClusterFaultOptions = {
    seed,
    ...(values.rounds === undefined ? {} : { rounds: Number(values.rounds) }),
    ...(values.ttl === undefined ? {} : { ttlS: Number(values.ttl) }),
    ...(values.port === undefined ? {} : { basePort: Number(values.port) }),
    ...(values.only === undefined ? {} : { only: values.only }),
    say: (line) => print(`   ${line}`),
  };
  print(`seed ${seed}`);
  let broken = 0;
  for (const each of name === 'all' ? Object.keys(FAULTS) : [name]) {
    const fault = FAULTS[each];
    if (!fault) throw new Error(`There is no fault ${each}. Known faults: ${Object.keys(FAULTS).join(', ')}`);
    for (const report of await fault(options)) broken += printReport(report, print);
  }
  print(broken === 0 ? '\nNo promise was broken.' : `\n${broken} promises were broken; seed ${seed}.`);
  process.exitCode = broken === 0 ? 0 : 1;
}

await main();
