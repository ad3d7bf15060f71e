import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom } from '../../src/platform/seeded-random.ts';
import { layGround, readStored } from '../support/bookings/booking-fixture.ts';
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

/** However the database fails, whoever asks for a write knows after so long that it was not done for certain. */
const ANSWER_WITHIN_MS = 20_000;
const HEALTH_WITHIN_MS = 1_000;
const RECOVERED_WITHIN_MS = 5_000;
/** How long things are watched after an outage, before the next one. */
const CALM_MS = 8_000;

/** Takes the database away under load in every way it can go, and watches what the server says and keeps. */
export async function database({ seed, postgresUrl, only }: FaultOptions): Promise<FaultReport[]> {
  if (postgresUrl === undefined) return [];
  await using own = await createOnPostgres(postgresUrl);
  const directUrl = own.url ?? '';
  const ground = await layGround(own);
  await using proxy = await startFaultyProxy(Number(new URL(directUrl).port || 5432));
  const url = new URL(directUrl);
  url.host = `127.0.0.1:${proxy.port}`;
  await using server = await startChildServer({ DATABASE_URL: url.href, HOLD_TTL: '2h' });
  const random = seededRandom(seed);
  const target = new MovingTarget();
  target.moveTo(server.port);
  const load = new BookingLoad({ target, ground, random, buyers: 8, pauseMs: 20, answerWithinMs: 60_000 });
  const probes = new Probes(server.port);
  load.start();
  void server.gone().then(() => load.abandon());
  await delay(2_000);
  const windows: Watched[] = [];
  const later: Promise<void>[] = [];
  for (const outage of OUTAGES.filter(({ name }) => name.includes(only ?? ''))) {
    const struckMs = performance.now();
    await outage.happen({ proxy, directUrl, load, random, later });
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
      title: 'the database away, under load',
      facts: [...factsOf(load.attempts, stored), ...windows.map((window) => outageFacts(window, probes.all))],
      findings: [
        ...judge(load.attempts, stored),
        ...watched(windows, probes.all),
        boundedAnswers(load),
        finding('the tables keep their invariants', [{ ok: broken.length === 0, what: broken.join('; ') }]),
        finding('the process lives and complains of nothing', [
          {
            ok: server.alive && server.complaints.length === 0,
            what: `${server.alive ? '' : 'it is gone; '}${server.complaints.join('\n')}`,
          },
        ]),
      ],
    },
  ];
}

interface Watched extends OutageWindow {
  readonly outage: Outage;
  readonly untilMs: number;
}

function watched(windows: readonly Watched[], all: readonly Probe[]): Finding[] {
  const during = (window: Watched) =>
    all.filter(({ startedMs }) => startedMs >= window.struckMs && startedMs < window.mendedMs);
  const told = (window: Watched, probe: Probe) =>
    `${window.outage.name}: ${probe.kind} ${probe.status ?? 'no answer'} after ${Math.round(probe.tookMs)} ms, asked at ${Math.round(probe.startedMs - window.struckMs)} ms; ${probe.flaws.join()}`;
  const check = (
    name: string,
    which: (probe: Probe, window: Watched) => boolean,
    ok: (probe: Probe, window: Watched) => boolean,
  ) =>
    finding(
      name,
      windows.flatMap((window) =>
        during(window)
          .filter((probe) => which(probe, window))
          .map((probe) => ({ ok: ok(probe, window), what: told(window, probe) })),
      ),
    );
  // What was asked as it broke, or as it came back, may go either way.
  const inTheMidst = (probe: Probe, { struckMs, mendedMs }: Watched) =>
    probe.startedMs > struckMs + 1_000 && probe.startedMs + probe.tookMs < mendedMs;
  return [
    check(
      '/healthz is 200 at once throughout',
      ({ kind }) => kind === 'health',
      ({ status, tookMs }) => status === 200 && tookMs < HEALTH_WITHIN_MS,
    ),
    check(
      '/readyz is 503 while the database is away',
      (probe, window) => probe.kind === 'ready' && window.outage.away && inTheMidst(probe, window),
      ({ status, flaws }) => status === 503 && flaws.length === 0,
    ),
    check(
      'a write is 503 while the database is away',
      (probe, window) => probe.kind === 'write' && window.outage.away && inTheMidst(probe, window),
      ({ status, flaws }) => status === 503 && flaws.length === 0,
    ),
    check(
      `every question has an answer within ${ANSWER_WITHIN_MS / 1_000} s`,
      () => true,
      ({ status, tookMs, flaws }) => status !== undefined && tookMs < ANSWER_WITHIN_MS && flaws.length === 0,
    ),
    finding(
      `all is well again ${RECOVERED_WITHIN_MS / 1_000} s after the end of it`,
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

function outageFacts(window: Watched, all: readonly Probe[]): string {
  const writes = all.filter(
    ({ kind, startedMs }) => kind === 'write' && startedMs >= window.struckMs && startedMs < window.mendedMs,
  );
  const slowest = Math.max(...writes.map(({ tookMs }) => tookMs));
  const refused = writes.filter(({ status }) => status === 503).length;
  const recovered = recoveredAfterMs(all, window, window.untilMs);
  return `${window.outage.name}: ${refused} of ${writes.length} writes 503, slowest ${Math.round(slowest)} ms, well again after ${Math.round(recovered)} ms`;
}
