import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, inject } from 'vitest';
import { inventoryConstraints } from '../../src/modules/inventory/index.ts';
import type { Database } from '../../src/platform/db/database.ts';
import { openPglite } from '../../src/platform/db/pglite-driver.ts';
import { openPostgres } from '../../src/platform/db/postgres-driver.ts';
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
export interface TestClock {
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
  const url = withDatabase(server, name);
  const database = openPostgres({ url, constraints: inventoryConstraints, onIdleError() {} });
  return {
    database,
    url,
    clock: await createClock(database),
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
    clock: await createClock(database),
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
    },
  };
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

async function createClock(database: Database): Promise<TestClock> {
  const run = (...statements: string[]) =>
    database.transaction(async (tx) => {
      for (const statement of statements) await sql.raw(statement).execute(tx);
    });
  await run(...CLOCK);
  return {
    freeze: (instant) => run(`update test_clock.setting set stands_at = timestamptz '${instant}', ticks = false`),
    advance: (interval) =>
      run(`update test_clock.setting
              set moved = holdfast_clock() + interval '${interval}' - clock_timestamp(), stands_at = null, ticks = false`),
    tick: (instant) =>
      run(
        'alter sequence test_clock.reading restart',
        `update test_clock.setting set stands_at = timestamptz '${instant}', ticks = true`,
      ),
  };
}

/** Runs a suite on PGlite, and on PostgreSQL where there is one, each on a database of its own. */
export function eachDatabase(name: string, suite: (open: () => TestDatabase) => void): void {
  for (const kind of ['pglite', 'postgres'] as const) {
    describe.skipIf(kind === 'postgres' && inject('postgresUrl') === undefined)(`${name} (${kind})`, () => {
      suite(useTestDatabase(kind));
    });
  }
}

/** Runs a suite on PostgreSQL only, where there is one: PGlite is one connection, so it has no races. */
export function onPostgres(name: string, suite: (open: () => TestDatabase) => void): void {
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
