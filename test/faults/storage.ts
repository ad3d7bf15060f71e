import { execFile } from 'node:child_process';
import { mkdtemp, open, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { seededRandom } from '../../src/platform/seeded-random.ts';
import { createBookingFixture, readStored } from '../support/bookings/booking-fixture.ts';
import { BookingLoad } from '../support/bookings/booking-load.ts';
import { createEmbedded } from '../support/database/own-database.ts';
import { brokenInvariants } from '../support/database/stored-invariants.ts';
import { type Probe, Probes, recoveredAfterMs } from '../support/requests/probes.ts';
import { startChildServer } from '../support/server/child-server.ts';
import { MovingTarget } from '../support/server/moving-target.ts';
import type { FaultOptions } from './options.ts';
import { type FaultReport, factsOf, finding, judge } from './report.ts';

const run = promisify(execFile);
const MIB = 2 ** 20;
const DISK_BYTES = 640 * MIB;
/** The server stops writing below 64 MiB of free space, and checks once a second. */
const NOTICED_WITHIN_MS = 1_500;
const RECOVERED_WITHIN_MS = 5_000;
const FULL_MS = 6_000;

/** Fills the disk under the embedded database, first nearly and then to the last byte, and frees it again. */
export async function storage({ seed }: FaultOptions): Promise<FaultReport[]> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', directory]);
  } catch (error) {
    await rm(directory, { recursive: true });
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return [
      { title: 'full disk: skipped, because no file system can be mounted here', facts: [`${why}`], findings: [] },
    ];
  }
  try {
    return [await fillUp(directory, seed)];
  } finally {
    await run('umount', ['--lazy', directory]);
    await rm(directory, { recursive: true });
  }
}

/** Free bytes at each filling. */
const FILLS = [
  { name: 'nearly full', leaveBytes: 24 * MIB },
  { name: 'full to the last byte', leaveBytes: 0 },
] as const;

async function fillUp(directory: string, seed: number): Promise<FaultReport> {
  await using own = await createEmbedded(directory);
  const fixture = await createBookingFixture(own);
  const target = new MovingTarget();
  const random = seededRandom(seed);
  const load = new BookingLoad({ target, fixture, random, buyers: 4, pauseMs: 20, answerWithinMs: 30_000 });
  const server = await startChildServer({ ...own.env, HOLD_TTL: '2h' });
  target.moveTo(server.port);
  void server.gone().then(() => load.abandon());
  const probes = new Probes(server.port);
  load.start();
  const windows: Full[] = [];
  for (const { name, leaveBytes } of FILLS) {
    await delay(2_000);
    await fill(directory, leaveBytes);
    const struckMs = performance.now();
    await delay(FULL_MS);
    await rm(join(directory, 'filler'));
    const mendedMs = performance.now();
    await delay(RECOVERED_WITHIN_MS + 2_000);
    windows.push({ name, struckMs, mendedMs, untilMs: performance.now() });
  }
  await load.stop();
  await probes.stop();
  const alive = server.alive;
  server.signal('SIGTERM');
  const exit = await server.gone();
  await using database = await own.open();
  const broken = await brokenInvariants(database);
  const stored = await readStored(database);
  return {
    title: 'full disk under the embedded database, under load',
    facts: [...factsOf(load.attempts, stored), ...windows.map((window) => fullFacts(window, probes.all))],
    findings: [
      ...judge(load.attempts, stored),
      ...whileFull(windows, probes.all),
      finding('the tables keep their invariants', [{ ok: broken.length === 0, what: broken.join('; ') }]),
      finding('the process is alive and logs no error', [
        {
          ok: alive && server.complaints.length === 0,
          what: `${alive ? '' : 'the process ended; '}${server.complaints.join('\n')}`,
        },
      ]),
      finding('the process stops on SIGTERM', [{ ok: exit === 0, what: `it ended with ${exit}` }]),
    ],
  };
}

interface Full {
  readonly name: string;
  readonly struckMs: number;
  readonly mendedMs: number;
  readonly untilMs: number;
}

/** Writes a file that leaves `leaveBytes` of the disk free. */
async function fill(directory: string, leaveBytes: number): Promise<void> {
  const filler = await open(join(directory, 'filler'), 'w');
  try {
    for (;;) {
      const { bavail, bsize } = await statfs(directory);
      const left = bavail * bsize - leaveBytes;
      if (left <= 0) return;
      await filler.write(Buffer.alloc(Math.min(left, MIB)));
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  } finally {
    await filler.close();
  }
}

function whileFull(windows: readonly Full[], all: readonly Probe[]) {
  const inside = (kind: Probe['kind'], ok: (probe: Probe) => boolean) =>
    windows.flatMap((window) =>
      all
        .filter((probe) => {
          return (
            probe.kind === kind &&
            probe.startedMs > window.struckMs + NOTICED_WITHIN_MS &&
            probe.startedMs < window.mendedMs
          );
        })
        .map((probe) => ({
          ok: ok(probe) && probe.tookMs < 1_000,
          what: `${window.name}: ${probe.status ?? 'no answer'} ${probe.problem ?? ''} after ${Math.round(probe.tookMs)} ms`,
        })),
    );
  const isOk = ({ status }: Probe) => status === 200;
  return [
    finding(
      'a write is 503 storage-full',
      inside('write', (probe) => probe.problem === 'storage-full' && probe.flaws.length === 0),
    ),
    finding('a read is 200', inside('read', isOk)),
    finding('/healthz is 200', inside('health', isOk)),
    finding(
      `writes succeed again within ${RECOVERED_WITHIN_MS / 1_000} s after space is freed`,
      windows.map((window) => {
        const ms = recoveredAfterMs(all, window, window.untilMs);
        return { ok: ms <= RECOVERED_WITHIN_MS, what: `${window.name}: ${Math.round(ms)} ms` };
      }),
    ),
  ];
}

function fullFacts(window: Full, all: readonly Probe[]): string {
  return `${window.name}: recovered after ${Math.round(recoveredAfterMs(all, window, window.untilMs))} ms`;
}
