import { skipToken, useQuery, useQueryClient } from '@tanstack/react-query';
import { type Known, type Question, read } from './cached.ts';

interface Options {
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

const NO_KEY = ['nothing'];

/**
 * Asks through the cache: not again within the answer's bound, and by its validator after that. Without a question
 * nothing is asked.
 */
export function useKnown<T>(question: Question<T> | undefined, options: Options = {}): Knowledge<T> {
  const client = useQueryClient();
  const { freshForMs = FRESH_FOR_MS, transient = false, keepPrevious = false } = options;
  const query = useQuery<Known<T>>({
    queryKey: question?.key ?? NO_KEY,
    queryFn: question
      ? ({ signal }) => read(question.ask, client.getQueryData<Known<T>>(question.key), freshForMs, signal)
      : skipToken,
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
