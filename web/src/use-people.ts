import { providerList, reservationsOf } from './api/questions.ts';
import type { Provider } from './api/shapes.ts';
import { useKnown } from './use-known.ts';
import { useWho } from './who.tsx';

export function useProviders() {
  return useKnown(providerList(), { freshForMs: 60_000 });
}

/** The reservations of whoever is booking. */
export function useReservations() {
  const { client } = useWho();
  return useKnown(client && reservationsOf(client.client_id));
}

export function nameOf({ first_name, last_name }: { readonly first_name: string; readonly last_name: string }): string {
  return `${first_name} ${last_name}`;
}

/** With whom a reservation is; an experience has nobody. */
export function withWhom(providers: readonly Provider[] | undefined, providerId: number | null): string {
  if (providerId === null) return 'Experience';
  const provider = providers?.find(({ provider_id }) => provider_id === providerId);
  return provider === undefined ? `Provider ${providerId}` : `with ${nameOf(provider)}`;
}
