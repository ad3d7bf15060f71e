import type { Provider, Reservation } from './api/shapes.ts';
import { type Knowledge, useKnown } from './use-known.ts';
import { useWho } from './who.tsx';

export function useProviders(): Knowledge<{ readonly providers: readonly Provider[] }> {
  return useKnown(['providers'], '/api/v1/providers?limit=100', { freshForMs: 60_000 });
}

/** The reservations of whoever is booking. */
export function useReservations(): Knowledge<{ readonly reservations: readonly Reservation[] }> {
  const { client } = useWho();
  return useKnown(
    ['reservations', client?.client_id],
    `/api/v1/reservations?client_id=${client?.client_id}&limit=100`,
    { enabled: client !== undefined },
  );
}

export function nameOf({ first_name, last_name }: { readonly first_name: string; readonly last_name: string }): string {
  return `${first_name} ${last_name}`;
}

/** With whom a reservation is, or of what; what a supplier sells has nobody. */
export function withWhom(
  providers: readonly Provider[] | undefined,
  { provider_id: providerId, name = 'Experience' }: Pick<Reservation, 'provider_id' | 'name'>,
): string {
  if (providerId === null) return name;
  const provider = providers?.find(({ provider_id }) => provider_id === providerId);
  return provider === undefined ? `Provider ${providerId}` : `with ${nameOf(provider)}`;
}
