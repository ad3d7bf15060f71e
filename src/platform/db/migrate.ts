import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { Database, Tx } from './database.ts';

export interface Migration {
  /** `0001`, from the file's name; they run in this order. */
  readonly version: number;
  readonly name: string;
  readonly text: string;
  readonly checksum: string;
}

export class MigrationError extends Error {}

/** Any constant will do, as long as every version of Holdfast takes the same. */
const MIGRATION_LOCK = 4_651_270_001;

export async function readMigrations(directory: string): Promise<Migration[]> {
  const files = (await readdir(directory)).filter((file) => file.endsWith('.sql')).sort();
  return Promise.all(
    files.map(async (file) => {
      const version = Number(/^(\d{4})_[a-z0-9_]+\.sql$/.exec(file)?.[1]);
      if (!version) throw new MigrationError(`${file} is not named NNNN_what_it_does.sql`);
      const text = await readFile(join(directory, file), 'utf8');
      return { version, name: file, text, checksum: createHash('sha256').update(text).digest('hex') };
    }),
  );
}

/**
 * Brings the schema forward, in one transaction and behind one lock: instances that start together apply each
 * migration once, and a failed one leaves nothing behind. A schema newer than this program is left alone, so
 * that the old version keeps serving while a new one is rolled out.
 *
 * @returns the names of the migrations applied now
 */
export async function migrate(database: Database, migrations: readonly Migration[]): Promise<string[]> {
  return database.transaction(async (tx) => {
    // Starting instances queue here for as long as the first one needs.
    await sql`set local lock_timeout = 0`.execute(tx);
    await sql`set local statement_timeout = 0`.execute(tx);
    await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`.execute(tx);
    const applied = await readApplied(tx);
    const pending = migrations.filter((migration) => !isApplied(migration, applied));
    for (const migration of pending) await apply(tx, migration);
    return pending.map((migration) => migration.name);
  });
}

async function readApplied(tx: Tx): Promise<Map<number, string>> {
  await sql`create table if not exists schema_migration (
    version integer primary key,
    name text not null,
    checksum text not null,
    applied_at timestamptz not null default clock_timestamp()
  )`.execute(tx);
  const { rows } = await sql<{ version: number; checksum: string }>`
    select version, checksum from schema_migration`.execute(tx);
  return new Map(rows.map((row) => [row.version, row.checksum]));
}

function isApplied(migration: Migration, applied: ReadonlyMap<number, string>): boolean {
  const checksum = applied.get(migration.version);
  if (checksum !== undefined && checksum !== migration.checksum) {
    throw new MigrationError(`${migration.name} was changed after it had been applied to this database`);
  }
  return checksum !== undefined;
}

async function apply(tx: Tx, migration: Migration): Promise<void> {
  for (const statement of splitStatements(migration.text)) await sql.raw(statement).execute(tx);
  await sql`insert into schema_migration (version, name, checksum)
    values (${migration.version}, ${migration.name}, ${migration.checksum})`.execute(tx);
}

/** PGlite takes one statement at a time: split at `;` at a line's end, outside `$$` bodies. */
function splitStatements(text: string): string[] {
  const statements: string[] = [];
  let current = '';
  let quoted = false;
  for (const line of text.split('\n')) {
    if (current === '' && /^\s*(--.*)?$/.test(line)) continue;
    current += `${line}\n`;
    if (((line.match(/\$\$/g) ?? []).length & 1) === 1) quoted = !quoted;
    if (!quoted && /;\s*(--.*)?$/.test(line)) {
      statements.push(current);
      current = '';
    }
  }
  if (current.trim() !== '') throw new MigrationError(`a migration ends in mid-statement: ${current.slice(0, 80)}`);
  return statements;
}
