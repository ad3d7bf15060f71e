import { clientQuery, providerListQuery, providerQuery } from './queries.ts';
import type { Provider } from './resources.ts';
import { useCached } from './use-cached.ts';

const PROVIDERS_FRESH_FOR_MS = 60_000;
const NAME_FRESH_FOR_MS = 3_600_000;

export function useProviders() {
  return useCached(providerListQuery(), { freshForMs: PROVIDERS_FRESH_FOR_MS });
}

/** A provider, from the list or, beyond its first page, by itself. The error is a 404 when the id is unknown. */
export function useProvider(id: number | undefined): { readonly body: Provider | undefined } & RequestState {
  const { body, error, refresh } = useProviders();
  const listed = body?.providers.find(({ provider_id }) => provider_id === id);
  const isUnlisted = id !== undefined && body !== undefined && listed === undefined;
  const single = useCached(isUnlisted ? providerQuery(id) : undefined, { freshForMs: PROVIDERS_FRESH_FOR_MS });
  if (!isUnlisted) return { body: listed, error, refresh };
  // A provider that has gone is not shown from the cache.
  return { body: single.error === null ? single.body : undefined, error: single.error, refresh: single.refresh };
}

interface RequestState {
  readonly error: Error | null;
  refresh(): void;
}

/** A client's full name. It is fetched once per client, however many of their reservations are visible. */
export function useClientName(clientId: number): string {
  const { body, error } = useCached(clientQuery(clientId), { freshForMs: NAME_FRESH_FOR_MS });
  if (body !== undefined) return fullName(body);
  return error === null ? '…' : `Client ${clientId}`;
}

export function fullName(person: { readonly first_name: string; readonly last_name: string }): string {
  return `${person.first_name} ${person.last_name}`;
}
