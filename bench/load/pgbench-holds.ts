import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Template } from '../stock/bench-database.ts';
import { CLIENTS, SLOTS, verifyHolds } from '../stock/hold-stock.ts';

/** The size of the server's pool. On two cores the rate is the same, within the noise, for 4 to 24 sessions. */
const SESSIONS = 10;
const WARM_UP_S = 2;
const COUNTED_S = 5;

export const PGBENCH_NOTE = `pgbench load: ${SESSIONS} sessions, -M prepared, hold_slots() for one slot per transaction; ${WARM_UP_S} s to warm up, ${COUNTED_S} s counted`;

/** The SQL function that the server calls, for one slot and one client at a time. */
const SCRIPT = `\\set slot random(1, ${SLOTS})
\\set client random(1, ${CLIENTS})
select * from hold_slots(array[:slot]::bigint[], array[:client]::bigint[], array[1], array[null]::int[], '[null]'::jsonb, interval '30 minutes', interval '0', null, null);
`;

/** Measures holds per second, one transaction each, without HTTP and without this program. */
export async function measurePgbenchHolds(template: Template): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  try {
    await using copy = await template.copy();
    const script = join(directory, 'hold.sql');
    await writeFile(script, SCRIPT);
    const warmUp = await runPgbench(copy.url, script, WARM_UP_S);
    const counted = await runPgbench(copy.url, script, COUNTED_S);
    await verifyHolds(copy.url, warmUp.transactions + counted.transactions);
    return counted.perSecond;
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function runPgbench(url: string, script: string, seconds: number) {
  const options = ['-n', '-M', 'prepared', '-f', script, '-c', String(SESSIONS), '-j', '2', '-T', String(seconds)];
  const { stdout } = await promisify(execFile)('pgbench', [...options, url]);
  const transactions = /^number of transactions actually processed: (\d+)/m.exec(stdout)?.[1];
  const perSecond = /^tps = ([\d.]+)/m.exec(stdout)?.[1];
  if (transactions === undefined || perSecond === undefined)
    throw new Error(`cannot read the output of pgbench:\n${stdout}`);
  return { transactions: Number(transactions), perSecond: Number(perSecond) };
}
