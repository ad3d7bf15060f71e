import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, inject } from 'vitest';
import { inventoryConstraints } from '../../src/modules/inventory/index.ts';
import type { Database } from '../../src/platform/db/database.ts';
import type { DatabaseClock } from '../../src/platform/db/database-clock.ts';
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
 * a test's database is its own, so the test puts another function in its place.
 */
export interface TestClock extends DatabaseClock {
  /** Stops the clock at a moment, to the microsecond. */
  freeze(instant: string): Promise<void>;
  /** Moves the clock from where it is, and lets it run. */
  advance(interval: string): Promise<void>;
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

function createClock(database: Database): TestClock {
  let offset = "interval '0'";
  let offsetMs = 0;
  let frozenMs: number | undefined;
  // Views tell from memory what is free at which moment, of a clock that only moves on: tell them that it jumped.
  const define = (body: string) =>
    database.transaction(async (tx) => {
      const signature = 'holdfast_clock() returns timestamptz language sql volatile';
      await sql.raw(`create or replace function ${signature} return ${body}`).execute(tx);
      await sql`select pg_notify('holdfast_change', '{"topic": "calendar", "keys": null}')`.execute(tx);
      return sql<{ ms: number }>`select (extract(epoch from holdfast_clock()) * 1000)::double precision as ms`.execute(
        tx,
      );
    });
  const clock: TestClock = {
    async freeze(instant) {
      const { rows } = await define(`timestamptz '${instant}'`);
      frozenMs = rows[0]?.ms;
    },
    async advance(interval) {
      offset += ` + interval '${interval}'`;
      const { rows } = await define(`clock_timestamp() + ${offset}`);
      offsetMs = (rows[0]?.ms ?? 0) - Date.now();
      frozenMs = undefined;
    },
    earliestMs: () => frozenMs ?? Date.now() + offsetMs,
    latestMs: () => frozenMs ?? Date.now() + offsetMs + 1,
  };
  clocks.set(database, clock);
  return clock;
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
