import { useInfiniteQuery } from '@tanstack/react-query';
import { isDisconnected } from '../api/connection-state.ts';
import { reconnectNow } from '../api/live-updates.ts';
import { fetchRecovering, retryAfterMs } from '../api/recovery.ts';
import { server } from '../api/server.ts';

const PAGE_SIZE = 60;
const FRESH_FOR_MS = 60_000;
const KEY = ['vehicles', 'fleet'];

/** The vehicles by id, in their present states: the first page, and each further page that is asked for. */
export function useFleet() {
  const query = useInfiniteQuery({
    queryKey: KEY,
    queryFn: ({ pageParam: cursor, signal }) =>
      fetchRecovering(KEY, () => server.get('/vehicles', { query: { cursor, limit: PAGE_SIZE }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    staleTime: FRESH_FOR_MS,
    refetchInterval: (current) => (current.state.error === null ? false : retryAfterMs(current)),
  });
  return {
    vehicles: query.data?.pages.flatMap(({ vehicles }) => vehicles) ?? [],
    isReady: query.data !== undefined,
    error: query.error,
    hasMore: query.hasNextPage,
    isLoadingMore: query.isFetchingNextPage,
    loadMore: () => void query.fetchNextPage(),
    refresh: () => {
      if (isDisconnected()) reconnectNow();
      else void query.refetch();
    },
  };
}
