import { setTimeout as delay } from 'node:timers/promises';
import { openClient } from '../../src/platform/db/session/session.ts';
import { seededRandom } from '../../src/platform/seeded-random.ts';
import { createBookingFixture, readStored } from '../support/bookings/booking-fixture.ts';
import { isDefinite, type Sending } from '../support/bookings/booking-history.ts';
import { BookingLoad } from '../support/bookings/booking-load.ts';
import { createOnPostgres } from '../support/database/own-database.ts';
import { brokenInvariants } from '../support/database/stored-invariants.ts';
import { startChildServer } from '../support/server/child-server.ts';
import { MovingTarget } from '../support/server/moving-target.ts';
import type { FaultOptions } from './options.ts';
import { type FaultReport, factsOf, finding, judge, spread } from './report.ts';

const FROZEN_MS = 9_000;
/** PostgreSQL ends a transaction that is idle for 5 s, and a wait for a lock after 5 s. */
const GOES_ON_WITHIN_MS = 6_000;
const ANSWER_WITHIN_MS = 12_000;
const AWAKE_WITHIN_MS = 5_000;

/** Freezes one of two instances under load with SIGSTOP, whatever locks it holds, and wakes it later. */
export async function frozen({ seed, rounds = 5, postgresUrl }: FaultOptions): Promise<FaultReport[]> {
  if (postgresUrl === undefined) return [];
  await using own = await createOnPostgres(postgresUrl);
  const fixture = await createBookingFixture(own);
  const env = { ...own.env, HOLD_TTL: '2h' };
  await using frozenServer = await startChildServer(env);
  await using other = await startChildServer(env);
  const random = seededRandom(seed);
  const loadOn = (port: number) => {
    const target = new MovingTarget();
    target.moveTo(port);
    return new BookingLoad({ target, fixture, random, buyers: 16, answerWithinMs: 60_000 });
  };
  const [onFrozen, onOther] = [loadOn(frozenServer.port), loadOn(other.port)];
  for (const load of [onFrozen, onOther]) load.start();
  const freezes: Freeze[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await delay(random.integer(1_000, 2_000));
    frozenServer.signal('SIGSTOP');
    const fromMs = performance.now();
    const open = await openTransactions(own.url ?? '');
    await delay(FROZEN_MS);
    frozenServer.signal('SIGCONT');
    const untilMs = performance.now();
    freezes.push({ fromMs, untilMs, open });
    await delay(AWAKE_WITHIN_MS + 1_000);
  }
  await Promise.all([onFrozen.stop(), onOther.stop()]);
  await onFrozen.replay(100);
  const attempts = [...onFrozen.attempts, ...onOther.attempts];
  await using tables = await own.open();
  const broken = await brokenInvariants(tables);
  const stored = await readStored(tables);
  const silences = freezes.map(({ fromMs, untilMs }) => longestSilence(onOther, fromMs, untilMs));
  const recoveries = freezes.map(({ untilMs }) => firstSuccess(onFrozen, untilMs) - untilMs);
  return [
    {
      title: `one of two instances frozen under load for ${FROZEN_MS / 1_000} s, ${rounds} times`,
      facts: [
        ...factsOf(attempts, stored),
        `${freezes.filter(({ open }) => open > 0).length} times it was frozen inside a transaction`,
        `longest silence of the other instance ${spread(silences)}; first success of the frozen one ${spread(recoveries)} after it woke`,
      ],
      findings: [
        ...judge(attempts, stored),
        finding(
          `the other instance is silent for at most ${GOES_ON_WITHIN_MS / 1_000} s`,
          silences.map((ms) => ({ ok: ms <= GOES_ON_WITHIN_MS, what: `silent for ${Math.round(ms)} ms` })),
        ),
        finding(
          `the other instance answers every request within ${ANSWER_WITHIN_MS / 1_000} s`,
          sendingsOf(onOther).map(({ status, sentMs, endedMs }) => ({
            ok: status !== undefined && endedMs - sentMs < ANSWER_WITHIN_MS,
            what: `${status ?? 'none'} after ${Math.round(endedMs - sentMs)} ms`,
          })),
        ),
        finding(
          `the frozen instance works again within ${AWAKE_WITHIN_MS / 1_000} s after it wakes`,
          recoveries.map((ms) => ({ ok: ms <= AWAKE_WITHIN_MS, what: `${Math.round(ms)} ms` })),
        ),
        finding('the tables keep their invariants', [{ ok: broken.length === 0, what: broken.join('; ') }]),
        finding(
          'both instances are alive and log no error',
          [frozenServer, other].map(({ alive, complaints }) => ({
            ok: alive && complaints.length === 0,
            what: `${alive ? '' : 'the process ended; '}${complaints.join('\n')}`,
          })),
        ),
      ],
    },
  ];
}

interface Freeze {
  readonly fromMs: number;
  readonly untilMs: number;
  /** Number of transactions it was frozen in. */
  readonly open: number;
}

/** Sessions that have been idle in a transaction for a while: only a frozen process leaves any. */
async function openTransactions(url: string): Promise<number> {
  const client = await openClient(url, { applicationName: 'the test' });
  await delay(500);
  const { rows } = await client.query<{ count: string }>(`
    select count(*) from pg_stat_activity
     where datname = current_database() and state = 'idle in transaction' and state_change < now() - interval '400 ms'`);
  await client.end();
  return Number(rows[0]?.count);
}

function sendingsOf(load: BookingLoad): Sending[] {
  return load.attempts.flatMap((each) => each.sendings);
}

/** The longest time in which a load had no definite answer. */
function longestSilence(load: BookingLoad, fromMs: number, untilMs: number): number {
  const times = sendingsOf(load)
    .filter((each) => isDefinite(each) && each.endedMs > fromMs && each.endedMs < untilMs)
    .map(({ endedMs }) => endedMs)
    .sort((a, b) => a - b);
  const marks = [fromMs, ...times, untilMs];
  return Math.max(...marks.slice(1).map((mark, index) => mark - (marks[index] ?? mark)));
}

/** When the first request that was sent after a moment had a definite answer. */
function firstSuccess(load: BookingLoad, afterMs: number): number {
  const done = sendingsOf(load).filter((each) => isDefinite(each) && each.sentMs > afterMs);
  return done.reduce((first, { endedMs }) => Math.min(first, endedMs), Number.POSITIVE_INFINITY);
}
