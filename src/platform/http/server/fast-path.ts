import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Failure } from '../../errors.ts';
import type { HttpServer } from '../http-server.ts';
import { PROBLEM_TYPE, toProblem } from '../problem.ts';
import type { RequestMetrics, RouteMetrics } from './request-metrics.ts';
import { DATA_HEADERS } from './security-headers.ts';

/** A JSON body, with the headers that depend on it. */
interface FastBody {
  readonly text: string;
  /** The length in bytes, as the header has it. */
  readonly length: string;
  readonly encoding: 'latin1' | 'utf8';
  /** The validator, in its quotes. */
  readonly etag: string;
}

/** A 200 with a body, or a failure. `headers` holds names and values in turn; the headers of every answer are added. */
export type FastAnswer =
  | { readonly headers: string[]; readonly body: FastBody }
  | { readonly headers: string[]; readonly failure: Failure };

/** A GET route that can answer from memory without waiting. */
interface FastRoute {
  /** The URL pattern of the framework's own route, which the metrics are counted under. */
  readonly url: string;
  /** The beginning of every URL of the route. */
  readonly prefix: string;
  /**
   * Answers a request in its plainest form from memory. Returns `undefined` for anything else, malformed requests
   * included: they go to the framework's route, which must give the same answers.
   */
  answer(url: string): FastAnswer | undefined;
}

type RequestListener = (request: IncomingMessage, response: ServerResponse) => void;

/** Request headers that can change the answer. A request that has one of them goes to the framework. */
const ANSWER_CHANGING_HEADERS = new Set([
  ...['cache-control', 'if-none-match', 'if-match', 'if-modified-since', 'range', 'expect'],
  ...['origin', 'cookie', 'authorization', 'x-api-key', 'idempotency-key'],
]);
/** Compared first, because most other headers have another length. */
const ANSWER_CHANGING_LENGTHS = new Set([...ANSWER_CHANGING_HEADERS].map((name) => name.length));

const HOST = 'host';
const HEADERS_OF_ALL = Object.entries(DATA_HEADERS).flat();
const JSON_TYPE = 'application/json; charset=utf-8';

/**
 * Adds `app.addFastRoute`, for routes that answer before the framework does. Routing, the framework's request and reply
 * objects, its hooks and listeners take as long as the rest of an answer from memory.
 *
 * None of the framework's hooks run for these answers, so a request that needs authorization or a rate limit must not
 * be answered here. Call it before any route is added.
 */
export function enableFastPath(app: HttpServer, metrics: RequestMetrics): void {
  const routes: { readonly route: FastRoute; readonly metrics: RouteMetrics }[] = [];
  let isClosing = false;
  app.decorate('addFastRoute', (route) => {
    routes.push({ route, metrics: metrics.of('GET', route.url) });
  });
  app.addHook('preClose', async () => {
    isClosing = true;
  });

  /** Returns whether the request was answered. */
  function answerFromMemory(request: IncomingMessage, response: ServerResponse): boolean {
    const { url, method } = request;
    if (method !== 'GET' || url === undefined || isClosing) return false;
    for (const { route, metrics: routeMetrics } of routes) {
      if (url.startsWith(route.prefix)) return isPlain(request) && answerBy(route, routeMetrics, url, response);
    }
    return false;
  }

  app.addHook('onReady', async () => {
    const listeners = app.server.listeners('request') as RequestListener[];
    app.server.removeAllListeners('request');
    app.server.on('request', (request, response) => {
      if (answerFromMemory(request, response)) return;
      for (const listener of listeners) listener.call(app.server, request, response);
    });
  });
}

/** Whether the URL alone decides the answer. A request without Host is malformed, or of an older HTTP. */
function isPlain({ rawHeaders }: IncomingMessage): boolean {
  let hasHost = false;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (name.length === HOST.length) hasHost ||= name === 'Host' || name.toLowerCase() === HOST;
    else if (ANSWER_CHANGING_LENGTHS.has(name.length) && ANSWER_CHANGING_HEADERS.has(name.toLowerCase())) return false;
  }
  return hasHost;
}

function answerBy(route: FastRoute, metrics: RouteMetrics, url: string, response: ServerResponse): boolean {
  const startedAt = performance.now();
  const answer = tryAnswer(route, url);
  if (answer === undefined) return false;
  if ('failure' in answer) sendFailure(answer, response);
  else {
    const { headers, body } = answer;
    headers.push('etag', body.etag, 'content-type', JSON_TYPE, 'content-length', body.length);
    headers.push('x-request-id', randomUUID(), ...HEADERS_OF_ALL);
    response.writeHead(200, headers);
    response.end(body.text, body.encoding);
  }
  metrics.record(response.statusCode, performance.now() - startedAt);
  return true;
}

/** After an error the framework's route answers, and reports the error if it meets it too. */
function tryAnswer(route: FastRoute, url: string): FastAnswer | undefined {
  try {
    return route.answer(url);
  } catch {
    return undefined;
  }
}

function sendFailure({ failure, headers }: FastAnswer & { failure: Failure }, response: ServerResponse): void {
  const requestId = randomUUID();
  const problem = toProblem(failure, requestId);
  const body = JSON.stringify(problem);
  headers.push('x-request-id', requestId, 'content-type', PROBLEM_TYPE);
  headers.push('content-length', String(Buffer.byteLength(body)), ...HEADERS_OF_ALL);
  response.writeHead(problem.status, headers);
  response.end(body);
}

declare module 'fastify' {
  interface FastifyInstance {
    addFastRoute(route: FastRoute): void;
  }
}
