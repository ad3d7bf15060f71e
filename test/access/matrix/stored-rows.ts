import { sql } from 'kysely';
import type { Database } from '../../../src/platform/db/database.ts';

/** Notes when a key was last used, which every request with a valid one may do. */
const NOTED_IN_BACKGROUND = new Set(['access_key_use']);

/** A digest of every table's rows with the transactions that wrote them: equal digests mean that nothing was written. */
export async function digestTables(database: Database): Promise<Map<string, string>> {
  return database.read(async (reader) => {
    const { rows: tables } = await sql<{ name: string }>`
      select relname as name from pg_class
       where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by relname`.execute(reader);
    const digests = new Map<string, string>();
    for (const { name } of tables.filter((table) => !NOTED_IN_BACKGROUND.has(table.name))) {
      const { rows } = await sql<{ digest: string }>`
        select count(*) || ' rows ' || coalesce(md5(string_agg(t.xmin::text || t::text, ',' order by t.ctid)), '') as digest
          from ${sql.table(name)} t`.execute(reader);
      digests.set(name, rows[0]?.digest ?? '');
    }
    return digests;
  });
}

/** The tables whose rows are no longer the same. */
export function changedTables(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  return [...after].filter(([name, digest]) => before.get(name) !== digest).map(([name]) => name);
}
