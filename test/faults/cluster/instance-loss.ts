import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom } from '../../../src/platform/seeded-random.ts';
import { readStored } from '../../support/bookings/booking-fixture.ts';
import { BookingLoad } from '../../support/bookings/booking-load.ts';
import { type FaultReport, factsOf, finding, judge } from '../report.ts';
import { startClusterFixture } from './cluster-fixture.ts';
import { isLost } from './observed.ts';
import type { ClusterFaultOptions } from './options.ts';
import { promised } from './promised.ts';

const ROUNDS = 10;
/** Time in which the balancer learns that its connections to a killed instance are broken, on a busy machine. */
const NOTICED_WITHIN_MS = 100;

/** Kills one of three instances behind the balancer under load, again and again. */
export async function instanceLoss(options: ClusterFaultOptions): Promise<FaultReport[]> {
  const { seed, rounds = ROUNDS } = options;
  await using fixture = await startClusterFixture(options);
  const { cluster, target, bookings, database } = fixture;
  const random = seededRandom(seed);
  const load = new BookingLoad({ target, fixture: bookings, random, buyers: 24, answerWithinMs: 60_000 });
  load.start();
  await delay(2_000);
  const kills: { readonly fromMs: number; readonly untilMs: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const { name } = random.pick(cluster.layout.instances);
    const fromMs = performance.now();
    await cluster.processes.kill(name);
    kills.push({ fromMs, untilMs: performance.now() });
    await delay(random.integer(1_000, 3_000));
    await cluster.startInstance(name);
    await delay(3_000);
  }
  await load.stop();
  await load.replay(200);
  await using tables = await database.open();
  const stored = await readStored(tables);
  const sendings = load.attempts.flatMap((each) => each.sendings);
  const failed = sendings.filter((each) => isLost(each) || each.status === 503);
  const inFlight = kills.map(({ untilMs }) =>
    sendings.filter((each) => each.sentMs < untilMs && each.endedMs > untilMs),
  );
  return [
    {
      title: `kill -9 of one of three instances under load, ${rounds} times`,
      facts: [
        ...factsOf(load.attempts, stored),
        `${failed.length} requests failed; at a kill, ${Math.max(...inFlight.map((each) => each.length))} or fewer were in progress`,
      ],
      findings: [
        finding(
          `a request fails only if it was in progress at a kill, or sent within ${NOTICED_WITHIN_MS} ms`,
          failed.map(({ sentMs, endedMs, status }) => ({
            ok: kills.some(({ fromMs, untilMs }) => sentMs < untilMs + NOTICED_WITHIN_MS && endedMs > fromMs),
            what: `${status ?? 'no answer'}, sent ${Math.round(sentMs - (kills.findLast(({ fromMs }) => fromMs < endedMs)?.untilMs ?? 0))} ms after the kill`,
          })),
        ),
        ...promised(judge(load.attempts, stored)),
      ],
    },
  ];
}
