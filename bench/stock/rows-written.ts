import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';

/** Number of rows inserted, updated and deleted, by table. */
export type RowsWritten = ReadonlyMap<string, number>;

const POLL_EVERY_MS = 20;

/**
 * Reads the number of rows written to the program's tables so far, without those of the job queue. Sessions report their
 * counts with a delay, at their end at the latest, so this waits until every other session has ended.
 */
export async function readRowsWritten(client: pg.Client): Promise<RowsWritten> {
  for (;;) {
    const { rowCount } = await client.query(
      `select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
          and backend_type = 'client backend'`,
    );
    if (rowCount === 0) break;
    await delay(POLL_EVERY_MS);
  }
  const { rows } = await client.query<{ table: string; written: number }>(
    `select relname as table, (n_tup_ins + n_tup_upd + n_tup_del)::double precision as written
       from pg_stat_user_tables where schemaname = 'public'`,
  );
  return new Map(rows.map(({ table, written }) => [table, written]));
}

export function writtenSince(before: RowsWritten, after: RowsWritten): RowsWritten {
  return new Map([...after].map(([table, written]) => [table, written - (before.get(table) ?? 0)]));
}
