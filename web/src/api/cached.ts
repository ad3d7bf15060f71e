import type { Exchange, Extras } from '../../../client/index.ts';

/** A response in the page's cache. All times are by the visitor's clock. */
export interface Cached<T> {
  readonly body: T;
  readonly etag: string | null;
  /** When the server read its source: the arrival of the response minus its `Age`. */
  readonly observedAtMs: number;
  /** End of the staleness bound that the response declares. Until then the page does not fetch it again. */
  readonly freshUntilMs: number;
}

/** First element of a cache key. Live updates and the visitor's own changes invalidate queries by it. */
export type QueryName =
  | 'bookings'
  | 'client'
  | 'clients'
  | 'experience'
  | 'experiences'
  | 'free-times'
  | 'history'
  | 'items'
  | 'orders'
  | 'provider'
  | 'providers'
  | 'reservations'
  | 'slots'
  | 'sync'
  | 'vehicles'
  | 'webhooks';

/** Sends a GET request. The body is `undefined` when the server answers 304. */
export type GetRequest<T> = (options: Extras) => Promise<Exchange<T | undefined>>;

/** A GET request and the key under which its response is cached. */
export interface CachedQuery<T> {
  readonly key: readonly [QueryName, ...(string | number)[]];
  readonly request: GetRequest<T>;
}

/**
 * Sends the request, with `If-None-Match` when an earlier response is known. It bypasses the browser's HTTP cache,
 * because only this page's cache hears of changes.
 *
 * @param freshForMs staleness bound of a response that declares none
 */
export async function fetchCached<T>(
  request: GetRequest<T>,
  previous: Cached<T> | undefined,
  freshForMs: number,
  signal: AbortSignal,
): Promise<Cached<T>> {
  const headers = {
    // `no-store` alone makes the browser send `Cache-Control: no-cache`, and the server would then bypass its cache too.
    'cache-control': 'max-age=31536000',
    ...(previous?.etag && { 'if-none-match': previous.etag }),
  };
  const response = await request({ headers, cache: 'no-store', signal });
  const freshness = freshnessOf(response.headers, freshForMs);
  if (response.body !== undefined) {
    return { body: response.body, etag: response.headers.get('etag'), ...freshness };
  }
  if (previous === undefined) throw new Error('The server sent an empty response. Try again.');
  return { ...previous, ...freshness };
}

function freshnessOf(headers: Headers, freshForMs: number): Pick<Cached<unknown>, 'observedAtMs' | 'freshUntilMs'> {
  const nowMs = Date.now();
  const ageMs = Number(headers.get('age') ?? 0) * 1_000;
  const ttlS = /ttl=(-?\d+)/.exec(headers.get('cache-status') ?? '')?.[1];
  const ttlMs = ttlS === undefined ? freshForMs : Math.max(Number(ttlS), 0) * 1_000;
  return { observedAtMs: nowMs - ageMs, freshUntilMs: nowMs + ttlMs };
}
