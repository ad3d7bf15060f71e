import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom } from '../../src/platform/seeded-random.ts';
import { createBookingFixture, readStored } from '../support/bookings/booking-fixture.ts';
import type { Finding } from '../support/bookings/booking-history.ts';
import { BookingLoad } from '../support/bookings/booking-load.ts';
import { createOnPostgres } from '../support/database/own-database.ts';
import { brokenInvariants } from '../support/database/stored-invariants.ts';
import { type OutageWindow, type Probe, Probes, recoveredAfterMs } from '../support/requests/probes.ts';
import { startChildServer } from '../support/server/child-server.ts';
import { startFaultyProxy } from '../support/server/faulty-proxy.ts';
import { MovingTarget } from '../support/server/moving-target.ts';
import type { FaultOptions } from './options.ts';
import { OUTAGES, type Outage } from './outages.ts';
import { type FaultReport, factsOf, finding, judge } from './report.ts';

/** The longest time until a client has an answer, whatever happens to the database. */
const ANSWER_WITHIN_MS = 20_000;
const HEALTH_WITHIN_MS = 1_000;
const RECOVERED_WITHIN_MS = 5_000;
/** Time for the server to recover from an outage before the next one. */
const CALM_MS = 8_000;

/** Makes the database unavailable under load in every way there is, and checks the answers and the final tables. */
export async function database({ seed, postgresUrl, only }: FaultOptions): Promise<FaultReport[]> {
  if (postgresUrl === undefined) return [];
  await using own = await createOnPostgres(postgresUrl);
  const directUrl = own.url ?? '';
  const fixture = await createBookingFixture(own);
  await using proxy = await startFaultyProxy(Number(new URL(directUrl).port || 5432));
  const url = new URL(directUrl);
  url.host = `127.0.0.1:${proxy.port}`;
  await using server = await startChildServer({ DATABASE_URL: url.href, HOLD_TTL: '2h' });
  const random = seededRandom(seed);
  const target = new MovingTarget();
  target.moveTo(server.port);
  const load = new BookingLoad({ target, fixture, random, buyers: 8, pauseMs: 20, answerWithinMs: 60_000 });
  const probes = new Probes(server.port);
  load.start();
  void server.gone().then(() => load.abandon());
  await delay(2_000);
  const windows: ObservedOutage[] = [];
  const later: Promise<void>[] = [];
  for (const outage of OUTAGES.filter(({ name }) => name.includes(only ?? ''))) {
    const struckMs = performance.now();
    await outage.inject({ proxy, directUrl, load, random, later });
    const mendedMs = performance.now();
    await delay(CALM_MS);
    windows.push({ outage, struckMs, mendedMs, untilMs: performance.now() });
  }
  await Promise.all(later);
  await load.stop();
  await load.replay(200);
  await probes.stop();
  await using tables = await own.open();
  const broken = await brokenInvariants(tables);
  const stored = await readStored(tables);
  return [
    {
      title: 'database unavailable, under load',
      facts: [...factsOf(load.attempts, stored), ...windows.map((window) => outageFacts(window, probes.all))],
      findings: [
        ...judge(load.attempts, stored),
        ...checkProbes(windows, probes.all),
        boundedAnswers(load),
        finding('the tables keep their invariants', [{ ok: broken.length === 0, what: broken.join('; ') }]),
        finding('the process is alive and logs no error', [
          {
            ok: server.alive && server.complaints.length === 0,
            what: `${server.alive ? '' : 'the process ended; '}${server.complaints.join('\n')}`,
          },
        ]),
      ],
    },
  ];
}

interface ObservedOutage extends OutageWindow {
  readonly outage: Outage;
  readonly untilMs: number;
}

function checkProbes(windows: readonly ObservedOutage[], all: readonly Probe[]): Finding[] {
  const during = (window: ObservedOutage) =>
    all.filter(({ startedMs }) => startedMs >= window.struckMs && startedMs < window.mendedMs);
  const describeProbe = (window: ObservedOutage, probe: Probe) =>
    `${window.outage.name}: ${probe.kind} ${probe.status ?? 'no answer'} after ${Math.round(probe.tookMs)} ms, sent at ${Math.round(probe.startedMs - window.struckMs)} ms; ${probe.flaws.join()}`;
  const check = (
    name: string,
    which: (probe: Probe, window: ObservedOutage) => boolean,
    ok: (probe: Probe, window: ObservedOutage) => boolean,
  ) =>
    finding(
      name,
      windows.flatMap((window) =>
        during(window)
          .filter((probe) => which(probe, window))
          .map((probe) => ({ ok: ok(probe, window), what: describeProbe(window, probe) })),
      ),
    );
  // A request sent as the outage begins, or answered as it ends, may go either way.
  const isWithin = (probe: Probe, { struckMs, mendedMs }: ObservedOutage) =>
    probe.startedMs > struckMs + 1_000 && probe.startedMs + probe.tookMs < mendedMs;
  return [
    check(
      '/healthz is always 200 within a second',
      ({ kind }) => kind === 'health',
      ({ status, tookMs }) => status === 200 && tookMs < HEALTH_WITHIN_MS,
    ),
    check(
      '/readyz is 503 while the database is unavailable',
      (probe, window) => probe.kind === 'ready' && window.outage.unavailable && isWithin(probe, window),
      ({ status, flaws }) => status === 503 && flaws.length === 0,
    ),
    check(
      'a write is 503 while the database is unavailable',
      (probe, window) => probe.kind === 'write' && window.outage.unavailable && isWithin(probe, window),
      ({ status, flaws }) => status === 503 && flaws.length === 0,
    ),
    check(
      `every probe has an answer within ${ANSWER_WITHIN_MS / 1_000} s`,
      () => true,
      ({ status, tookMs, flaws }) => status !== undefined && tookMs < ANSWER_WITHIN_MS && flaws.length === 0,
    ),
    finding(
      `the server recovers within ${RECOVERED_WITHIN_MS / 1_000} s after the outage`,
      windows.map((window) => {
        const ms = recoveredAfterMs(all, window, window.untilMs);
        return { ok: ms <= RECOVERED_WITHIN_MS, what: `${window.outage.name}: ${Math.round(ms)} ms` };
      }),
    ),
  ];
}

function boundedAnswers(load: BookingLoad): Finding {
  const sendings = load.attempts.flatMap((each) => each.sendings);
  return finding(
    `every buyer has an answer within ${ANSWER_WITHIN_MS / 1_000} s`,
    sendings.map(({ status, sentMs, endedMs }) => ({
      ok: status !== undefined && endedMs - sentMs < ANSWER_WITHIN_MS,
      what: `${status ?? 'none'} after ${Math.round(endedMs - sentMs)} ms`,
    })),
  );
}

function outageFacts(window: ObservedOutage, all: readonly Probe[]): string {
  const writes = all.filter(
    ({ kind, startedMs }) => kind === 'write' && startedMs >= window.struckMs && startedMs < window.mendedMs,
  );
  const slowest = Math.max(...writes.map(({ tookMs }) => tookMs));
  const refused = writes.filter(({ status }) => status === 503).length;
  const recovered = recoveredAfterMs(all, window, window.untilMs);
  return `${window.outage.name}: ${refused} of ${writes.length} writes 503, slowest ${Math.round(slowest)} ms, recovered after ${Math.round(recovered)} ms`;
}
