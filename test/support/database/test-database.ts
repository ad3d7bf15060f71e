import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, inject } from 'vitest';
import { inventoryConstraints } from '../../../src/modules/inventory/index.ts';
import type { Database } from '../../../src/platform/db/database.ts';
import type { DatabaseClock } from '../../../src/platform/db/database-clock.ts';
import { openPglite } from '../../../src/platform/db/pglite-driver.ts';
import { openPostgres } from '../../../src/platform/db/postgres-driver.ts';
import { onServer, withDatabase } from './services.ts';

/** A database of a test file's own, with the schema and nothing in it. */
export interface TestDatabase extends AsyncDisposable {
  readonly database: Database;
  /** Where a second client finds it; only on PostgreSQL. */
  readonly url: string | undefined;
  readonly clock: TestClock;
}

/**
 * The database's clock in the test's hand. The program asks `holdfast_clock()` for the time and nothing else, and
 * a test's database is its own, so the test has it read a row that the test writes.
 *
 * A function put in the place of another at each move would not do: a session that waits for a lock in the middle
 * of a PL/pgSQL function goes on with the function it knew, and so would never see time pass while it waits.
 */
export interface TestClock extends DatabaseClock {
  /** Takes the clock in hand and lets it run. Moving it does so too, but not for a session that waits already. */
  take(): Promise<void>;
  /** Stops the clock at a moment, to the microsecond. */
  freeze(instant: string): Promise<void>;
  /** Moves the clock from where it is, and lets it run. */
  advance(interval: string): Promise<void>;
  /** Has every reading of the clock from a moment on be one microsecond after the reading before. */
  tick(instant: string): Promise<void>;
}

export async function openTestDatabase(kind: Database['kind']): Promise<TestDatabase> {
  return kind === 'postgres' ? clonePostgres() : copyPglite();
}

async function clonePostgres(): Promise<TestDatabase> {
  const server = inject('postgresUrl');
  if (server === undefined) throw new Error('this test needs PostgreSQL');
  const name = `holdfast_test_${process.pid}_${randomBytes(5).toString('hex')}`;
  await onServer(server, `create database ${name} template ${inject('postgresTemplate')}`);
  // No test here is about a server that crashes, and waiting for the disk at each commit would be most of its time.
  await onServer(server, `alter database ${name} set synchronous_commit = off`);
  const url = withDatabase(server, name);
  const database = openPostgres({ url, constraints: inventoryConstraints, onBroken() {} });
  return {
    database,
    url,
    clock: createClock(database),
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      await onServer(server, `drop database ${name} with (force)`);
    },
  };
}

async function copyPglite(): Promise<TestDatabase> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-test-'));
  await cp(inject('pgliteTemplate'), directory, { recursive: true });
  const database = await openPglite({ dataDir: directory, constraints: inventoryConstraints });
  return {
    database,
    url: undefined,
    clock: createClock(database),
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const clocks = new WeakMap<Database, TestClock>();

/** The clock of a test's database, where the test has it in its hand. */
export function clockOf(database: Database): TestClock | undefined {
  return clocks.get(database);
}

const CLOCK = [
  'create schema test_clock',
  'create table test_clock.setting (stands_at timestamptz, ticks boolean not null, moved interval not null)',
  "insert into test_clock.setting values (null, false, '0')",
  'create sequence test_clock.reading minvalue 0',
  // Volatile and not inlined: each call sees the row as it is committed at that moment, as a clock is read.
  `create or replace function holdfast_clock() returns timestamptz language sql volatile as $$
     select case when ticks then stands_at + nextval('test_clock.reading') * interval '1 microsecond'
                 else coalesce(stands_at, clock_timestamp() + moved) end
       from test_clock.setting $$`,
];

function createClock(database: Database): TestClock {
  let offsetMs = 0;
  let standsMs: number | undefined;
  let taking: Promise<void> | undefined;
  const take = () => {
    taking ??= database.transaction(async (tx) => {
      for (const statement of CLOCK) await sql.raw(statement).execute(tx);
    });
    return taking;
  };
  const set = async (setting: string) => {
    await take();
    return database.transaction(async (tx) => {
      await sql`alter sequence test_clock.reading restart`.execute(tx);
      const { rows } = await sql<{ ms: number }>`
        update test_clock.setting set ${sql.raw(setting)}
        returning (extract(epoch from coalesce(stands_at, clock_timestamp() + moved)) * 1000)::double precision as ms
      `.execute(tx);
      // Views tell from memory what is free at which moment, of a clock that only moves on: tell them that it jumped.
      await sql`select pg_notify('holdfast_change', '{"topic": "calendar", "keys": null}')`.execute(tx);
      return rows[0]?.ms ?? 0;
    });
  };
  const clock: TestClock = {
    take,
    async freeze(instant) {
      standsMs = await set(`stands_at = timestamptz '${instant}', ticks = false`);
    },
    async advance(interval) {
      const moved = `moved = holdfast_clock() + interval '${interval}' - clock_timestamp()`;
      offsetMs = (await set(`${moved}, stands_at = null, ticks = false`)) - Date.now();
      standsMs = undefined;
    },
    async tick(instant) {
      standsMs = await set(`stands_at = timestamptz '${instant}', ticks = true`);
    },
    earliestMs: () => standsMs ?? Date.now() + offsetMs,
    latestMs: () => standsMs ?? Date.now() + offsetMs + 1,
  };
  clocks.set(database, clock);
  return clock;
}

/** Runs a suite on PGlite, and on PostgreSQL where there is one, each on a database of its own. */
export function eachDatabase(name: string, suite: (open: () => TestDatabase) => void): void {
  for (const kind of ['pglite', 'postgres'] as const) {
    // A machine may have no PostgreSQL. The start of the run says so, or fails with REQUIRE_SERVICES=1.
    describe.skipIf(kind === 'postgres' && inject('postgresUrl') === undefined)(`${name} (${kind})`, () => {
      suite(useTestDatabase(kind));
    });
  }
}

/** Runs a suite on PostgreSQL only, where there is one: PGlite is one connection, so it has no races. */
export function onPostgres(name: string, suite: (open: () => TestDatabase) => void): void {
  // As above: a machine may have none.
  describe.skipIf(inject('postgresUrl') === undefined)(name, () => {
    suite(useTestDatabase('postgres'));
  });
}

/** The quicker kind of those there are, for a test that needs one database and no more. */
export function eitherKind(): Database['kind'] {
  return inject('postgresUrl') === undefined ? 'pglite' : 'postgres';
}

function useTestDatabase(kind: Database['kind']): () => TestDatabase {
  let opened: TestDatabase | undefined;
  beforeAll(async () => {
    opened = await openTestDatabase(kind);
  });
  afterAll(async () => {
    await opened?.[Symbol.asyncDispose]();
  });
  return () => {
    if (opened === undefined) throw new Error('the test database is not open yet');
    return opened;
  };
}
