import { type QueryKey, useQuery, useQueryClient } from '@tanstack/react-query';
import { type Known, read } from './api/request.ts';

interface Options {
  readonly enabled?: boolean;
  /** For answers that declare no bound of their own. */
  readonly freshForMs?: number;
  /** Not kept over a reload. */
  readonly transient?: boolean;
  /** Show the last answer of this question while another one of its kind is asked. */
  readonly keepPrevious?: boolean;
}

const FRESH_FOR_MS = 30_000;
const ASK_AGAIN_AT_LEAST_MS = 2_000;

export interface Knowledge<T> {
  readonly body: T | undefined;
  readonly known: Known<T> | undefined;
  readonly error: Error | null;
  readonly asking: boolean;
  /** Shows what was asked before, not this. */
  readonly isPrevious: boolean;
  refresh(): void;
}

/** Reads a path through the cache: not asked again within its bound, and by its validator after that. */
export function useKnown<T>(key: QueryKey, path: string, options: Options = {}): Knowledge<T> {
  const client = useQueryClient();
  const { enabled = true, freshForMs = FRESH_FOR_MS, transient = false, keepPrevious = false } = options;
  const query = useQuery<Known<T>>({
    queryKey: key,
    queryFn: ({ signal }) => read<T>(path, client.getQueryData<Known<T>>(key), freshForMs, signal),
    enabled,
    meta: { transient },
    // Bodies are compared by their validators; the rest is times, which always differ.
    structuralSharing: false,
    staleTime: ({ state: { data, dataUpdatedAt } }) =>
      data === undefined ? 0 : Math.max(0, data.freshUntilMs - dataUpdatedAt),
    refetchInterval: ({ state: { data } }) =>
      data === undefined ? false : Math.max(ASK_AGAIN_AT_LEAST_MS, data.freshUntilMs - Date.now()),
    ...(keepPrevious && { placeholderData: (previous: Known<T> | undefined) => previous }),
  });
  return {
    body: query.data?.body,
    known: query.data,
    error: query.error,
    asking: query.isFetching,
    isPrevious: query.isPlaceholderData,
    refresh: () => void query.refetch(),
  };
}
