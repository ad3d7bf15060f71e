// Rehearses backup and restore on a PostgreSQL cluster of its own, while holds run:
//   npm run restore:rehearsal [-- --seed N]
// 1. pg_dump, and pg_restore into another database. 2. A base backup and the archived WAL, to a point in time.
// Both are compared with what was true then: counts, invariants, and the answers of a server.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { seededRandom } from '../../src/platform/seeded-random.ts';
import { finding, printReport } from '../faults/report.ts';
import { createBookingFixture } from '../support/bookings/booking-fixture.ts';
import { type Attempt, outcomeOf, reservationIdOf } from '../support/bookings/booking-history.ts';
import { BookingLoad } from '../support/bookings/booking-load.ts';
import { openOwn } from '../support/database/own-database.ts';
import { brokenInvariants } from '../support/database/stored-invariants.ts';
import { startChildServer } from '../support/server/child-server.ts';
import { freePorts } from '../support/server/free-port.ts';
import { until } from '../support/server/until.ts';
import { answersOf } from './answers.ts';
import { makeDirectory, runPostgres, startCluster } from './own-cluster.ts';

const print = (line: string) => process.stdout.write(`${line}\n`);
const { values } = parseArgs({ options: { seed: { type: 'string' } } });
const seed = Number(values.seed ?? 1);
const COUNTS = `select (select count(*) from slot) as slots, (select sum(claimed) from slot) as claimed,
  (select count(*) from reservation) as reservations, (select count(*) from reservation_event) as history,
  (select count(*) from client) as clients, (select count(*) from idempotent_answer) as answers,
  (select max(id) from reservation) as last, (select count(*) from schema_migration) as migrations`;

async function countsOf(url: string): Promise<string> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return JSON.stringify((await client.query(COUNTS)).rows[0]);
  } finally {
    await client.end();
  }
}

async function invariantsOf(url: string): Promise<{ ok: boolean; what: string }> {
  await using database = await openOwn(url);
  const broken = await brokenInvariants(database);
  return { ok: broken.length === 0, what: broken.join('; ') };
}

async function serveAnswers(url: string): Promise<string[]> {
  await using server = await startChildServer({ DATABASE_URL: url, HOLD_TTL: '2h', MIN_NOTICE: '0s' });
  return await answersOf(`http://127.0.0.1:${server.port}`);
}

const work = await mkdtemp(join(tmpdir(), 'holdfast-restore-'));
try {
  await makeDirectory(work);
  const [port = 0, restoredPort = 0] = await freePorts(2);
  const data = join(work, 'data');
  const base = join(work, 'base');
  const archive = await makeDirectory(join(work, 'archive'));
  runPostgres(
    'initdb',
    '--pgdata',
    data,
    '--username',
    'postgres',
    '--auth',
    'trust',
    '--encoding',
    'UTF8',
    '--locale',
    'C',
  );
  const archiving = ['archive_mode=on', `archive_command=cp %p ${archive}/%f`, 'fsync=off'];
  await using cluster = await startCluster(data, port, archiving);
  const admin = new pg.Client(cluster.url('postgres'));
  await admin.connect();
  await admin.query('create database holdfast');
  const url = cluster.url('holdfast');
  const connection = ['--host', '127.0.0.1', '--port', String(port), '--username', 'postgres'];
  const own = {
    kind: 'postgres',
    url,
    env: { DATABASE_URL: url },
    open: () => openOwn(url),
    async [Symbol.asyncDispose]() {},
  } as const;
  const fixture = await createBookingFixture(own);
  const server = await startChildServer({ ...own.env, HOLD_TTL: '2h', MIN_NOTICE: '0s' });
  const target = { port: () => Promise.resolve(server.port) };
  const load = new BookingLoad({
    target,
    fixture,
    random: seededRandom(seed),
    buyers: 8,
    pauseMs: 20,
    answerWithinMs: 15_000,
  });
  load.start();
  // Enough for each part to have something to lose, however slow the machine is.
  const more = async (count: number) => {
    const wanted = load.attempts.length + count;
    await until(`${count} more requests`, () => load.attempts.length >= wanted, 120_000);
  };
  await more(300);

  // 1. The counts of the snapshot that pg_dump reads, while holds go on.
  const reader = new pg.Client(url);
  await reader.connect();
  await reader.query('begin isolation level repeatable read');
  const { snapshot } = (await reader.query('select pg_export_snapshot() as snapshot')).rows[0] as { snapshot: string };
  const dump = join(work, 'holdfast.dump');
  runPostgres('pg_dump', ...connection, '--format', 'custom', `--snapshot=${snapshot}`, '--file', dump, 'holdfast');
  const dumped = JSON.stringify((await reader.query(COUNTS)).rows[0]);
  await reader.end();

  // 2. A base backup, holds after it, and a point to which to recover.
  runPostgres('pg_basebackup', ...connection, '--pgdata', base, '--checkpoint', 'fast', '--wal-method', 'none');
  await more(200);
  const beforeMs = performance.now();
  await admin.query("select pg_create_restore_point('rehearsal')");
  const afterMs = performance.now();
  await more(200);
  await load.stop();
  server.signal('SIGTERM');
  await server.gone();
  await archiveWal(admin);

  await admin.query('create database restored');
  runPostgres('pg_restore', ...connection, '--dbname', 'restored', '--exit-on-error', dump);
  const restored = await countsOf(cluster.url('restored'));
  const last = join(work, 'last.dump');
  runPostgres('pg_dump', ...connection, '--format', 'custom', '--file', last, 'holdfast');
  await admin.query('create database last');
  runPostgres('pg_restore', ...connection, '--dbname', 'last', '--exit-on-error', last);
  const [answered, answeredAgain] = [await serveAnswers(url), await serveAnswers(cluster.url('last'))];

  await writeFile(join(base, 'recovery.signal'), '');
  const recovering = [
    `restore_command=cp ${archive}/%f %p`,
    'recovery_target_name=rehearsal',
    'recovery_target_action=promote',
    'fsync=off',
  ];
  await using recovered = await startCluster(base, restoredPort, recovering);
  const recoveredUrl = recovered.url('holdfast');
  const client = new pg.Client(recoveredUrl);
  await client.connect();
  const { rows } = await client.query('select id from reservation');
  await client.end();
  const ids = new Set(rows.map(({ id }) => Number(id)));
  const holds = load.attempts.filter((each) => each.kind === 'hold' && outcomeOf(each)?.status === 201);
  const isIn = (each: Attempt) => ids.has(reservationIdOf(outcomeOf(each)?.body ?? '{}'));
  const before = holds.filter((each) => (outcomeOf(each)?.endedMs ?? Infinity) < beforeMs);
  const after = holds.filter((each) => (each.sendings[0]?.sentMs ?? 0) > afterMs);
  const broken = printReport(
    {
      title: 'backup and restore while holds run',
      facts: [
        `${load.attempts.length} requests; dumped ${dumped}`,
        `${before.length} holds acknowledged before the point in time, ${after.length} requested after it`,
      ],
      findings: [
        finding('the restored dump has the counts of its snapshot', [{ ok: restored === dumped, what: restored }]),
        finding('control: the counts change while holds run', [{ ok: (await countsOf(url)) !== dumped, what: dumped }]),
        finding('the restored dump keeps the invariants', [await invariantsOf(cluster.url('restored'))]),
        finding(
          'a server on a restored dump answers the seven paths as on the original',
          answered.map((answer, index) => ({
            ok: answer === answeredAgain[index],
            what: `${answer} | ${answeredAgain[index]}`,
          })),
        ),
        finding(
          'recovery to a point in time has every hold acknowledged before it',
          before.map((each) => ({ ok: isIn(each), what: JSON.stringify(each) })),
        ),
        finding(
          'and none that was requested after it',
          after.map((each) => ({ ok: !isIn(each), what: JSON.stringify(each) })),
        ),
        finding('the recovered cluster keeps the invariants', [await invariantsOf(recoveredUrl)]),
        finding(
          'a server on the recovered cluster answers the seven paths',
          (await serveAnswers(recoveredUrl)).map((answer) => ({ ok: /^20[01] /.test(answer), what: answer })),
        ),
      ],
    },
    print,
  );
  await admin.end();
  print(broken === 0 ? '\nNo promise was broken.' : `\n${broken} promises were broken; seed ${seed}.`);
  process.exitCode = broken === 0 ? 0 : 1;
} finally {
  await rm(work, { recursive: true, force: true });
}

/** Ends the present segment of the WAL, and waits until it is in the archive. */
async function archiveWal(admin: pg.Client): Promise<void> {
  const { rows } = await admin.query('select pg_walfile_name(pg_switch_wal()) as segment');
  for (let attempt = 0; attempt < 300; attempt += 1) {
    const archived = await admin.query('select last_archived_wal >= $1 as done from pg_stat_archiver', [
      rows[0].segment,
    ]);
    if (archived.rows[0]?.done) return;
    await delay(100);
  }
  throw new Error('the WAL was not archived within 30 s');
}
