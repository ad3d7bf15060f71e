import type { Client, Provider, Reservation } from './api/shapes.ts';
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

const NAME_FRESH_FOR_MS = 3_600_000;

/** Asked once for each client, however many of their reservations are on show. */
export function useClientName(clientId: number): string {
  const { body, error } = useKnown<Client>(['client', clientId], `/api/v1/clients/${clientId}`, {
    freshForMs: NAME_FRESH_FOR_MS,
  });
  if (body !== undefined) return nameOf(body);
  return error === null ? '…' : `Client ${clientId}`;
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
