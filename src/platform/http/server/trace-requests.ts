import type { FastifyRequest } from 'fastify';
import type { RunningSpan, SpanOptions, Tracing } from '../../tracing/tracing.ts';
import type { HttpServer } from '../http-server.ts';
import type { AnsweredRequest } from './fast-path.ts';

/** Paths that are asked every few seconds, and one that is answered for as long as its client listens. */
const UNTRACED = new Set(['/healthz', '/readyz', '/metrics', '/api/v1/events']);

/** Records a span for each request that the framework answers. Call it before hooks whose work belongs to the span. */
export function traceRequests(app: HttpServer, tracing: Tracing): void {
  const spans = new WeakMap<FastifyRequest, RunningSpan>();
  app.addHook('onRequest', (request, _reply, done) => {
    const { method, headers, id, routeOptions } = request;
    const route = routeOptions.url ?? 'unknown';
    if (UNTRACED.has(route)) return done();
    const span = tracing.start(`${method} ${route}`, describe(tracing, method, route, id, headers.traceparent));
    spans.set(request, span);
    tracing.enter(span, done);
  });
  // The body arrives by events of the connection, which know nothing of the span.
  app.addHook('preValidation', (request, _reply, done) => {
    const span = spans.get(request);
    if (span) tracing.enter(span, done);
    else done();
  });
  app.addHook('onResponse', (request, { statusCode }, done) => {
    const span = spans.get(request);
    span?.set({ 'http.response.status_code': statusCode });
    span?.end(failureOf(statusCode));
    done();
  });
}

/** Records a span for a request that the fast path has answered. */
export function traceFastAnswer(tracing: Tracing, answered: AnsweredRequest<unknown>): void {
  const { request, status, url, elapsedMs, id } = answered;
  const { attributes, ...options } = describe(tracing, 'GET', url, id, request.headers.traceparent);
  const withStatus = { ...options, attributes: { ...attributes, 'http.response.status_code': status } };
  tracing.record(`GET ${url}`, withStatus, elapsedMs, failureOf(status));
}

function describe(
  tracing: Tracing,
  method: string,
  route: string,
  id: string,
  traceparent: string | string[] | undefined,
): SpanOptions {
  return {
    kind: 'server',
    parent: tracing.parse(typeof traceparent === 'string' ? traceparent : undefined) ?? 'none',
    attributes: { 'http.request.method': method, 'http.route': route, 'holdfast.request_id': id },
  };
}

/** By the conventions, a client's mistake is no failure of the server's span. */
function failureOf(status: number): string | undefined {
  return status >= 500 ? String(status) : undefined;
}
