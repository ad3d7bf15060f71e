import { createClient } from '../../client/index.ts';
import type { BenchRun, Figure, Findings, Goal } from '../figure.ts';
import { PROGRAM, type ServerProcess, startNode } from '../processes/server-process.ts';
import { takeTurns } from '../rounds.ts';
import { openTemplate } from '../stock/bench-database.ts';
import { countUnended, EXPIRY_STOCK, type ExpiringHolds, HOLDS, insertExpiringHolds } from '../stock/expiring-holds.ts';

export const expiryOfManyHolds: Figure = {
  name: 'b16',
  title: `${HOLDS.toLocaleString('en')} holds that expire in the same second, until the end of the last is announced`,
  measure,
};

const WITHIN: Goal = { kind: 'at most', value: 1 };
const INSTANCES = [1, 3];
const SPREADS = [
  { name: 'spread over a second', spreadMs: 1_000, goal: WITHIN },
  { name: 'all at one instant', spreadMs: 0 },
];
const GIVE_UP_MS = 30_000;

async function measure(run: BenchRun): Promise<Findings> {
  await using template = await openTemplate(run.postgresUrl, EXPIRY_STOCK);
  await using stack = new AsyncDisposableStack();
  const sides = [];
  for (const instances of INSTANCES) {
    const { url } = stack.use(await template.copy());
    const servers: ServerProcess[] = [];
    for (let n = 0; n < instances; n += 1) servers.push(stack.use(await startServer(url, run)));
    const [server] = servers;
    if (!server) throw new Error('there is no server');
    for (const { name, spreadMs, goal } of SPREADS) {
      sides.push({
        name: `${name}, ${instances === 1 ? 'one instance' : `${instances} instances`}`,
        goal,
        measure: () => announceEnds(server.address, url, spreadMs),
      });
    }
  }
  const values = await takeTurns(run.rounds, sides, run.say);
  return {
    measures: sides.map(({ name, goal }, at) => ({
      what: name,
      unit: 's',
      ...(goal ? { goal } : {}),
      values: values[at] ?? [],
    })),
    notes: [
      'seconds from the last expires_at until a client of the event stream has the last event of an expired reservation',
      `the holds are of one unit, on ${HOLDS.toLocaleString('en')} slots; the client listens to one of the instances`,
      'verified in each round: the end of every hold arrives once, none before its second; no hold is left, and the history has its expires_at',
    ],
  };
}

function startServer(url: string, run: BenchRun): Promise<ServerProcess> {
  // The sweep takes no part: it does not run again before the figure ends.
  const env = { DATABASE_URL: url, HOST: '127.0.0.1', PORT: '0', SWEEP_EVERY: '24h', LOG_LEVEL: 'warn' };
  return startNode([PROGRAM, 'serve'], env, run.profileDir);
}

/** Lets holds expire. @returns seconds from the expiry of the last hold until its end was announced */
async function announceEnds(address: URL, url: string, spreadMs: number): Promise<number> {
  const stopped = new AbortController();
  const timer = setTimeout(() => stopped.abort(), GIVE_UP_MS);
  try {
    const events = createClient({ baseUrl: address.origin }).events({
      topics: ['reservations'],
      signal: stopped.signal,
    });
    await events.next();
    const holds = await insertExpiringHolds(url, spreadMs);
    const endedMs = await readEnds(events, holds, spreadMs);
    const unended = await countUnended(url);
    if (unended > 0) throw new Error(`${unended} holds have not ended at their expiry`);
    return (endedMs - holds.lastMs) / 1_000;
  } finally {
    clearTimeout(timer);
    stopped.abort();
  }
}

/** Reads events until every hold has ended. @returns when the last of them arrived, in milliseconds since 1970 */
async function readEnds(
  events: ReturnType<ReturnType<typeof createClient>['events']>,
  { ids, lastMs }: ExpiringHolds,
  spreadMs: number,
): Promise<number> {
  const ended = new Set<number>();
  for await (const { type, data } of events) {
    if (type !== 'reservation' || data.status !== 'expired' || !ids.has(data.reservation_id)) continue;
    if (Date.now() < lastMs - spreadMs - 1) throw new Error('the end of a hold arrived before it expired');
    if (ended.has(data.reservation_id)) throw new Error(`the end of hold ${data.reservation_id} arrived twice`);
    ended.add(data.reservation_id);
    if (ended.size === ids.size) return Date.now();
  }
  throw new Error(`the ends of ${ids.size - ended.size} holds did not arrive within ${GIVE_UP_MS} ms`);
}
