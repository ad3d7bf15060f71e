import { sql } from 'kysely';
import type { Ownership } from '../../../access/index.ts';
import type { Reader, Tx } from '../../../platform/db/database.ts';
import { NotFound } from '../../../platform/errors.ts';
import type { Id } from '../../../platform/ids.ts';
import type { InstantText } from '../../../platform/time/instant.ts';
import { ClientErased } from './people-failures.ts';
import type {} from './people-tables.ts';

export interface NewClient {
  readonly first_name: string;
  readonly last_name: string;
}

/** A person who reserves slots. */
export interface Client extends NewClient {
  readonly client_id: Id;
  readonly created_at: InstantText;
  /** When its personal data were erased; its name is a placeholder since then. */
  readonly erased_at: InstantText | null;
}

const CLIENT = ['id as client_id', 'first_name', 'last_name', 'created_at', 'erased_at'] as const;

/** Takes field by field: a body of the fixed paths may have more, and each field would become a column name. */
export function insertClient(tx: Tx, { first_name, last_name }: NewClient): Promise<Client> {
  return tx.insertInto('client').values({ first_name, last_name }).returning(CLIENT).executeTakeFirstOrThrow();
}

/**
 * Changes the given fields.
 *
 * @throws NotFound, also for another client than the one that a principal is; ClientErased
 */
export async function updateClient(
  tx: Tx,
  clientId: Id,
  changes: Partial<NewClient>,
  ownership: Ownership,
): Promise<Client> {
  const client = await tx
    .updateTable('client')
    .set(changes)
    .where('id', '=', clientId)
    .where(isKnownTo(ownership))
    .where('erased_at', 'is', null)
    .returning(CLIENT)
    .executeTakeFirst();
  if (client) return client;
  await readKnownClient(tx, clientId, ownership);
  throw new ClientErased(clientId);
}

/** @throws NotFound */
export async function readClient(reader: Reader, clientId: Id): Promise<Client> {
  const client = await reader.selectFrom('client').select(CLIENT).where('id', '=', clientId).executeTakeFirst();
  if (!client) throw new NotFound('client', clientId);
  return client;
}

/** Reads a client that a principal may know of. @throws NotFound */
export async function readKnownClient(reader: Reader, clientId: Id, ownership: Ownership): Promise<Client> {
  const client = await reader
    .selectFrom('client')
    .select(CLIENT)
    .where('id', '=', clientId)
    .where(isKnownTo(ownership))
    .executeTakeFirst();
  if (!client) throw new NotFound('client', clientId);
  return client;
}

/** A client knows itself, and a provider the clients that have reserved its time. */
function isKnownTo({ clientId, providerId }: Ownership) {
  if (clientId !== null) return sql<boolean>`client.id = ${clientId}`;
  if (providerId === null) return sql<boolean>`true`;
  return sql<boolean>`exists (
    select from reservation r where r.client_id = client.id and r.provider_id = ${providerId})`;
}

/** Up to `limit` clients with ids above `afterId` that a principal may know of, by id, without those that were erased. */
export function listClients(reader: Reader, afterId: Id | 0, limit: number, ownership: Ownership): Promise<Client[]> {
  return reader
    .selectFrom('client')
    .select(CLIENT)
    .where('id', '>', afterId)
    .where('erased_at', 'is', null)
    .where(isKnownTo(ownership))
    .orderBy('id')
    .limit(limit)
    .execute();
}
