import { sql } from 'kysely';
import type { Database, Tx } from '../../../src/platform/db/database.ts';
import type { Id } from '../../../src/platform/ids.ts';

/** Inserts clients in one statement. */
export async function addClients(database: Database, count: number): Promise<Id[]> {
  return idsOf(database, (tx) =>
    sql<{ id: Id }>`
      insert into client (first_name, last_name)
      select 'Client', n::text from generate_series(1, ${count}::integer) n returning id`.execute(tx),
  );
}

/** Inserts consecutive slots of a new provider, ten days from now. */
export async function addSlots(database: Database, count: number, capacity = 1): Promise<Id[]> {
  return idsOf(database, (tx) =>
    sql<{ id: Id }>`
      with provider as (insert into provider (first_name, last_name) values ('Jane', 'Doe') returning id),
           start as (select date_trunc('day', holdfast_clock()) + interval '10 days' as at)
      insert into slot (provider_id, starts_at, ends_at, capacity)
      select provider.id, start.at + n * interval '15 minutes', start.at + (n + 1) * interval '15 minutes', ${capacity}
        from provider, start, generate_series(0, ${count - 1}::integer) n
       order by n returning id`.execute(tx),
  );
}

async function idsOf(database: Database, insert: (tx: Tx) => Promise<{ rows: { id: Id }[] }>): Promise<Id[]> {
  const { rows } = await database.transaction(insert);
  return rows.map((row) => row.id);
}

/** The member at an index. @throws when there is none */
export function nth<T>(list: readonly T[], index: number): T {
  const member = list[index];
  if (member === undefined) throw new Error(`there is no member ${index} among ${list.length}`);
  return member;
}
