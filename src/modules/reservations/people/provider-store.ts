import type { Reader, Tx } from '../../../platform/db/database.ts';
import { NotFound } from '../../../platform/errors.ts';
import type { Id } from '../../../platform/ids.ts';
import type { InstantText } from '../../../platform/time/instant.ts';
import type {} from './people-tables.ts';

export interface NewProvider {
  readonly first_name: string;
  readonly last_name: string;
  /** An IANA time zone. */
  readonly time_zone: string;
}

/** A person who offers time. */
export interface Provider extends NewProvider {
  readonly provider_id: Id;
  readonly created_at: InstantText;
}

const PROVIDER = ['id as provider_id', 'first_name', 'last_name', 'time_zone', 'created_at'] as const;

/** Takes field by field: a body of the fixed paths may have more, and each field would become a column name. */
export function insertProvider(tx: Tx, { first_name, last_name, time_zone }: NewProvider): Promise<Provider> {
  return tx
    .insertInto('provider')
    .values({ first_name, last_name, time_zone })
    .returning(PROVIDER)
    .executeTakeFirstOrThrow();
}

/**
 * Changes the given fields. The update waits for transactions that offer or withdraw the provider's time, and they for
 * it, so that each reads its times in one zone. The slots keep their instants.
 *
 * @throws NotFound
 */
export async function updateProvider(tx: Tx, providerId: Id, changes: Partial<NewProvider>): Promise<Provider> {
  const provider = await tx
    .updateTable('provider')
    .set(changes)
    .where('id', '=', providerId)
    .returning(PROVIDER)
    .executeTakeFirst();
  if (!provider) throw new NotFound('provider', providerId);
  return provider;
}

/** @throws NotFound */
export async function readProvider(reader: Reader, providerId: Id): Promise<Provider> {
  const provider = await reader.selectFrom('provider').select(PROVIDER).where('id', '=', providerId).executeTakeFirst();
  if (!provider) throw new NotFound('provider', providerId);
  return provider;
}

/**
 * Reads a provider and locks its calendar: transactions that offer or withdraw its time run one after another.
 *
 * @throws NotFound
 */
export async function lockProvider(tx: Tx, providerId: Id): Promise<Provider> {
  const provider = await tx
    .selectFrom('provider')
    .select(PROVIDER)
    .where('id', '=', providerId)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (!provider) throw new NotFound('provider', providerId);
  return provider;
}

/** Up to `limit` providers with ids above `afterId`, by id. */
export function listProviders(reader: Reader, afterId: Id | 0, limit: number): Promise<Provider[]> {
  return reader.selectFrom('provider').select(PROVIDER).where('id', '>', afterId).orderBy('id').limit(limit).execute();
}

/** Providers by id. Unknown ids are left out. */
export async function readProvidersById(reader: Reader, providerIds: readonly Id[]): Promise<Map<Id, Provider>> {
  if (providerIds.length === 0) return new Map();
  const providers = await reader.selectFrom('provider').select(PROVIDER).where('id', 'in', providerIds).execute();
  return new Map(providers.map((provider) => [provider.provider_id, provider]));
}
