import { hashKey, type QueryKey } from '@tanstack/react-query';
import { HoldfastProblem } from '../../../client/index.ts';
import { backOffMs } from './back-off.ts';
import { isDisconnected } from './connection-state.ts';
import { Unreachable } from './problem-message.ts';

/** An interval of zero would be none. */
const MIN_RETRY_MS = 100;
const RETRY = { firstMs: 2_000, maxMs: 60_000 };

interface Failures {
  readonly count: number;
  readonly retryAtMs: number;
}

const failuresByHash = new Map<string, Failures>();

/** Fetches for a query and remembers its failures. While the server does not answer, it fails without a request. */
export async function fetchRecovering<T>(key: QueryKey, fetchResponse: () => Promise<T>): Promise<T> {
  const hash = hashKey(key);
  if (isDisconnected()) throw new Unreachable(undefined);
  try {
    const response = await fetchResponse();
    failuresByHash.delete(hash);
    return response;
  } catch (error) {
    const count = failuresByHash.get(hash)?.count ?? 0;
    const waitMs = Math.max(backOffMs(count, RETRY), requestedWaitMs(error));
    failuresByHash.set(hash, { count: count + 1, retryAtMs: Date.now() + waitMs });
    throw error;
  }
}

function requestedWaitMs(error: unknown): number {
  return error instanceof HoldfastProblem ? (error.retryAfterS ?? 0) * 1_000 : 0;
}

interface FailedQuery {
  readonly queryHash: string;
  readonly state: { readonly error: Error | null };
}

/**
 * Time until a failed query is fetched again, in milliseconds; `false` when time alone would not help: the request was
 * refused, or the server does not answer. Every active query is fetched when the server is back.
 */
export function retryAfterMs({ queryHash, state: { error } }: FailedQuery): number | false {
  const isRefused = error instanceof HoldfastProblem && error.status < 500 && error.status !== 429;
  if (isRefused || isDisconnected()) return false;
  return Math.max(MIN_RETRY_MS, (failuresByHash.get(queryHash)?.retryAtMs ?? 0) - Date.now());
}
