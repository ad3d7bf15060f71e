// Sends bad input to a server in a process of its own, over real sockets, and judges every answer:
//   npm run fuzz -- [--cases 100000] [--seed N] [--from N] [--embedded]
// Ends with 1 when anything of the contract was broken, and tells how to see it again.
import { parseArgs } from 'node:util';
import { seededRandom } from '../../src/platform/seeded-random.ts';
import { createEmbedded, createOnPostgres, type OwnDatabase } from '../support/database/own-database.ts';
import { findPostgres } from '../support/database/services.ts';
import { brokenInvariants } from '../support/database/stored-invariants.ts';
import {
  plain,
  prepareWorld,
  type RunResult,
  readSurface,
  runCases,
  type Send,
  tellViolation,
} from '../support/requests/bad-input-run.ts';
import { brokenByAttack, brokenByBytes, mutatedBytes, RAW_ATTACKS } from '../support/requests/malformed-requests.ts';
import { sendOverSockets } from '../support/requests/senders.ts';
import { slowRequests } from '../support/requests/slow-requests.ts';
import { type ChildServer, startChildServer } from '../support/server/child-server.ts';
import { ANSWER_WITHIN_MS } from '../support/server/contract.ts';

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '100000' },
    seed: { type: 'string' },
    from: { type: 'string', default: '0' },
    embedded: { type: 'boolean', default: false },
  },
});
const SEED = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const CASES = Number(values.cases);
const CONCURRENCY = 8;
/** One in so many cases is a connection with broken bytes. */
const RAW_SHARE = 50;
const MOST_VIOLATIONS = 20;
const say = (line: string) => process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const url = values.embedded ? undefined : await findPostgres();
  await using database = url === undefined ? await createEmbedded() : await createOnPostgres(url);
  say(`seed ${SEED}, ${CASES} cases from ${values.from}, on ${database.kind}`);
  let broken: string[];
  {
    await using server = await startChildServer(database.env);
    broken = await fuzz(server);
    server.signal('SIGTERM');
    await server.gone();
  }
  broken.push(...(await brokenTables(database)));
  for (const each of broken) say(each);
  say(broken.length === 0 ? 'Nothing of the contract was broken.' : `${broken.length} violations; seed ${SEED}`);
  process.exitCode = broken.length === 0 ? 0 : 1;
}

async function fuzz(server: ChildServer): Promise<string[]> {
  using sockets = sendOverSockets(server.port);
  const routes = await readSurface(sockets.send);
  const world = await prepareWorld(sockets.send, routes, SEED);
  say(`${routes.length} routes; known: ${[...world.ids].map(([kind, ids]) => `${ids.length} ${kind}`).join(', ')}`);
  const slow = slowRequests(server.port);
  const startedMs = performance.now();
  const result = await runCases({
    seed: SEED,
    from: Number(values.from),
    cases: CASES,
    concurrency: CONCURRENCY,
    routes,
    world,
    send: sockets.send,
    onProgress: progress(startedMs),
  });
  const raw = await attack(server.port);
  tellSummary(result, raw.cases, performance.now() - startedMs, await server.memory());
  return [
    ...result.violations.map((each) => tellViolation(SEED, each)),
    ...raw.broken,
    ...(await slow),
    ...(await brokenHealth(server, sockets.send)),
  ];
}

function progress(startedMs: number): (done: number, violations: number) => void {
  const every = Math.max(Math.floor(CASES / 20), 1);
  return (done, violations) => {
    if (done % every !== 0) return;
    const perSecond = Math.round((done / (performance.now() - startedMs)) * 1_000);
    say(`  ${done} of ${CASES} cases, ${perSecond} a second, ${violations} violations`);
  };
}

/** Every attack there is, and random ones in proportion. */
async function attack(port: number): Promise<{ cases: number; broken: string[] }> {
  const broken: string[] = [];
  for (const each of RAW_ATTACKS) {
    if (broken.length >= MOST_VIOLATIONS) break;
    const found = await brokenByAttack(port, each, ANSWER_WITHIN_MS);
    broken.push(
      ...found.map(
        (what) => `VIOLATION ${what}\n  raw attack ${each.name}: ${JSON.stringify(each.bytes.slice(0, 400))}`,
      ),
    );
  }
  const count = Math.ceil(CASES / RAW_SHARE);
  let next = 0;
  const work = async () => {
    while (next < count && broken.length < MOST_VIOLATIONS) {
      const index = next;
      next += 1;
      const bytes = mutatedBytes(seededRandom(SEED + 1, index));
      const found = await brokenByBytes(port, bytes, { withinMs: ANSWER_WITHIN_MS, quietMs: 100 });
      broken.push(
        ...found.map((what) => `VIOLATION ${what}\n  raw bytes ${index}: ${JSON.stringify(bytes.toString('latin1'))}`),
      );
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY * 2 }, work));
  return { cases: RAW_ATTACKS.length + next, broken };
}

function tellSummary(result: RunResult, rawCases: number, ms: number, memory: number): void {
  say(`\n${result.cases} cases and ${rawCases} raw connections in ${(ms / 1_000).toFixed(1)} s`);
  const statuses = [...result.byStatus].sort(([a], [b]) => (a < b ? -1 : 1));
  say(`by status: ${statuses.map(([status, count]) => `${status}: ${count}`).join(', ')}`);
  say('slowest:');
  for (const { ms: took, label } of result.slowest) say(`  ${took.toFixed(0).padStart(5)} ms  ${label.slice(0, 140)}`);
  say(`the server's memory at the end: ${Math.round(memory / 2 ** 20)} MiB\n`);
}

/** After all that, the same process still does its work and has complained of nothing. */
async function brokenHealth(server: ChildServer, send: Send): Promise<string[]> {
  const created = await send(plain('POST', '/client/create', { first_name: 'Ann', last_name: 'Lee' }));
  const ready = await send(plain('GET', '/readyz'));
  const broken = server.complaints.slice(0, 5).map((line) => `VIOLATION the server complained: ${line.slice(0, 600)}`);
  if (created.status !== 201) broken.push(`VIOLATION afterwards POST /client/create is ${created.status}`);
  if (ready.status !== 200) broken.push(`VIOLATION afterwards GET /readyz is ${ready.status}`);
  if (!server.alive) broken.push('VIOLATION the server is gone');
  return broken;
}

async function brokenTables(own: OwnDatabase): Promise<string[]> {
  await using database = await own.open();
  return (await brokenInvariants(database)).map((what) => `VIOLATION in the tables: ${what}`);
}

await main();
