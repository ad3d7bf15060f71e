import { useQuery } from '@tanstack/react-query';
import { server } from '../api/server.ts';

const LOOKED_AT = 60;
const FRESH_FOR_MS = 60_000;

/** The first vehicles with their states now. There is no list of vehicles, but many states can be asked for at once. */
export function useFleet() {
  const query = useQuery({
    queryKey: ['vehicles', 'fleet'],
    queryFn: () => {
      const timestamp = new Date().toISOString();
      const pairs = Array.from({ length: LOOKED_AT }, (_, index) => ({ vehicle_id: index + 1, timestamp }));
      return server.post('/api/v1/vehicles/states', { body: { pairs } });
    },
    staleTime: FRESH_FOR_MS,
  });
  const vehicles = query.data?.states.flatMap(({ vehicle }) => vehicle ?? []) ?? [];
  return {
    vehicles,
    isReady: query.data !== undefined,
    error: query.error,
    refresh: () => void query.refetch(),
  };
}
