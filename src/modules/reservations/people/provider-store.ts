import type { Reader, Tx } from '../../../platform/db/database.ts';
import { NotFound } from '../../../platform/errors.ts';
import type { Id } from '../../../platform/ids.ts';
import type { InstantText } from '../../../platform/time/instant.ts';
import type {} from './people-tables.ts';

export interface NewProvider {
  readonly first_name: string;
  readonly last_name: string;
  readonly time_zone: string;
}

export interface Provider extends NewProvider {
  readonly provider_id: Id;
  readonly created_at: InstantText;
}

const PROVIDER = ['id as provider_id', 'first_name', 'last_name', 'time_zone', 'created_at'] as const;

/** Field by field: a body may carry more than its schema names, and each name would be taken for a column. */
export function insertProvider(tx: Tx, { first_name, last_name, time_zone }: NewProvider): Promise<Provider> {
  return tx
    .insertInto('provider')
    .values({ first_name, last_name, time_zone })
    .returning(PROVIDER)
    .executeTakeFirstOrThrow();
}

export async function readProvider(reader: Reader, providerId: Id): Promise<Provider> {
  const provider = await reader.selectFrom('provider').select(PROVIDER).where('id', '=', providerId).executeTakeFirst();
  if (!provider) throw new NotFound('provider', providerId);
  return provider;
}

/** Locks a provider's calendar: whoever posts or blocks its time does so one after another. */
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

export async function readProvidersById(reader: Reader, providerIds: readonly Id[]): Promise<Map<Id, Provider>> {
  if (providerIds.length === 0) return new Map();
  const providers = await reader.selectFrom('provider').select(PROVIDER).where('id', 'in', providerIds).execute();
  return new Map(providers.map((provider) => [provider.provider_id, provider]));
}
