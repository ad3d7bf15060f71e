import { setTimeout as delay } from 'node:timers/promises';
import { type Random, seededRandom } from '../../src/platform/seeded-random.ts';
import { createBookingFixture, readStored } from '../support/bookings/booking-fixture.ts';
import { BookingLoad } from '../support/bookings/booking-load.ts';
import { createEmbedded, createOnPostgres, type OwnDatabase } from '../support/database/own-database.ts';
import { brokenInvariants } from '../support/database/stored-invariants.ts';
import { type ChildServer, startChildServer } from '../support/server/child-server.ts';
import { MovingTarget } from '../support/server/moving-target.ts';
import type { FaultOptions } from './options.ts';
import { type FaultReport, factsOf, finding, judge, spread } from './report.ts';

const ENV = { HOLD_TTL: '2h' };

/** Kills the server under load, again and again, and compares its answers with the final tables. */
export async function crash({ seed, rounds, postgresUrl }: FaultOptions): Promise<FaultReport[]> {
  const reports: FaultReport[] = [];
  if (postgresUrl !== undefined) {
    await using database = await createOnPostgres(postgresUrl);
    reports.push(await crashOn(database, seededRandom(seed), rounds ?? 25, 1_500));
  }
  await using embedded = await createEmbedded();
  reports.push(await crashOn(embedded, seededRandom(seed, 1), Math.ceil((rounds ?? 25) / 3), 4_000));
  return reports;
}

async function crashOn(own: OwnDatabase, random: Random, rounds: number, maxLifeMs: number): Promise<FaultReport> {
  const fixture = await createBookingFixture(own);
  const target = new MovingTarget();
  const load = new BookingLoad({ target, fixture, random, buyers: 32, answerWithinMs: 15_000 });
  const startsMs: number[] = [];
  let server = await startChildServer({ ...own.env, ...ENV });
  target.moveTo(server.port);
  load.start();
  for (let round = 0; round < rounds; round += 1) {
    await delay(random.integer(100, maxLifeMs));
    target.lost();
    await kill(server);
    // At once: nothing that the killed process left behind may stop the next one from starting.
    server = await startChildServer({ ...own.env, ...ENV });
    startsMs.push(server.startedInMs);
    target.moveTo(server.port);
  }
  await load.stop();
  await load.replay(300);
  server.signal('SIGTERM');
  const exit = await server.gone();
  await using database = await own.open();
  const broken = await brokenInvariants(database);
  const stored = await readStored(database);
  return {
    title: `kill -9 under load, ${rounds} times, on ${own.kind}`,
    facts: [...factsOf(load.attempts, stored), `listening again after ${spread(startsMs)}`],
    findings: [
      ...judge(load.attempts, stored),
      finding('the tables keep their invariants', [{ ok: broken.length === 0, what: broken.join('; ') }]),
      finding(
        'a killed server starts again',
        startsMs.map(() => ({ ok: true, what: '' })),
      ),
      finding('the last server stops on SIGTERM', [{ ok: exit === 0, what: `it ended with ${exit}` }]),
      finding('the last server logs no error', [
        { ok: server.complaints.length === 0, what: server.complaints.join('\n') },
      ]),
    ],
  };
}

async function kill(server: ChildServer): Promise<void> {
  server.signal('SIGKILL');
  await server.gone();
}
