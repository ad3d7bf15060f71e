// Sends bad input to a server in its own process over sockets, and checks every answer against the contract:
//   npm run fuzz -- [--cases 100000] [--seed N] [--from N] [--embedded]
// Exits with 1 when an answer violates the contract, and prints how to repeat the case.
import { parseArgs } from 'node:util';
import { seededRandom } from '../../src/platform/seeded-random.ts';
import { createEmbedded, createOnPostgres, type OwnDatabase } from '../support/database/own-database.ts';
import { findPostgres } from '../support/database/services.ts';
import { brokenInvariants } from '../support/database/stored-invariants.ts';
import {
  formatViolatingCase,
  plain,
  prepareWorld,
  type RunResult,
  readSurface,
  runCases,
  type Send,
} from '../support/requests/bad-input-run.ts';
import {
  bytesViolations,
  MALFORMED_REQUESTS,
  malformedRequestViolations,
  mutatedBytes,
} from '../support/requests/malformed-requests.ts';
import { sendOverSockets } from '../support/requests/senders.ts';
import { slowRequests } from '../support/requests/slow-requests.ts';
import { type ChildServer, startChildServer } from '../support/server/child-server.ts';
import { ANSWER_WITHIN_MS } from '../support/server/contract.ts';
import { csvViolations } from './csv-files.ts';

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
/** Number of cases for each connection with mutated bytes. */
const CASES_PER_CONNECTION = 50;
const MAX_VIOLATIONS = 20;
const print = (line: string) => process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const url = values.embedded ? undefined : await findPostgres();
  await using database = url === undefined ? await createEmbedded() : await createOnPostgres(url);
  print(`seed ${SEED}, ${CASES} cases from ${values.from}, on ${database.kind}`);
  let violations: string[];
  {
    await using server = await startChildServer(database.env);
    violations = await fuzz(server);
    violations.push(...(await readCsvFiles()));
    server.signal('SIGTERM');
    await server.gone();
  }
  violations.push(...(await tableViolations(database)));
  for (const each of violations) print(each);
  print(violations.length === 0 ? 'No violations.' : `${violations.length} violations; seed ${SEED}`);
  process.exitCode = violations.length === 0 ? 0 : 1;
}

async function fuzz(server: ChildServer): Promise<string[]> {
  using sockets = sendOverSockets(server.port);
  const routes = await readSurface(sockets.send);
  const world = await prepareWorld(sockets.send, routes, SEED);
  print(`${routes.length} routes; ids: ${[...world.ids].map(([kind, ids]) => `${ids.length} ${kind}`).join(', ')}`);
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
    onProgress: printProgress(startedMs),
  });
  const malformed = await sendMalformed(server.port);
  printSummary(result, malformed.count, performance.now() - startedMs, await server.memory());
  return [
    ...result.violatingCases.map((each) => formatViolatingCase(SEED, each)),
    ...malformed.violations,
    ...(await slow),
    ...(await healthViolations(server, sockets.send)),
  ];
}

function printProgress(startedMs: number): (done: number, violatingCases: number) => void {
  const every = Math.max(Math.floor(CASES / 20), 1);
  return (done, violatingCases) => {
    if (done % every !== 0) return;
    const perSecond = Math.round((done / (performance.now() - startedMs)) * 1_000);
    print(`  ${done} of ${CASES} cases, ${perSecond} per second, ${violatingCases} with violations`);
  };
}

/** Sends every malformed request, and mutated bytes in proportion to the cases. */
async function sendMalformed(port: number): Promise<{ count: number; violations: string[] }> {
  const violations: string[] = [];
  for (const request of MALFORMED_REQUESTS) {
    if (violations.length >= MAX_VIOLATIONS) break;
    const found = await malformedRequestViolations(port, request, ANSWER_WITHIN_MS);
    const bytes = JSON.stringify(request.bytes.slice(0, 400));
    violations.push(...found.map((each) => `VIOLATION ${each}\n  malformed request ${request.name}: ${bytes}`));
  }
  const count = Math.ceil(CASES / CASES_PER_CONNECTION);
  let next = 0;
  const work = async () => {
    while (next < count && violations.length < MAX_VIOLATIONS) {
      const index = next;
      next += 1;
      const bytes = mutatedBytes(seededRandom(SEED + 1, index));
      const found = await bytesViolations(port, bytes, { withinMs: ANSWER_WITHIN_MS, quietMs: 100 });
      const text = JSON.stringify(bytes.toString('latin1'));
      violations.push(...found.map((each) => `VIOLATION ${each}\n  mutated bytes ${index}: ${text}`));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY * 2 }, work));
  return { count: MALFORMED_REQUESTS.length + next, violations };
}

function printSummary(result: RunResult, connections: number, ms: number, memory: number): void {
  print(`\n${result.cases} cases and ${connections} malformed connections in ${(ms / 1_000).toFixed(1)} s`);
  const statuses = [...result.byStatus].sort(([a], [b]) => (a < b ? -1 : 1));
  print(`by status: ${statuses.map(([status, count]) => `${status}: ${count}`).join(', ')}`);
  print('slowest:');
  for (const { ms: took, label } of result.slowest)
    print(`  ${took.toFixed(0).padStart(5)} ms  ${label.slice(0, 140)}`);
  print(`the server's memory at the end: ${Math.round(memory / 2 ** 20)} MiB\n`);
}

/** Whether the same process still works after the run, and has logged no errors. */
async function healthViolations(server: ChildServer, send: Send): Promise<string[]> {
  const created = await send(plain('POST', '/client/create', { first_name: 'Ann', last_name: 'Lee' }));
  const ready = await send(plain('GET', '/readyz'));
  const violations = server.complaints.slice(0, 5).map((line) => `VIOLATION logged error: ${line.slice(0, 600)}`);
  if (created.status !== 201) violations.push(`VIOLATION afterwards POST /client/create is ${created.status}`);
  if (ready.status !== 200) violations.push(`VIOLATION afterwards GET /readyz is ${ready.status}`);
  if (!server.alive) violations.push('VIOLATION the server process has ended');
  return violations;
}

/** Reads one generated CSV file for every ten cases. */
async function readCsvFiles(): Promise<string[]> {
  const files = Math.ceil(CASES / 10);
  const violations = await csvViolations(SEED + 2, files);
  print(`${files} CSV files, ${violations.length} with violations`);
  return violations;
}

async function tableViolations(own: OwnDatabase): Promise<string[]> {
  await using database = await own.open();
  return (await brokenInvariants(database)).map((what) => `VIOLATION in the tables: ${what}`);
}

await main();
