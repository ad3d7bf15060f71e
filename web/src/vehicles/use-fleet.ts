import { useQuery } from '@tanstack/react-query';
import { server } from '../api/server.ts';

/** Number of vehicles whose states are requested. */
const MAX_VEHICLES = 60;
const FRESH_FOR_MS = 60_000;

/**
 * The vehicles with the lowest ids and their current states. The API has no list of vehicles, so it requests the states
 * of the first ids and keeps those that exist.
 */
export function useFleet() {
  const { data, error, refetch } = useQuery({
    queryKey: ['vehicles', 'fleet'],
    queryFn: () => {
      const timestamp = new Date().toISOString();
      const pairs = Array.from({ length: MAX_VEHICLES }, (_, index) => ({ vehicle_id: index + 1, timestamp }));
      return server.post('/api/v1/vehicles/states', { body: { pairs } });
    },
    staleTime: FRESH_FOR_MS,
  });
  const vehicles = data?.states.flatMap(({ vehicle }) => vehicle ?? []) ?? [];
  return { vehicles, isReady: data !== undefined, error, refresh: () => void refetch() };
}
