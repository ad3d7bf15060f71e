import { execFileSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { createBookingFixture } from '../support/bookings/booking-fixture.ts';
import { createOnPostgres } from '../support/database/own-database.ts';
import { startChildServer } from '../support/server/child-server.ts';
import { MixedLoad } from './mixed-load.ts';
import type { FaultOptions } from './options.ts';
import { type FaultReport, finding } from './report.ts';

const WORKERS = 2;
const REQUESTS = 20_000;
/** Each has one connection, so a kill fails at most so many requests. */
const CLIENTS = 24;
const RECOVERED_WITHIN_MS = 30_000;

/** Replaces the workers of one server under load, and kills one. */
export async function workers({ postgresUrl }: FaultOptions): Promise<FaultReport[]> {
  if (postgresUrl === undefined) {
    process.stdout.write('Skipped the faults of workers, which need PostgreSQL.\n');
    return [];
  }
  await using own = await createOnPostgres(postgresUrl);
  const fixture = await createBookingFixture(own);
  const env = { WORKERS: String(WORKERS), DRAIN: '2s', HOLD_TTL: '2h', MIN_NOTICE: '0s' };
  await using server = await startChildServer({ ...own.env, ...env });
  const load = () => new MixedLoad({ port: server.port, newHold: fixture.newHold, clients: CLIENTS, thinkMs: 0 });

  const rolled = load();
  rolled.start();
  let rolls = 0;
  while (rolled.sent < REQUESTS) {
    const before = workersOf(server.pid);
    server.signal('SIGHUP');
    await until(
      () => workersOf(server.pid).length === WORKERS && before.every((pid) => !workersOf(server.pid).includes(pid)),
    );
    rolls += 1;
  }
  await rolled.stop();

  const killed = load();
  killed.start();
  await delay(2_000);
  const [victim = 0] = workersOf(server.pid);
  process.kill(victim, 'SIGKILL');
  const killedAt = performance.now();
  await until(() => workersOf(server.pid).length === WORKERS - 1);
  await until(() => workersOf(server.pid).length === WORKERS);
  const failuresAtKill = killed.failures.length;
  await delay(2_000);
  await killed.stop();

  server.signal('SIGTERM');
  const exit = await server.gone();
  return [
    {
      title: `${WORKERS} workers of one server, replaced by SIGHUP under load`,
      facts: [`${rolled.sent} requests, ${rolls} rolls`],
      findings: [
        { check: 'no request fails while workers are replaced', trials: rolled.sent, breaches: rolled.failures },
        finding('the server ends with 0 after SIGTERM', [{ ok: exit === 0, what: `it ended with ${exit}` }]),
      ],
    },
    {
      title: `kill -9 of one of ${WORKERS} workers under load`,
      facts: [
        `${killed.sent} requests, ${killed.failures.length} failed: ${[...new Set(killed.failures)].slice(0, 3).join('; ')}`,
        `another worker ran after ${Math.round(performance.now() - killedAt)} ms`,
      ],
      findings: [
        finding('at most the requests in flight on it fail', [
          { ok: killed.failures.length <= CLIENTS, what: `${killed.failures.length} failed` },
        ]),
        finding('no request fails once it is replaced', [
          { ok: killed.failures.length === failuresAtKill, what: `${killed.failures.length - failuresAtKill} failed` },
        ]),
        finding('control: the kill is noticed', [{ ok: killed.failures.length > 0, what: 'no request failed' }]),
      ],
    },
  ];
}

/** The process ids of the children of a process. */
function workersOf(pid: number): number[] {
  try {
    const text = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
    return text.split('\n').map(Number).filter(Boolean);
  } catch {
    // None.
    return [];
  }
}

async function until(holds: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + RECOVERED_WITHIN_MS;
  while (!holds()) {
    if (performance.now() > giveUpAt) throw new Error('the workers did not change in time');
    await delay(50);
  }
}
