import { clientQuery, providerListQuery } from './queries.ts';
import { useCached } from './use-cached.ts';

const PROVIDERS_FRESH_FOR_MS = 60_000;
const NAME_FRESH_FOR_MS = 3_600_000;

export function useProviders() {
  return useCached(providerListQuery(), { freshForMs: PROVIDERS_FRESH_FOR_MS });
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
