import type { Exchange, Extras } from '../../../client/index.ts';

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

export type Ask<T> = (how: Extras) => Promise<Exchange<T | undefined>>;

/** What can be asked, and under which key its answer is kept. The key's first word says what changes touch it. */
export interface Question<T> {
  readonly key: readonly (string | number)[];
  readonly ask: Ask<T>;
}

/**
 * Asks, by the validator when the answer is known from before. The browser's own cache is left out: this page's cache is
 * the one that is told of changes.
 */
export async function read<T>(
  ask: Ask<T>,
  known: Known<T> | undefined,
  freshForMs: number,
  signal: AbortSignal,
): Promise<Known<T>> {
  // Or `no-store` would ask the server to leave out its memory too.
  const asked = { 'cache-control': 'max-age=31536000', ...(known?.etag && { 'if-none-match': known.etag }) };
  const { body, headers } = await ask({ headers: asked, cache: 'no-store', signal });
  if (body !== undefined) return { body, etag: headers.get('etag'), ...agesOf(headers, freshForMs) };
  if (known === undefined) throw new Error('The server sent no answer');
  return { ...known, ...agesOf(headers, freshForMs) };
}

function agesOf(headers: Headers, freshForMs: number) {
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
