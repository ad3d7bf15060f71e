// Upgrades from the release before, and rolls back, under load:
//   npm run upgrade [-- --from REF] [--seed N]
// REF defaults to the newest tag, or else to the commit in test/upgrade/previous-release.json. It takes about three minutes.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { printReport } from '../faults/report.ts';
import { findPostgres } from '../support/database/services.ts';
import { checkOutPrevious } from './check-out-previous.ts';
import { upgradeUnderLoad } from './upgrade.ts';

const print = (line: string) => process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { from: { type: 'string' }, seed: { type: 'string' } } });
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
  const postgresUrl = await findPostgres();
  if (postgresUrl === undefined) throw new Error('There is no PostgreSQL. Start it, or set TEST_DATABASE_URL.');
  if (spawnSync('haproxy', ['-v']).error !== undefined) throw new Error('haproxy is not in the PATH. Install it.');
  await using previous = await checkOutPrevious(values.from);
  print(`seed ${seed}`);
  let broken = 0;
  for (const isControl of [false, true]) {
    broken += printReport(await upgradeUnderLoad(previous, { postgresUrl, seed, isControl }), print);
  }
  print(broken === 0 ? '\nNo promise was broken.' : `\n${broken} promises were broken; seed ${seed}.`);
  process.exitCode = broken === 0 ? 0 : 1;
}

await main().catch((error: Error) => {
  print(error.message);
  process.exitCode = 1;
});
