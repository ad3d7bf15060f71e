import { useWho } from '../shell/current-client.tsx';
import { clientOf, providerList, reservationsOf } from './queries.ts';
import type { Provider, Reservation } from './resources.ts';
import { useKnown } from './use-cached.ts';

export function useProviders() {
  return useKnown(providerList(), { freshForMs: 60_000 });
}

/** The reservations of whoever is booking. */
export function useReservations() {
  const { client } = useWho();
  return useKnown(client && reservationsOf(client.client_id));
}

const NAME_FRESH_FOR_MS = 3_600_000;

/** Asked once for each client, however many of their reservations are on show. */
export function useClientName(clientId: number): string {
  const { body, error } = useKnown(clientOf(clientId), { freshForMs: NAME_FRESH_FOR_MS });
  if (body !== undefined) return nameOf(body);
  return error === null ? '…' : `Client ${clientId}`;
}

export function nameOf({ first_name, last_name }: { readonly first_name: string; readonly last_name: string }): string {
  return `${first_name} ${last_name}`;
}

/** With whom a reservation is, or of what; what a supplier sells has nobody. */
export function withWhom(
  providers: readonly Provider[] | undefined,
  { provider_id: providerId, name = 'Sold by a supplier' }: Pick<Reservation, 'provider_id' | 'name'>,
): string {
  if (providerId === null) return name;
  const provider = providers?.find(({ provider_id }) => provider_id === providerId);
  return provider === undefined ? `Provider ${providerId}` : `with ${nameOf(provider)}`;
}
