import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { seededRandom } from '../../src/platform/seeded-random.ts';
import { layGround, readStored } from '../support/bookings/booking-fixture.ts';
import { isDefinite, type Sending } from '../support/bookings/booking-history.ts';
import { BookingLoad } from '../support/bookings/booking-load.ts';
import { createOnPostgres } from '../support/database/own-database.ts';
import { brokenInvariants } from '../support/database/stored-invariants.ts';
import { startChildServer } from '../support/server/child-server.ts';
import { MovingTarget } from '../support/server/moving-target.ts';
import type { FaultOptions } from './options.ts';
import { type FaultReport, factsOf, finding, judge, spread } from './report.ts';

const FROZEN_MS = 9_000;
/** PostgreSQL ends a transaction that is idle for 5 s, and a wait for its locks after 5 s. */
const GOES_ON_WITHIN_MS = 6_000;
const ANSWER_WITHIN_MS = 12_000;
const AWAKE_WITHIN_MS = 5_000;

/** Stops one of two instances dead in the middle of its work, with whatever locks it has, and wakes it up later. */
export async function frozen({ seed, rounds = 5, postgresUrl }: FaultOptions): Promise<FaultReport[]> {
  if (postgresUrl === undefined) return [];
  await using own = await createOnPostgres(postgresUrl);
  const ground = await layGround(own);
  const env = { ...own.env, HOLD_TTL: '2h' };
  await using sleeper = await startChildServer(env);
  await using other = await startChildServer(env);
  const random = seededRandom(seed);
  const loadOn = (port: number) => {
    const target = new MovingTarget();
    target.moveTo(port);
    return new BookingLoad({ target, ground, random, buyers: 16, answerWithinMs: 60_000 });
  };
  const [onSleeper, onOther] = [loadOn(sleeper.port), loadOn(other.port)];
  for (const load of [onSleeper, onOther]) load.start();
  const naps: Nap[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await delay(random.integer(1_000, 2_000));
    sleeper.signal('SIGSTOP');
    const fromMs = performance.now();
    const open = await openTransactions(own.url ?? '');
    await delay(FROZEN_MS);
    sleeper.signal('SIGCONT');
    const untilMs = performance.now();
    naps.push({ fromMs, untilMs, open });
    await delay(AWAKE_WITHIN_MS + 1_000);
  }
  await Promise.all([onSleeper.stop(), onOther.stop()]);
  await onSleeper.replay(100);
  const attempts = [...onSleeper.attempts, ...onOther.attempts];
  await using tables = await own.open();
  const broken = await brokenInvariants(tables);
  const stored = await readStored(tables);
  const silences = naps.map((nap) => longestSilence(onOther, nap.fromMs, nap.untilMs));
  const wakings = naps.map((nap) => firstSuccess(onSleeper, nap.untilMs) - nap.untilMs);
  return [
    {
      title: `one of two instances frozen in mid-load for ${FROZEN_MS / 1_000} s, ${rounds} times`,
      facts: [
        ...factsOf(attempts, stored),
        `${naps.filter(({ open }) => open > 0).length} times it was frozen inside a transaction`,
        `the other was silent for ${spread(silences)} at the longest, the frozen one did work ${spread(wakings)} after it woke`,
      ],
      findings: [
        ...judge(attempts, stored),
        finding(
          `the other goes on within ${GOES_ON_WITHIN_MS / 1_000} s`,
          silences.map((ms) => ({ ok: ms <= GOES_ON_WITHIN_MS, what: `silent for ${Math.round(ms)} ms` })),
        ),
        finding(
          `the other answers everybody within ${ANSWER_WITHIN_MS / 1_000} s`,
          sendingsOf(onOther).map(({ status, sentMs, endedMs }) => ({
            ok: status !== undefined && endedMs - sentMs < ANSWER_WITHIN_MS,
            what: `${status ?? 'none'} after ${Math.round(endedMs - sentMs)} ms`,
          })),
        ),
        finding(
          `the frozen one does its work ${AWAKE_WITHIN_MS / 1_000} s after it wakes`,
          wakings.map((ms) => ({ ok: ms <= AWAKE_WITHIN_MS, what: `${Math.round(ms)} ms` })),
        ),
        finding('the tables keep their invariants', [{ ok: broken.length === 0, what: broken.join('; ') }]),
        finding(
          'both live and complain of nothing',
          [sleeper, other].map(({ alive, complaints }) => ({
            ok: alive && complaints.length === 0,
            what: `${alive ? '' : 'gone; '}${complaints.join('\n')}`,
          })),
        ),
      ],
    },
  ];
}

interface Nap {
  readonly fromMs: number;
  readonly untilMs: number;
  /** Transactions it was stopped in. */
  readonly open: number;
}

/** Sessions idle in a transaction for a while: only a frozen process leaves any. */
async function openTransactions(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url, application_name: 'the test' });
  await client.connect();
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

/** When the first request that was sent after a moment was done. */
function firstSuccess(load: BookingLoad, afterMs: number): number {
  const done = sendingsOf(load).filter((each) => isDefinite(each) && each.sentMs > afterMs);
  return done.reduce((first, { endedMs }) => Math.min(first, endedMs), Number.POSITIVE_INFINITY);
}
