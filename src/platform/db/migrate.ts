import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { Failure } from '../errors.ts';
import { requireCreate } from './check-server.ts';
import type { Database, Reader, Tx } from './database.ts';
import { isPostgresError } from './database-failure.ts';

export interface Migration {
  /** The number at the start of the file's name: 1 for `0001_platform.sql`. Migrations run in this order. */
  readonly version: number;
  readonly name: string;
  readonly text: string;
  /** SHA-256 of the text. */
  readonly checksum: string;
}

/** A migration cannot be applied. The message names it and says why, in one line. */
export class MigrationError extends Error {}

/** The key of the advisory lock. It is arbitrary, and the same in every version of Holdfast. */
const MIGRATION_LOCK = 4_651_270_001;

export async function readMigrations(directory: string): Promise<Migration[]> {
  const files = (await readdir(directory)).filter((file) => file.endsWith('.sql')).sort();
  return Promise.all(
    files.map(async (file) => {
      const version = Number(/^(\d{4})_[a-z0-9_]+\.sql$/.exec(file)?.[1]);
      if (!version) throw new MigrationError(`${file} is not named like 0001_what_it_does.sql`);
      const text = await readFile(join(directory, file), 'utf8');
      return { version, name: file, text, checksum: createHash('sha256').update(text).digest('hex') };
    }),
  );
}

/**
 * Applies the migrations that the database does not have yet, in one transaction and under one lock: instances that
 * start together apply each migration once, and a migration that fails leaves nothing behind. A schema that is newer
 * than this program is left alone, so that the old version keeps serving while a new one is rolled out.
 *
 * @returns the names of the migrations applied now
 * @throws MigrationError, StartError, Failure
 */
export async function migrate(database: Database, migrations: readonly Migration[]): Promise<string[]> {
  let current: Migration | undefined;
  try {
    return await database.transaction(async (tx) => {
      // Instances that start meanwhile wait here for as long as the first one takes.
      await sql`set local lock_timeout = 0`.execute(tx);
      await sql`set local statement_timeout = 0`.execute(tx);
      await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`.execute(tx);
      const applied = await readApplied(tx);
      const pending = migrations.filter((migration) => !isApplied(migration, applied));
      if (pending.length > 0) await prepareToApply(tx);
      for (current of pending) await apply(tx, current);
      return pending.map((migration) => migration.name);
    });
  } catch (error) {
    if (error instanceof Failure || error instanceof MigrationError) throw error;
    if (isForeign(error)) {
      throw new MigrationError(
        `The database has tables that are not Holdfast's: ${error.message}. ` +
          'Set DATABASE_URL to a database of its own, such as a new one.',
        { cause: error },
      );
    }
    if (current === undefined) throw error;
    throw new MigrationError(`${current.name} failed: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}

/**
 * Whether a statement met things of another program: a table, a function or a type of the name that it creates, or a
 * `schema_migration` with other columns.
 */
function isForeign(error: unknown): error is Error {
  return isPostgresError(error) && ['42P07', '42710', '42723', '42P06', '42703'].includes(error.code);
}

/** Checks the right to create tables, and creates the table that `readApplied` reads. */
async function prepareToApply(tx: Tx): Promise<void> {
  await requireCreate(tx, 'public');
  await sql`create table if not exists schema_migration (
    version integer primary key,
    name text not null,
    checksum text not null,
    applied_at timestamptz not null default clock_timestamp()
  )`.execute(tx);
}

/** The checksums of the applied migrations, by version. Creates nothing, because the role may not be allowed to. */
async function readApplied(tx: Reader): Promise<Map<number, string>> {
  const { rows: tables } = await sql`select where to_regclass('schema_migration') is not null`.execute(tx);
  if (tables.length === 0) return new Map();
  const { rows } = await sql<{ version: number; checksum: string }>`
    select version, checksum from schema_migration`.execute(tx);
  return new Map(rows.map((row) => [row.version, row.checksum]));
}

function isApplied(migration: Migration, applied: ReadonlyMap<number, string>): boolean {
  const checksum = applied.get(migration.version);
  if (checksum !== undefined && checksum !== migration.checksum) {
    throw new MigrationError(
      `${migration.name} was changed after it had been applied to this database. ` +
        'Restore the file, or put the change into a new migration.',
    );
  }
  return checksum !== undefined;
}

async function apply(tx: Tx, migration: Migration): Promise<void> {
  for (const statement of splitStatements(migration.text)) await sql.raw(statement).execute(tx);
  await sql`insert into schema_migration (version, name, checksum)
    values (${migration.version}, ${migration.name}, ${migration.checksum})`.execute(tx);
}

/** Splits a script at each `;` that ends a line outside `$$` bodies, since PGlite takes one statement at a time. */
function splitStatements(text: string): string[] {
  const statements: string[] = [];
  let current = '';
  let isQuoted = false;
  for (const line of text.split('\n')) {
    if (current === '' && /^\s*(--.*)?$/.test(line)) continue;
    current += `${line}\n`;
    if (((line.match(/\$\$/g) ?? []).length & 1) === 1) isQuoted = !isQuoted;
    if (!isQuoted && /;\s*(--.*)?$/.test(line)) {
      statements.push(current);
      current = '';
    }
  }
  if (current.trim() !== '') throw new MigrationError(`a statement has no end: ${current.trim().slice(0, 80)}`);
  return statements;
}

/** How the schema of a database differs from the migrations of this program. It changes nothing. */
export interface SchemaState {
  /** Names of the migrations that it lacks. */
  readonly pending: readonly string[];
  /** Number of migrations that it has and this program does not know. */
  readonly newer: number;
}

/** @throws MigrationError if an applied migration was changed */
export async function readSchemaState(database: Database, migrations: readonly Migration[]): Promise<SchemaState> {
  const applied = await database.read(readApplied);
  const known = new Set(migrations.map(({ version }) => version));
  return {
    pending: migrations.filter((migration) => !isApplied(migration, applied)).map(({ name }) => name),
    newer: [...applied.keys()].filter((version) => !known.has(version)).length,
  };
}
