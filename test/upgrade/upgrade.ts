import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { migrateDatabase } from '../../src/compose/open-database.ts';
import type { Database } from '../../src/platform/db/database.ts';
import { seededRandom } from '../../src/platform/seeded-random.ts';
import { type FaultReport, factsOf, finding, judge } from '../faults/report.ts';
import { fillBookingFixture, readStored } from '../support/bookings/booking-fixture.ts';
import type { Attempt } from '../support/bookings/booking-history.ts';
import { BookingLoad } from '../support/bookings/booking-load.ts';
import { createOnPostgres } from '../support/database/own-database.ts';
import { brokenInvariants } from '../support/database/stored-invariants.ts';
import { type ChildServer, startChildServer } from '../support/server/child-server.ts';
import { freePorts } from '../support/server/free-port.ts';
import type { PreviousRelease } from './check-out-previous.ts';
import { startHaproxy } from './haproxy.ts';

const INSTANCES = 3;
const BUYERS = 16;
const PAUSE_MS = 30;
/** Time in which HAProxy notices that an instance is ready, and then sends it requests. */
const SERVES_MS = 4_000;
const THIS_RELEASE = fileURLToPath(new URL('../..', import.meta.url));

interface Phase {
  readonly name: string;
  readonly beganMs: number;
}

export interface UpgradeOptions {
  readonly postgresUrl: string;
  readonly seed: number;
  /** Removes from the migrated schema what the release before needs, and ends there. */
  readonly isControl: boolean;
}

/**
 * Replaces the instances of the release before by those of this one, and back again, one at a time, behind HAProxy and under
 * load. The schema is migrated first, while all instances are of the release before.
 */
export async function upgradeUnderLoad(previous: PreviousRelease, options: UpgradeOptions): Promise<FaultReport> {
  await using own = await createOnPostgres(options.postgresUrl);
  await previous.migrate(own.env);
  const fixture = await own.open().then(async (database) => {
    await using owned = database;
    return await fillBookingFixture(owned);
  });
  const [front = 0, ...ports] = await freePorts(INSTANCES + 1);
  await using stack = new AsyncDisposableStack();
  const servers = new Map<number, ChildServer>();
  stack.defer(async () => {
    for (const server of servers.values()) await server[Symbol.asyncDispose]();
  });
  const exits: (number | string)[] = [];
  const complaints: string[] = [];
  const start = async (port: number, directory: string) => {
    const env = { ...own.env, PORT: String(port), DRAIN: '3s', HOLD_TTL: '2h', MIN_NOTICE: '0s' };
    servers.set(port, await startChildServer(env, directory));
  };
  for (const port of ports) await start(port, previous.directory);
  stack.use(await startHaproxy(front, ports));
  const load = new BookingLoad({
    target: { port: () => Promise.resolve(front) },
    fixture,
    random: seededRandom(options.seed),
    buyers: BUYERS,
    pauseMs: PAUSE_MS,
    answerWithinMs: 15_000,
  });
  const phases: Phase[] = [];
  const enter = (name: string) => phases.push({ name, beganMs: performance.now() });
  const replaceAll = async (name: string, directory: string) => {
    enter(name);
    for (const port of ports) {
      const server = servers.get(port);
      server?.signal('SIGTERM');
      exits.push((await server?.gone()) ?? '');
      complaints.push(...(server?.complaints ?? []));
      await start(port, directory);
      await delay(SERVES_MS);
    }
  };

  enter('the release before alone');
  load.start();
  await delay(SERVES_MS);
  enter('the release before, while the schema is migrated');
  await using database = await own.open();
  await migrateDatabase(database);
  if (options.isControl) await dropOverloads(database);
  await delay(SERVES_MS);
  if (!options.isControl) {
    await replaceAll('replaced by this release, one at a time', THIS_RELEASE);
    await replaceAll('rolled back, one at a time', previous.directory);
    await replaceAll('replaced by this release again', THIS_RELEASE);
  }
  if (options.isControl) load.abandon();
  await load.stop();
  const broken = await brokenInvariants(database);
  const stored = await readStored(database);
  const byPhase = phases.map((phase, index) => ({ phase, failures: failuresOf(load.attempts, phases, index) }));
  if (options.isControl) {
    const failed = byPhase.at(-1)?.failures.failed.length ?? 0;
    const check = 'without the functions that only the release before calls, its requests fail';
    return {
      title: 'control: a migration that takes functions away',
      facts: [`${failed} requests failed`],
      findings: [finding(check, [{ ok: failed > 0, what: 'no request failed' }])],
    };
  }
  return {
    title: `upgrade from ${previous.name} and back, ${INSTANCES} instances behind HAProxy, under load`,
    facts: [
      ...factsOf(load.attempts, stored),
      ...byPhase.map(
        ({ phase, failures }) => `${phase.name}: ${failures.sent} requests, ${failures.failed.length} failed`,
      ),
    ],
    findings: [
      {
        check: 'every request is answered as if nothing had been replaced',
        trials: byPhase.reduce((sum, { failures }) => sum + failures.sent, 0),
        breaches: byPhase.flatMap(({ phase, failures }) => failures.failed.map((what) => `${phase.name}: ${what}`)),
      },
      ...judge(load.attempts, stored),
      finding('the tables keep their invariants', [{ ok: broken.length === 0, what: broken.join('; ') }]),
      finding(
        'instances stop with exit code 0',
        exits.map((exit) => ({ ok: exit === 0, what: String(exit) })),
      ),
      finding('no instance logs an error', [{ ok: complaints.length === 0, what: complaints.slice(0, 3).join('\n') }]),
    ],
  };
}

/** Drops each function of which there is another with more parameters: those that only the release before calls. */
async function dropOverloads(database: Database): Promise<void> {
  await database.transaction(async (tx) => {
    const { rows } = await sql<{ signature: string }>`
      select p.oid::regprocedure::text as signature from pg_proc p
       where pronamespace = 'public'::regnamespace
         and exists (select from pg_proc o where o.proname = p.proname and o.pronamespace = p.pronamespace
                                             and o.pronargs > p.pronargs)`.execute(tx);
    for (const { signature } of rows) await sql.raw(`drop function ${signature}`).execute(tx);
  });
}

/** The requests that were sent in a phase, and those of them without an answer or with a server error. */
function failuresOf(attempts: readonly Attempt[], phases: readonly Phase[], index: number) {
  const beganMs = phases[index]?.beganMs ?? 0;
  const endedMs = phases[index + 1]?.beganMs ?? Infinity;
  const sendings = attempts.flatMap((attempt) => attempt.sendings.map((sending) => ({ attempt, sending })));
  const inPhase = sendings.filter(({ sending }) => sending.sentMs >= beganMs && sending.sentMs < endedMs);
  const failed = inPhase.filter(({ sending }) => (sending.status ?? 500) >= 500);
  return {
    sent: inPhase.length,
    failed: failed.map(({ attempt, sending }) => `${attempt.kind}: ${sending.status ?? 'no answer'} ${sending.body}`),
  };
}
