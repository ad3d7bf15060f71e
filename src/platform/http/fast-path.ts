import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Failure } from '../errors.ts';
import type { HttpServer } from './http-server.ts';
import { PROBLEM_TYPE, toProblem } from './problem.ts';
import type { RequestMetrics, RouteMetrics } from './request-metrics.ts';
import { DATA_HEADERS } from './security-headers.ts';

/** A body with what is said of it. */
interface FastBody {
  readonly text: string;
  /** In bytes. */
  readonly length: string;
  readonly encoding: 'latin1' | 'utf8';
  /** In its quotes. */
  readonly etag: string;
}

/** A body or a refusal, with headers of its own: names and values in turn. The rest is added here. */
export type FastAnswer =
  | { readonly headers: string[]; readonly body: FastBody }
  | { readonly headers: string[]; readonly failure: Failure };

/** What a GET route can answer from memory at once. */
interface FastRoute {
  /** As the framework's own route is declared. */
  readonly url: string;
  /** What every address of it begins with. */
  readonly prefix: string;
  /**
   * Answers the plainest form of a request whose answer is in memory. Anything else, and whatever is malformed, is
   * left to the framework's route, which must give the same answers.
   */
  answer(url: string): FastAnswer | undefined;
}

/** What one of these asks for takes more than the address to answer. */
const TELLING_HEADERS = new Set([
  ...['cache-control', 'if-none-match', 'if-match', 'if-modified-since', 'range', 'expect'],
  ...['origin', 'cookie', 'authorization', 'x-api-key', 'idempotency-key'],
]);
const TELLING_LENGTHS = new Set([...TELLING_HEADERS].map((name) => name.length));

const HOST = 'host';
const ALWAYS = Object.entries(DATA_HEADERS).flat();
const JSON_TYPE = 'application/json; charset=utf-8';

/**
 * Lets routes answer before the framework, which takes as long as all the rest of a hit: routing, its request and
 * reply, hooks and listeners. It runs none of the framework's hooks, so what must be authorised or rate-limited
 * first cannot be answered here. To be called before any route is added.
 */
export function enableFastPath(app: HttpServer, tally: RequestMetrics): void {
  const routes: { readonly route: FastRoute; readonly tally: RouteMetrics }[] = [];
  let closing = false;
  app.decorate('answerDirectly', (route) => {
    routes.push({ route, tally: tally.of('GET', route.url) });
  });
  app.addHook('preClose', async () => {
    closing = true;
  });

  function answer(request: IncomingMessage, response: ServerResponse): boolean {
    const { url, method } = request;
    if (method !== 'GET' || url === undefined || closing) return false;
    for (const { route, tally } of routes) {
      if (url.startsWith(route.prefix)) return isPlain(request) && answerBy(route, tally, url, response);
    }
    return false;
  }

  app.addHook('onReady', async () => {
    const framework = app.server.listeners('request') as ((
      request: IncomingMessage,
      response: ServerResponse,
    ) => void)[];
    app.server.removeAllListeners('request');
    app.server.on('request', (request, response) => {
      if (!answer(request, response)) for (const each of framework) each.call(app.server, request, response);
    });
  });
}

/** Whether nothing but the address matters. Without a Host the framework refuses, or knows an older HTTP. */
function isPlain({ rawHeaders }: IncomingMessage): boolean {
  let hasHost = false;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (name.length === HOST.length) hasHost ||= name === 'Host' || name.toLowerCase() === HOST;
    else if (TELLING_LENGTHS.has(name.length) && TELLING_HEADERS.has(name.toLowerCase())) return false;
  }
  return hasHost;
}

function answerBy(route: FastRoute, tally: RouteMetrics, url: string, response: ServerResponse): boolean {
  const startedAt = performance.now();
  const answer = answerOrNothing(route, url);
  if (answer === undefined) return false;
  if ('failure' in answer) sendFailure(answer, response);
  else {
    const { headers, body } = answer;
    headers.push('etag', body.etag, 'content-type', JSON_TYPE, 'content-length', body.length);
    headers.push('x-request-id', randomUUID(), ...ALWAYS);
    response.writeHead(200, headers);
    response.end(body.text, body.encoding);
  }
  tally.count(response.statusCode, performance.now() - startedAt);
  return true;
}

/** What fails here is left to the framework, which reports it. */
function answerOrNothing(route: FastRoute, url: string): FastAnswer | undefined {
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
  headers.push('content-length', String(Buffer.byteLength(body)), ...ALWAYS);
  response.writeHead(problem.status, headers);
  response.end(body);
}

declare module 'fastify' {
  interface FastifyInstance {
    answerDirectly(route: FastRoute): void;
  }
}
