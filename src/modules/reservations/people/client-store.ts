import type { Reader, Tx } from '../../../platform/db/database.ts';
import { NotFound } from '../../../platform/errors.ts';
import type { Id } from '../../../platform/ids.ts';
import type { InstantText } from '../../../platform/time/instant.ts';
import type {} from './people-tables.ts';

export interface NewClient {
  readonly first_name: string;
  readonly last_name: string;
}

/** A person who reserves slots. */
export interface Client extends NewClient {
  readonly client_id: Id;
  readonly created_at: InstantText;
}

const CLIENT = ['id as client_id', 'first_name', 'last_name', 'created_at'] as const;

/** Takes field by field: a body of the fixed paths may have more, and each field would become a column name. */
export function insertClient(tx: Tx, { first_name, last_name }: NewClient): Promise<Client> {
  return tx.insertInto('client').values({ first_name, last_name }).returning(CLIENT).executeTakeFirstOrThrow();
}

/** Changes the given fields. @throws NotFound */
export async function updateClient(tx: Tx, clientId: Id, changes: Partial<NewClient>): Promise<Client> {
  const client = await tx
    .updateTable('client')
    .set(changes)
    .where('id', '=', clientId)
    .returning(CLIENT)
    .executeTakeFirst();
  if (!client) throw new NotFound('client', clientId);
  return client;
}

/** @throws NotFound */
export async function readClient(reader: Reader, clientId: Id): Promise<Client> {
  const client = await reader.selectFrom('client').select(CLIENT).where('id', '=', clientId).executeTakeFirst();
  if (!client) throw new NotFound('client', clientId);
  return client;
}

/** Up to `limit` clients with ids above `afterId`, by id. */
export function listClients(reader: Reader, afterId: Id | 0, limit: number): Promise<Client[]> {
  return reader.selectFrom('client').select(CLIENT).where('id', '>', afterId).orderBy('id').limit(limit).execute();
}
