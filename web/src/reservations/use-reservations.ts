import { reservationsQuery } from '../api/queries.ts';
import type { Reservation } from '../api/resources.ts';
import { useCached } from '../api/use-cached.ts';
import { useExperiences } from '../api/use-experiences.ts';
import { fullName, useProvider } from '../api/use-people.ts';
import { useCurrentClient } from '../shell/current-client.tsx';

/** The reservations of the current client. */
export function useReservations() {
  const { client } = useCurrentClient();
  return useCached(client && reservationsQuery(client.client_id));
}

interface Place {
  /** `with Jake Black`, or the name of what a supplier sells, as it has no provider. */
  readonly title: string;
  /** Zone of the provider or of the supplier; `undefined` when it is not known. */
  readonly zone: string | undefined;
}

/** The place of a reservation. */
export function usePlace({ provider_id: providerId, name }: Pick<Reservation, 'provider_id' | 'name'>): Place {
  const provider = useProvider(providerId ?? undefined).body;
  const experiences = useExperiences().body?.experiences;
  if (providerId === null) {
    // The server names a supplier's slot after its experience, unless it is an item, whose zone the API does not have.
    const experienceId = Number(/^Experience (\d+)$/.exec(name ?? '')?.[1]);
    const zone = experiences?.find(({ id }) => id === experienceId)?.time_zone;
    return { title: name ?? 'Sold by a supplier', zone };
  }
  return provider === undefined
    ? { title: `Provider ${providerId}`, zone: undefined }
    : { title: `with ${fullName(provider)}`, zone: provider.time_zone };
}
