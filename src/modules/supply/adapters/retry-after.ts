import type { IncomingHttpHeaders } from 'node:http';

const LONGEST_MS = 24 * 3_600_000;

/**
 * The wait that an unsuccessful answer asks for, in milliseconds: `Retry-After` or the body's `rateLimitState.reset`,
 * whichever is longer, and at most one day. A 429 without either may name the reset of its limit in a header.
 * `undefined` if nothing is named.
 */
export function retryAfterMs(
  status: number,
  headers: IncomingHttpHeaders,
  body: unknown,
  nowMs: number,
): number | undefined {
  if (status < 300) return undefined;
  const named = [headerMs(headers['retry-after'] ?? '', nowMs), resetMs(body) - nowMs].filter(Number.isFinite);
  // Limit headers come with every answer. Only in a 429 do they say when to come back.
  const waitsMs = named.length > 0 || status !== 429 ? named : limitResetsMs(headers, nowMs);
  return waitsMs.length === 0 ? undefined : Math.min(Math.max(0, Math.ceil(Math.max(...waitsMs))), LONGEST_MS);
}

function headerMs(text: string, nowMs: number): number {
  if (/^\d{1,15}$/.test(text)) return Number(text) * 1_000;
  // Only dates in words: `Date.parse` would read a bare `-1` as a year.
  return /^[A-Z][a-z]{2}.*GMT$/.test(text) ? Date.parse(text) - nowMs : Number.NaN;
}

/** Headers of a limit that have its reset: seconds from now, or a moment in seconds or milliseconds since 1970. */
const RESET_HEADERS = ['ratelimit-reset', 'x-ratelimit-reset', 'x-rate-limit-reset'] as const;
/** The largest number of seconds that is a wait: as a moment it would be in 2001. */
const LONGEST_WAIT_S = 1e9;
const LARGEST_MOMENT_S = 1e11;

function limitResetsMs(headers: IncomingHttpHeaders, nowMs: number): number[] {
  const resets = RESET_HEADERS.map((name) => numberIn(/^(\d{1,15})(?:\.\d+)?$/, headers[name]));
  // The draft standard: `"default";r=0;t=30`, before that `limit=10, remaining=0, reset=30`.
  resets.push(numberIn(/\b(?:t|reset)=(\d{1,15})\b/, headers.ratelimit));
  return resets.map((reset) => waitOfResetMs(reset, nowMs)).filter(Number.isFinite);
}

function numberIn(pattern: RegExp, header: string | string[] | undefined): number {
  return Number(pattern.exec(String(header ?? ''))?.[1] ?? Number.NaN);
}

function waitOfResetMs(reset: number, nowMs: number): number {
  if (reset <= LONGEST_WAIT_S) return reset * 1_000;
  return (reset <= LARGEST_MOMENT_S ? reset * 1_000 : reset) - nowMs;
}

function resetMs(body: unknown): number {
  const { rateLimitState } = Object(body) as { readonly rateLimitState?: unknown };
  const { reset } = Object(rateLimitState) as { readonly reset?: unknown };
  return typeof reset === 'number' ? reset : Number.NaN;
}
