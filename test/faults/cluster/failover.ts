import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from '../../../scripts/cluster/cluster.ts';
import { patchConfig } from '../../../scripts/cluster/patroni.ts';
import { openClient } from '../../../src/platform/db/session/session.ts';
import { seededRandom } from '../../../src/platform/seeded-random.ts';
import { readStored } from '../../support/bookings/booking-fixture.ts';
import { type Attempt, judgeHistory, outcomeOf } from '../../support/bookings/booking-history.ts';
import { BookingLoad } from '../../support/bookings/booking-load.ts';
import { brokenInvariants } from '../../support/database/stored-invariants.ts';
import { type FaultReport, factsOf, finding, judge, spread } from '../report.ts';
import { type ClusterFixture, complete, startClusterFixture } from './cluster-fixture.ts';
import { eventually } from './eventually.ts';
import { firstHoldAfter, longestSilenceMs } from './observed.ts';
import type { ClusterFaultOptions } from './options.ts';
import { promised } from './promised.ts';

const ROUNDS = 20;
const HELD_BACK_ROUNDS = 3;
/** Time for which standbys receive nothing before the primary is killed. */
const HELD_BACK_MS = 1_000;
const RECOVERED_WITHIN_MS = 30_000;

/** Kills the primary with all its processes under load, again and again, and reads back what was acknowledged. */
export async function failover(options: ClusterFaultOptions): Promise<FaultReport[]> {
  const { seed, rounds = ROUNDS, say } = options;
  await using fixture = await startClusterFixture(options);
  const load = loadOn(fixture, seed);
  load.start();
  await delay(3_000);
  const silencesMs: number[] = [];
  const lost: string[] = [];
  let acknowledged = 0;
  for (let round = 1; round <= rounds; round += 1) {
    const killed = await killPrimary(fixture, load);
    silencesMs.push(killed.silenceMs);
    const readBack = await lostWrites(fixture, load.attempts);
    acknowledged = readBack.trials;
    lost.push(...readBack.lost);
    say(
      `round ${round}: ${killed.name} killed, ${(killed.silenceMs / 1_000).toFixed(1)} s without a hold, ` +
        `${readBack.lost.length} of ${readBack.trials} acknowledged writes lost`,
    );
    await restart(fixture.cluster, killed.name);
  }
  await load.stop();
  await load.replay(200);
  await using tables = await fixture.database.open();
  const stored = await readStored(tables);
  const broken = await brokenInvariants(tables);
  const reports: FaultReport[] = [
    {
      title: `kill -9 of the PostgreSQL primary under load, ${rounds} times`,
      facts: [...factsOf(load.attempts, stored), `time without a successful hold ${spread(silencesMs)}`],
      findings: [
        finding('after each failover, every acknowledged hold and confirm is stored', [
          ...Array.from({ length: acknowledged - lost.length }, () => ({ ok: true, what: '' })),
          ...lost.map((what) => ({ ok: false, what })),
        ]),
        finding(
          `holds succeed again within ${RECOVERED_WITHIN_MS / 1_000} s`,
          silencesMs.map((ms) => ({ ok: ms <= RECOVERED_WITHIN_MS, what: `${Math.round(ms)} ms` })),
        ),
        ...promised(judge(load.attempts, stored)),
        finding('the tables keep their invariants', [{ ok: broken.length === 0, what: broken.join('; ') }]),
      ],
    },
  ];
  reports.push(await heldBack(fixture, seed + 1, true), await heldBack(fixture, seed + 2, false));
  return reports;
}

function loadOn({ target, bookings: fixture }: ClusterFixture, seed: number): BookingLoad {
  return new BookingLoad({
    target,
    fixture,
    random: seededRandom(seed),
    buyers: 8,
    pauseMs: 30,
    answerWithinMs: 60_000,
  });
}

async function killPrimary({ cluster }: ClusterFixture, load: BookingLoad) {
  const name = await cluster.primary();
  const fromMs = performance.now();
  await cluster.killPostgres(name);
  const killedMs = performance.now();
  await eventually('a hold succeeds', () => firstHoldAfter(load.attempts, killedMs) !== undefined);
  await delay(1_000);
  return { name, silenceMs: longestSilenceMs(load.attempts, { fromMs, untilMs: performance.now() }) };
}

/** Starts a killed server again, and waits until the next failover could begin. */
async function restart(cluster: Cluster, name: string, synchronous = true): Promise<void> {
  await cluster.startPostgres(name);
  await complete(cluster, synchronous);
}

/** Reads back every write that was acknowledged before now. */
async function lostWrites({ database }: ClusterFixture, attempts: readonly Attempt[]) {
  const acknowledged = attempts.filter((each) => (outcomeOf(each)?.status ?? 500) < 300);
  await using tables = await database.open();
  const findings = judgeHistory(acknowledged, await readStored(tables));
  const checks = findings.filter(({ check }) => check.startsWith('an acknowledged'));
  return { trials: acknowledged.length, lost: checks.flatMap(({ breaches }) => breaches) };
}

/**
 * Kills the primary while its standbys have received nothing for a second. With a synchronous standby nothing was
 * acknowledged in that time. Control: with asynchronous standbys it was, and is lost.
 */
async function heldBack(fixture: ClusterFixture, seed: number, synchronous: boolean): Promise<FaultReport> {
  const { cluster } = fixture;
  if (!synchronous) {
    await patchConfig(cluster.layout.postgres, { synchronous_mode: false });
    await eventually('no standby is synchronous', async () =>
      (await cluster.members()).every(({ role }) => role !== 'sync_standby'),
    );
  }
  let lost = 0;
  let acknowledged = 0;
  for (let round = 0; round < HELD_BACK_ROUNDS; round += 1) {
    const load = loadOn(fixture, seed + 10 * round);
    load.start();
    await delay(3_000);
    const name = await cluster.primary();
    await holdBackReplication(cluster, name);
    await delay(HELD_BACK_MS);
    await killPrimary(fixture, load);
    const readBack = await lostWrites(fixture, load.attempts);
    acknowledged += readBack.trials;
    lost += readBack.lost.length;
    load.abandon();
    await load.stop();
    await restart(cluster, name, synchronous);
  }
  const facts = [`${acknowledged} acknowledged writes, of which ${lost} were lost`];
  const before = `the primary killed after its standbys have received nothing for ${HELD_BACK_MS / 1_000} s`;
  return synchronous
    ? {
        title: `${before}, ${HELD_BACK_ROUNDS} times`,
        facts,
        findings: [{ check: 'no acknowledged write is lost', trials: acknowledged, breaches: lost ? facts : [] }],
      }
    : {
        title: `control: ${before}, ${HELD_BACK_ROUNDS} times, without a synchronous standby`,
        facts,
        findings: [
          finding('acknowledged writes are lost, and it is noticed', [{ ok: lost > 0, what: 'none was lost' }]),
        ],
      };
}

/** Freezes the processes that send to standbys. */
async function holdBackReplication(cluster: Cluster, primary: string): Promise<void> {
  const client = await openClient(cluster.superuserUrl(cluster.postgresNamed(primary).port), {
    applicationName: 'the test',
  });
  const { rows } = await client.query<{ pid: number }>('select pid from pg_stat_replication');
  await client.end();
  for (const { pid } of rows) process.kill(pid, 'SIGSTOP');
}
