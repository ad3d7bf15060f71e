import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import type { Database, Tx } from '../../src/platform/db/database.ts';
import { migrate, readMigrations } from '../../src/platform/db/migrate.ts';
import { openPglite } from '../../src/platform/db/pglite-driver.ts';

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));
const RELEASE = new URL('previous-release.json', import.meta.url);
/** A function whose comment says that a source file calls it. */
const CALLED = /^-- Called by src\/.*\n(?:--.*\n)*create (?:or replace )?function (\w+)/gm;

interface Column {
  readonly name: string;
  readonly type: string;
  /** Whether a row can be inserted without it. */
  readonly isOptional: boolean;
}

interface Catalogue {
  readonly columns: readonly Column[];
  /** Names with the types of their parameters. */
  readonly functions: readonly string[];
}

async function readCatalogue(database: Database): Promise<Catalogue> {
  return database.read(async (reader) => {
    const columns = await sql<Column>`
      select c.relname || '.' || a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
             not a.attnotnull or a.atthasdef or a.attidentity <> '' as "isOptional"
        from pg_attribute a join pg_class c on c.oid = a.attrelid
       where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attnum > 0
         and not a.attisdropped`.execute(reader);
    const functions = await sql<{ signature: string }>`
      select oid::regprocedure::text as signature from pg_proc
       where pronamespace = 'public'::regnamespace`.execute(reader);
    return { columns: columns.rows, functions: functions.rows.map(({ signature }) => signature) };
  });
}

/** The ways in which a schema is less than the release before expects. */
function regressions(before: Catalogue, after: Catalogue, called: ReadonlySet<string>): string[] {
  const columns = new Map(after.columns.map((column) => [column.name, column]));
  const known = new Map(before.columns.map((column) => [column.name, column]));
  const tables = new Set(before.columns.map(({ name }) => name.split('.')[0]));
  const isNewDuty = ({ name, isOptional }: Column) =>
    tables.has(name.split('.')[0]) && !isOptional && known.get(name)?.isOptional !== false;
  return [
    ...before.columns.filter(({ name }) => !columns.has(name)).map(({ name }) => `column ${name} is gone`),
    ...before.columns
      .filter(({ name, type }) => (columns.get(name)?.type ?? type) !== type)
      .map(({ name, type }) => `column ${name} was ${type}`),
    ...after.columns.filter(isNewDuty).map(({ name }) => `column ${name} must be given`),
    ...before.functions
      .filter((signature) => called.has(signature.split('(')[0] ?? '') && !after.functions.includes(signature))
      .map((signature) => `function ${signature} is gone`),
  ];
}

it('migrations since the release before take nothing away that it uses, and one that does is found', async () => {
  const { lastMigration } = JSON.parse(await readFile(RELEASE, 'utf8')) as { lastMigration: string };
  const migrations = await readMigrations(MIGRATIONS);
  const released = migrations.filter(({ name }) => name <= lastMigration);
  expect(released.at(-1)?.name).toBe(lastMigration);
  const called = new Set(released.flatMap(({ text }) => [...text.matchAll(CALLED)].map(([, name = '']) => name)));
  expect(called).toContain('hold_slots');
  await using database = await openPglite({ dataDir: null, constraints: {} });
  await migrate(database, released);
  const before = await readCatalogue(database);
  await migrate(database, migrations);
  expect(regressions(before, await readCatalogue(database), called)).toEqual([]);

  await database.transaction((tx) => takeAway(tx));
  expect(regressions(before, await readCatalogue(database), called)).toEqual([
    'column client.last_name is gone',
    'column client.first_name was text',
    'column slot.note must be given',
    'function expire_due_holds(integer) is gone',
  ]);
});

async function takeAway(tx: Tx): Promise<void> {
  await sql`alter table client drop column last_name cascade`.execute(tx);
  await sql`alter table client alter column first_name type varchar(500)`.execute(tx);
  await sql`alter table slot add column note text not null`.execute(tx);
  await sql`drop function expire_due_holds(integer)`.execute(tx);
}
