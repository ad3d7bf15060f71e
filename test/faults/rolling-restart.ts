import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createBookingFixture } from '../support/bookings/booking-fixture.ts';
import { createOnPostgres } from '../support/database/own-database.ts';
import { type ChildServer, startChildServer } from '../support/server/child-server.ts';
import { freePorts } from '../support/server/free-port.ts';
import { MixedLoad, send } from './mixed-load.ts';
import type { FaultOptions } from './options.ts';
import { type FaultReport, finding } from './report.ts';

const INSTANCES = 3;
const CLIENTS = 24;
/** Pause of a client between two requests, so that its requests cover all restarts. */
const THINK_MS = 60;
/** Time in which HAProxy notices that an instance is ready: `rise` checks in a row. */
const NOTICED_WITHIN_MS = 4_000;
const OPERATIONS = new URL('../../docs/operations.md', import.meta.url);

/** Restarts instances one after another behind HAProxy, configured as docs/operations.md advises, under load. */
export async function rollingRestart({ postgresUrl, rounds = 1 }: FaultOptions): Promise<FaultReport[]> {
  if (postgresUrl === undefined || spawnSync('haproxy', ['-v']).error !== undefined) {
    process.stdout.write('Skipped the rolling restart, which needs PostgreSQL and haproxy in the PATH.\n');
    return [];
  }
  return [await restartBehind(postgresUrl, rounds, '5s'), await control(postgresUrl)];
}

/** The same without time to drain: the load must notice. */
async function control(postgresUrl: string): Promise<FaultReport> {
  const { title, facts, findings } = await restartBehind(postgresUrl, 1, '0s');
  const failures = findings.find(({ check }) => check === EVERY_REQUEST)?.breaches.length ?? 0;
  const found = [{ ok: failures > 0, what: 'no request failed' }];
  return { title: `control: ${title}`, facts, findings: [finding('without DRAIN some requests fail', found)] };
}

const EVERY_REQUEST = 'every request is answered as if no instance had been restarted';

async function restartBehind(postgresUrl: string, rounds: number, drain: string): Promise<FaultReport> {
  await using own = await createOnPostgres(postgresUrl);
  const fixture = await createBookingFixture(own);
  await using stack = new AsyncDisposableStack();
  const [front = 0, ...ports] = await freePorts(INSTANCES + 1);
  const start = (port: number) =>
    startChildServer({ ...own.env, PORT: String(port), DRAIN: drain, HOLD_TTL: '2h', MIN_NOTICE: '0s' });
  const servers = new Map<number, ChildServer>();
  for (const port of ports) servers.set(port, await start(port));
  stack.defer(async () => {
    for (const server of servers.values()) await server[Symbol.asyncDispose]();
  });
  const proxy = stack.use(await startHaproxy(front, ports));
  const load = new MixedLoad({ port: front, newHold: fixture.newHold, clients: CLIENTS, thinkMs: THINK_MS });
  load.start();
  await delay(2_000);
  const exits: (number | string)[] = [];
  for (let restart = 0; restart < rounds * INSTANCES; restart += 1) {
    const port = ports[restart % INSTANCES] ?? 0;
    const server = servers.get(port);
    server?.signal('SIGTERM');
    exits.push((await server?.gone()) ?? '');
    servers.set(port, await start(port));
    await delay(NOTICED_WITHIN_MS);
  }
  await load.stop();
  const exitsOk = exits.map((exit) => ({ ok: exit === 0, what: `it ended with ${exit}` }));
  return {
    title: `rolling restart of ${INSTANCES} instances behind HAProxy, DRAIN=${drain}`,
    facts: [`${load.sent} requests, ${load.failures.length} failed; ${exits.length} restarts`, ...proxy.complaints],
    findings: [
      {
        check: EVERY_REQUEST,
        trials: load.sent,
        breaches: load.failures,
      },
      finding('instances stop with exit code 0', exitsOk),
    ],
  };
}

/** Starts HAProxy with the fragment of docs/operations.md, its ports replaced, and without repeating any request. */
async function startHaproxy(front: number, ports: readonly number[]) {
  const [, fragment] = /```haproxy\n(.*?)```/s.exec(await readFile(OPERATIONS, 'utf8')) ?? [];
  if (fragment === undefined) throw new Error('docs/operations.md has no fragment for HAProxy');
  const addressed = fragment
    .replace(/bind \S+/, `bind 127.0.0.1:${front}`)
    .replace(/^ *server .*\n/gm, '')
    .trimEnd();
  const lines = ports.map((port, index) => `    server s${index} 127.0.0.1:${port}`);
  const directory = await mkdtempDisposable(join(tmpdir(), 'holdfast-haproxy-'));
  const file = join(directory.path, 'haproxy.cfg');
  await writeFile(file, `${addressed}\n    retries 0\n${lines.join('\n')}\n`);
  const child = spawn('haproxy', ['-db', '-f', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  const complaints: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.split('\n')) if (/ALERT.*(config|error|no server)/i.test(line)) complaints.push(line);
  });
  await untilAnswered(front, child);
  return {
    complaints,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      await directory[Symbol.asyncDispose]();
    },
  };
}

async function untilAnswered(port: number, child: ChildProcess): Promise<void> {
  const agent = new Agent();
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`haproxy ended with ${child.exitCode}`);
    const answer = await send(agent, port, 'GET', '/readyz').catch(() => undefined);
    if (answer?.status === 200) return;
    await delay(100);
  }
  throw new Error('haproxy does not answer');
}
