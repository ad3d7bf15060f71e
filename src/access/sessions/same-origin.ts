import type { FastifyRequest } from 'fastify';
import { Forbidden } from '../access-failures.ts';

const READING_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Where a request comes from, as the browser reports it: `same` is the origin that the request goes to; `unknown` is a
 * program, or a browser of before 2020 that reports nothing.
 */
type Origin = 'same' | 'other' | 'unknown';

/**
 * Refuses a change that a session cookie would authenticate unless it comes from the page of this server: a browser
 * sends the cookie whichever page makes the request.
 *
 * @throws Forbidden
 */
export function requireSameOrigin(request: FastifyRequest): void {
  if (READING_METHODS.includes(request.method) || originOf(request) === 'same') return;
  throw new Forbidden(
    'A change with a session must come from the page of this server: it needs a same-origin Origin or Sec-Fetch-Site. ' +
      'Programs send a key in Authorization instead',
  );
}

/** Refuses a request that another site makes in a browser. Programs, which send neither header, may go on. @throws Forbidden */
export function refuseOtherOrigins(request: FastifyRequest): void {
  if (originOf(request) === 'other')
    throw new Forbidden('Another site may not sign in here. Use the page of this server');
}

function originOf({ headers, host, protocol }: FastifyRequest): Origin {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' ? 'same' : 'other';
  const { origin } = headers;
  if (origin === undefined) return 'unknown';
  // The browser's own scheme, because a proxy may have ended TLS, and the port that can be left out depends on it.
  const scheme = /^https?:\/\//.exec(origin)?.[0];
  // Without one it is the `null` of a sandboxed page, or no origin at all.
  if (scheme === undefined) return 'other';
  // A trusted proxy has reported TLS, so a page that came by plain http is not of this server: anyone may have changed it.
  if (protocol === 'https' && scheme !== 'https://') return 'other';
  const sender = URL.parse(origin)?.host;
  return sender !== undefined && sender === URL.parse(`${scheme}${host}`)?.host ? 'same' : 'other';
}
