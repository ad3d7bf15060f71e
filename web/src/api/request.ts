import { problemOf, Unreachable } from './problem.ts';
import { learnServerClock } from './server-clock.ts';

/** An answer, and how long it may be shown without asking again. Times are by the visitor's clock. */
export interface Known<T> {
  readonly body: T;
  readonly etag: string | null;
  /** When the source said so: the moment of the answer less its `Age`. */
  readonly observedAtMs: number;
  /** The end of the declared staleness bound. */
  readonly freshUntilMs: number;
  /** What the server said of where it came from: RFC 9211. */
  readonly cacheStatus: string | null;
}

/**
 * Reads what there is, by its validator when some of it is known. The browser's own cache is left out: this page's
 * cache is the one that is told of changes.
 */
export async function read<T>(
  path: string,
  known: Known<T> | undefined,
  freshForMs: number,
  signal?: AbortSignal,
): Promise<Known<T>> {
  const headers: Record<string, string> = { 'cache-control': 'max-age=31536000' };
  if (known?.etag) headers['if-none-match'] = known.etag;
  const response = await reach(path, { headers, cache: 'no-store', ...(signal && { signal }) });
  if (response.status === 304 && known) return { ...known, ...agesOf(response, freshForMs) };
  if (!response.ok) throw await problemOf(response);
  const body = (await response.json()) as T;
  return { body, etag: response.headers.get('etag'), ...agesOf(response, freshForMs) };
}

function agesOf({ headers }: Response, freshForMs: number) {
  const nowMs = Date.now();
  const cacheStatus = headers.get('cache-status');
  const ttlS = /ttl=(-?\d+)/.exec(cacheStatus ?? '')?.[1];
  const ageMs = Number(headers.get('age') ?? 0) * 1_000;
  return {
    observedAtMs: nowMs - ageMs,
    freshUntilMs: nowMs + (ttlS === undefined ? freshForMs : Math.max(Number(ttlS), 0) * 1_000),
    cacheStatus,
  };
}

/** Sends a change. It is sent again with the same key when no answer came, and takes effect once all the same. */
export async function send<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = { 'idempotency-key': newKey() };
  if (body !== undefined) headers['content-type'] = 'application/json';
  const request = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
  const response = await reach(path, request).catch((error: unknown) => {
    if (method === 'DELETE') throw error;
    return reach(path, request);
  });
  if (!response.ok) throw await problemOf(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

export async function readText(path: string, signal: AbortSignal): Promise<string> {
  const response = await reach(path, { signal, cache: 'no-store' });
  if (!response.ok) throw await problemOf(response);
  return response.text();
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    const response = await fetch(path, init);
    learnServerClock(response.headers.get('date'));
    return response;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Unreachable(error);
  }
}

/** `randomUUID` is there on secure origins only. */
function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
