import type { FastifyReply } from 'fastify';
import type { HttpServer } from '../http-server.ts';

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';
const REQUEST_HEADERS = 'Authorization, Cache-Control, Content-Type, Idempotency-Key, If-None-Match, Last-Event-ID';
const ANSWER_HEADERS =
  'Age, Allow, Cache-Status, ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Request-Id';
/** Time that a browser may remember a preflight, in seconds. */
const PREFLIGHT_S = 7_200;

/** The header that the answers of a server with allowed origins depend on. */
export const VARY_BY_ORIGIN = ['vary', 'origin'] as const;

/**
 * Lets pages of other origins call the server, as browsers ask for it (CORS, in the Fetch standard). A preflight is
 * answered here, since browsers send it without credentials.
 *
 * @param origins as browsers send them, which may then send cookies; `*` allows every origin, without cookies
 */
export function allowOrigins(app: HttpServer, origins: readonly string[] | '*'): void {
  const [name, value] = VARY_BY_ORIGIN;
  app.addHook('onRequest', (request, reply, done) => {
    const { origin, 'access-control-request-method': isPreflight } = request.headers;
    reply.header(name, value);
    if (origin === undefined || !(origins === '*' || origins.includes(origin))) return done();
    allow(reply, origins === '*' ? '*' : origin);
    if (request.method !== 'OPTIONS' || isPreflight === undefined) return done();
    reply
      .headers({
        'access-control-allow-methods': METHODS,
        'access-control-allow-headers': REQUEST_HEADERS,
        'access-control-max-age': String(PREFLIGHT_S),
      })
      .code(204)
      .send();
  });
}

function allow(reply: FastifyReply, origin: string): void {
  reply.headers({ 'access-control-allow-origin': origin, 'access-control-expose-headers': ANSWER_HEADERS });
  if (origin !== '*') reply.header('access-control-allow-credentials', 'true');
}
