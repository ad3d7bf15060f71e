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

/** A database for one test file, with the schema and without data. */
export interface TestDatabase extends AsyncDisposable {
  readonly database: Database;
  /** The URL for a second client; only on PostgreSQL. */
  readonly url: string | undefined;
  readonly clock: TestClock;
}

/**
 * The database's clock under the control of a test. Every decision reads the time with `holdfast_clock()`, and each
 * test has its own database, so the test replaces that function by one that reads a row the test writes.
 *
 * Replacing the function at each move would not work: a session that waits for a lock inside a PL/pgSQL function
 * continues with the old function, and would never see time pass while it waits.
 */
export interface TestClock extends DatabaseClock {
  /** Takes control of the clock and lets it run. The other methods do so too, but a session that waits already does not notice. */
  take(): Promise<void>;
  /** Stops the clock at an instant, to the microsecond. */
  freeze(instant: string): Promise<void>;
  /** Moves the clock forward from its current time, and lets it run. */
  advance(interval: string): Promise<void>;
  /** Makes every reading one microsecond later than the one before, from an instant on. */
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
  // Tests do not crash the database server, and would spend most of their time waiting for the disk at each commit.
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

/** The clock of a database, if it is a test's. */
export function clockOf(database: Database): TestClock | undefined {
  return clocks.get(database);
}

const CLOCK = [
  'create schema test_clock',
  'create table test_clock.setting (stands_at timestamptz, ticks boolean not null, moved interval not null)',
  "insert into test_clock.setting values (null, false, '0')",
  'create sequence test_clock.reading minvalue 0',
  // Volatile and not inlined, so that each call sees the row as it is committed at that moment.
  `create or replace function holdfast_clock() returns timestamptz language sql volatile as $$
     select case when ticks then stands_at + nextval('test_clock.reading') * interval '1 microsecond'
                 else coalesce(stands_at, clock_timestamp() + moved) end
       from test_clock.setting $$`,
];

function createClock(database: Database): TestClock {
  let offsetMs = 0;
  let stoppedAtMs: number | undefined;
  let taken: Promise<void> | undefined;
  const take = () => {
    taken ??= database.transaction(async (tx) => {
      for (const statement of CLOCK) await sql.raw(statement).execute(tx);
    });
    return taken;
  };
  const set = async (setting: string) => {
    await take();
    return database.transaction(async (tx) => {
      await sql`alter sequence test_clock.reading restart`.execute(tx);
      const { rows } = await sql<{ ms: number }>`
        update test_clock.setting set ${sql.raw(setting)}
        returning (extract(epoch from coalesce(stands_at, clock_timestamp() + moved)) * 1000)::double precision as ms
      `.execute(tx);
      // Views know from memory what is free at which moment, by a clock that only moves forward. Notify them of the jump.
      await sql`select pg_notify('holdfast_change', '{"topic": "calendar", "keys": null}')`.execute(tx);
      return rows[0]?.ms ?? 0;
    });
  };
  const clock: TestClock = {
    take,
    async freeze(instant) {
      stoppedAtMs = await set(`stands_at = timestamptz '${instant}', ticks = false`);
    },
    async advance(interval) {
      const moved = `moved = holdfast_clock() + interval '${interval}' - clock_timestamp()`;
      offsetMs = (await set(`${moved}, stands_at = null, ticks = false`)) - Date.now();
      stoppedAtMs = undefined;
    },
    async tick(instant) {
      stoppedAtMs = await set(`stands_at = timestamptz '${instant}', ticks = true`);
    },
    earliestMs: () => stoppedAtMs ?? Date.now() + offsetMs,
    latestMs: () => stoppedAtMs ?? Date.now() + offsetMs + 1,
  };
  clocks.set(database, clock);
  return clock;
}

/** Runs a suite on PGlite, and on PostgreSQL where there is one, each on a database of its own. */
export function eachDatabase(name: string, suite: (open: () => TestDatabase) => void): void {
  for (const kind of ['pglite', 'postgres'] as const) {
    // Without a PostgreSQL these are skipped. The start of the run says so, or fails with REQUIRE_SERVICES=1.
    describe.skipIf(kind === 'postgres' && inject('postgresUrl') === undefined)(`${name} (${kind})`, () => {
      suite(useTestDatabase(kind));
    });
  }
}

/** Runs a suite on PostgreSQL only. PGlite has one connection, so nothing can race there. */
export function onPostgres(name: string, suite: (open: () => TestDatabase) => void): void {
  // Skipped without a PostgreSQL, as above.
  describe.skipIf(inject('postgresUrl') === undefined)(name, () => {
    suite(useTestDatabase('postgres'));
  });
}

/** The faster of the available kinds, for a test that needs only one. */
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
