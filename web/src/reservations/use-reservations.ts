import { reservationsQuery } from '../api/queries.ts';
import type { Provider, Reservation } from '../api/resources.ts';
import { useCached } from '../api/use-cached.ts';
import { fullName } from '../api/use-people.ts';
import { useCurrentClient } from '../shell/current-client.tsx';

/** The reservations of the current client. */
export function useReservations() {
  const { client } = useCurrentClient();
  return useCached(client && reservationsQuery(client.client_id));
}

/** `with Jake Black`, or the name of what a supplier sells, as it has no provider. */
export function reservationTitle(
  { provider_id: providerId, name }: Pick<Reservation, 'provider_id' | 'name'>,
  providers: readonly Provider[] | undefined,
): string {
  if (providerId === null) return name ?? 'Sold by a supplier';
  const provider = providers?.find(({ provider_id }) => provider_id === providerId);
  return provider === undefined ? `Provider ${providerId}` : `with ${fullName(provider)}`;
}
