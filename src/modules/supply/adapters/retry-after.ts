import type { IncomingHttpHeaders } from 'node:http';

const LONGEST_MS = 24 * 3_600_000;

/**
 * The wait that a 429 or 503 asks for, in milliseconds: `Retry-After` or the body's `rateLimitState.reset`, whichever
 * is longer, and at most one day. `undefined` if neither is present.
 */
export function retryAfterMs(
  status: number,
  headers: IncomingHttpHeaders,
  body: unknown,
  nowMs: number,
): number | undefined {
  if (status !== 429 && status !== 503) return undefined;
  const waitsMs = [headerMs(headers['retry-after'] ?? '', nowMs), resetMs(body) - nowMs].filter(Number.isFinite);
  return waitsMs.length === 0 ? undefined : Math.min(Math.max(0, Math.ceil(Math.max(...waitsMs))), LONGEST_MS);
}

function headerMs(text: string, nowMs: number): number {
  if (/^\d{1,15}$/.test(text)) return Number(text) * 1_000;
  // Only dates in words: `Date.parse` would read a bare `-1` as a year.
  return /^[A-Z][a-z]{2}.*GMT$/.test(text) ? Date.parse(text) - nowMs : Number.NaN;
}

function resetMs(body: unknown): number {
  const { rateLimitState } = Object(body) as { readonly rateLimitState?: unknown };
  const { reset } = Object(rateLimitState) as { readonly reset?: unknown };
  return typeof reset === 'number' ? reset : Number.NaN;
}
