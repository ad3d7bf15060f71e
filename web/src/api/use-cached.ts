import { skipToken, useQuery, useQueryClient } from '@tanstack/react-query';
import { type Cached, type CachedQuery, fetchCached } from './cached.ts';
import { isDisconnected } from './connection-state.ts';
import { reconnectNow } from './live-updates.ts';
import { fetchRecovering, retryAfterMs } from './recovery.ts';

interface Options {
  /** Staleness bound of responses that declare none, in milliseconds. Defaults to 30 s. */
  readonly freshForMs?: number;
  /** Keeps the response out of session storage. */
  readonly transient?: boolean;
  /** While the query changes, returns the response to the previous query. */
  readonly keepPrevious?: boolean;
}

/** Default staleness bound, in milliseconds. */
export const DEFAULT_FRESH_FOR_MS = 30_000;
/** Shortest time between two automatic fetches of one query, in milliseconds. */
export const MIN_REFETCH_MS = 2_000;

export interface CachedResult<T> {
  readonly body: T | undefined;
  readonly cached: Cached<T> | undefined;
  readonly error: Error | null;
  /** Whether `body` still belongs to the previous query. */
  readonly isPrevious: boolean;
  refresh(): void;
}

const NO_QUERY = ['none'];

/**
 * Reads a query through the cache. Within its staleness bound a response is not fetched again; after that it is
 * revalidated with its ETag. Without a query nothing is fetched.
 */
export function useCached<T>(query: CachedQuery<T> | undefined, options: Options = {}): CachedResult<T> {
  const client = useQueryClient();
  const { freshForMs = DEFAULT_FRESH_FOR_MS, transient = false, keepPrevious = false } = options;
  const { data, error, isPlaceholderData, refetch } = useQuery<Cached<T>>({
    queryKey: query?.key ?? NO_QUERY,
    queryFn: query
      ? ({ signal }) =>
          fetchRecovering(query.key, () =>
            fetchCached(query.request, client.getQueryData<Cached<T>>(query.key), freshForMs, signal),
          )
      : skipToken,
    meta: { transient },
    // A 304 already keeps the body as the same object, and the other fields are times, which always differ.
    structuralSharing: false,
    staleTime: ({ state: { data, dataUpdatedAt } }) =>
      data === undefined ? 0 : Math.max(0, data.freshUntilMs - dataUpdatedAt),
    refetchInterval: (current) => {
      const { data, error: lastError } = current.state;
      if (lastError !== null) return retryAfterMs(current);
      return data === undefined ? false : Math.max(MIN_REFETCH_MS, data.freshUntilMs - Date.now());
    },
    ...(keepPrevious && { placeholderData: (previous: Cached<T> | undefined) => previous }),
  });
  const refresh = () => {
    // While the server does not answer, the page asks for that first, and fetches everything once it does.
    if (isDisconnected()) reconnectNow();
    else void refetch();
  };
  return { body: data?.body, cached: data, error, isPrevious: isPlaceholderData, refresh };
}
