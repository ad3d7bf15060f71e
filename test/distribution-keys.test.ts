import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import type { Database } from '../src/platform/db/database.ts';
import { migrate, readMigrations } from '../src/platform/db/migrate.ts';
import { openPglite } from '../src/platform/db/pglite-driver.ts';

const MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url));
const DOCUMENT = new URL('../docs/scale-out.md', import.meta.url);

/** A primary key, a unique constraint or index, or an exclusion constraint. */
interface Key {
  readonly table: string;
  readonly key: string;
  /** Its columns and expressions. */
  readonly parts: readonly string[];
  /** Columns of it that the database generates. */
  readonly generated: readonly string[];
}

async function readKeys(database: Database): Promise<{ tables: string[]; keys: Key[] }> {
  return database.read(async (reader) => {
    const tables = await sql<{ name: string }>`
      select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
       order by relname`.execute(reader);
    const keys = await sql<Key>`
      select t.relname as table, k.relname as key,
             array(select pg_get_indexdef(i.indexrelid, n, true) from generate_series(1, i.indnkeyatts) n) as parts,
             array(select a.attname::text from pg_attribute a
                    where a.attrelid = t.oid and a.attnum = any (i.indkey) and a.attidentity <> '') as generated
        from pg_index i join pg_class t on t.oid = i.indrelid join pg_class k on k.oid = i.indexrelid
       where t.relnamespace = 'public'::regnamespace and (i.indisunique or i.indisexclusion)`.execute(reader);
    return { tables: tables.rows.map(({ name }) => name), keys: keys.rows };
  });
}

/** The table of docs/scale-out.md: the columns by which the rows of a table belong to a node; none for other tables. */
async function readDistribution(): Promise<Map<string, readonly string[]>> {
  const rows = (await readFile(DOCUMENT, 'utf8')).matchAll(/^\| `(\w+)` +\| ([^|]*)\|/gm);
  return new Map(
    [...rows].map(([, table = '', by = '']) => [table, [...by.matchAll(/`(\w+)`/g)].map(([, name = '']) => name)]),
  );
}

/** Keys that a node cannot check alone: they neither contain a column by which rows are distributed nor are generated ids. */
function keysAcrossNodes(keys: readonly Key[], distribution: ReadonlyMap<string, readonly string[]>): string[] {
  const isLocal = ({ table, parts, generated }: Key) => {
    const columns = distribution.get(table) ?? [];
    if (columns.length === 0) return true;
    const isGenerated = parts.every((part) => generated.includes(part));
    return isGenerated || columns.some((column) => parts.some((part) => new RegExp(`\\b${column}\\b`).test(part)));
  };
  return keys.filter((key) => !isLocal(key)).map(({ table, key }) => `${table}: ${key}`);
}

it('every unique key can be checked by the node that has the row, and one that cannot is found', async () => {
  await using database = await openPglite({ dataDir: null, constraints: {} });
  await migrate(database, await readMigrations(MIGRATIONS));
  const distribution = await readDistribution();
  const { tables, keys } = await readKeys(database);
  expect([...distribution.keys()].sort()).toEqual(tables);
  expect(distribution.get('reservation')).toEqual(['provider_id']);
  expect(keysAcrossNodes(keys, distribution)).toEqual([]);

  await database.transaction(async (tx) => {
    await sql`create unique index once_a_day on reservation (client_id, held_at)`.execute(tx);
    await sql`create unique index once_at_a_provider on reservation (provider_id, client_id)`.execute(tx);
  });
  expect(keysAcrossNodes((await readKeys(database)).keys, distribution)).toEqual(['reservation: once_a_day']);
});
