import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Failure } from '../../errors.ts';
import type { HttpServer } from '../http-server.ts';
import { PROBLEM_TYPE, toProblem } from '../problem.ts';
import { createRequestIds } from './request-ids.ts';
import type { RequestMetrics, RouteMetrics } from './request-metrics.ts';
import { DATA_HEADERS } from './security-headers.ts';

/**
 * A 200, or a failure. `headers` holds names and values in turn; the headers of every answer are added. `packed` is the
 * end of the answer as bytes, one character each: the headers that depend on the body, the empty line and the body.
 */
export type FastAnswer =
  | { readonly headers: readonly string[]; readonly packed: string }
  | { readonly headers: readonly string[]; readonly failure: Failure };

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

const AUTHORIZATION = 'authorization';
/** Request headers that can change the answer. A request that has one of them goes to the framework. */
const ANSWER_CHANGING_HEADERS = [
  ...['cache-control', 'if-none-match', 'if-match', 'if-modified-since', 'range', 'expect'],
  ...['origin', 'cookie', 'x-api-key', 'idempotency-key'],
];

/** Decides which requests may be answered here, where requests need credentials. */
export interface FastPathGate<Sender> {
  /**
   * The sender of a request, if credentials that are in memory allow it. A request that is not admitted goes to the
   * framework, which decides about it.
   *
   * @param authorization the value of the request's only `Authorization` header
   * @param url the URL pattern of the route
   */
  admits(authorization: string, url: string): Sender | undefined;
  /** Counts an answer to an admitted request, and returns the headers that it adds: names and values in turn. */
  count(sender: Sender): readonly string[];
  /** Headers of every answer: names and values in turn. */
  readonly headers: readonly string[];
}

/** An answer of the fast path, for the access log. */
export interface AnsweredRequest<Sender> {
  readonly request: IncomingMessage;
  readonly status: number;
  /** The URL pattern of the route. */
  readonly url: string;
  readonly elapsedMs: number;
  readonly id: string;
  /** `undefined` where requests need no credentials. */
  readonly sender: Sender | undefined;
}

export interface FastPathOptions<Sender> {
  /** `undefined` admits every request without credentials. */
  readonly gate?: FastPathGate<Sender> | undefined;
  /** Headers of every answer: names and values in turn. */
  readonly headers?: readonly string[];
  /** The headers of an answer that depend on how its request came: names and values in turn. */
  readonly headersFor?: ((request: IncomingMessage) => readonly string[]) | undefined;
  /** More request headers that send a request to the framework, by lower-case name. */
  readonly frameworkHeaders?: readonly string[];
  readonly onAnswer?: ((answered: AnsweredRequest<Sender>) => void) | undefined;
}

const HOST = 'host';
const HEADERS_OF_ALL = Object.entries(DATA_HEADERS).flat();
const STATUS_LINE = 'HTTP/1.1 200 OK\r\n';

/**
 * Adds `app.addFastRoute`, for routes that answer before the framework does. Routing, the framework's request and reply
 * objects, its hooks and listeners take as long as the rest of an answer from memory.
 *
 * None of the framework's hooks run for these answers, so the gate must do for them what hooks do for others. Call it
 * before any route is added.
 */
export function enableFastPath<Sender>(
  app: HttpServer,
  metrics: RequestMetrics,
  { gate, headers: moreHeaders = [], headersFor, frameworkHeaders = [], onAnswer }: FastPathOptions<Sender> = {},
): void {
  const nextId = createRequestIds();
  const formatDate = createDateHeader();
  const readAuthorization = createPlainCheck([...ANSWER_CHANGING_HEADERS, ...frameworkHeaders]);
  const constantHeaders = [...HEADERS_OF_ALL, ...moreHeaders, ...(gate?.headers ?? [])];
  let constantLines = '';
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
      if (url.startsWith(route.prefix)) return admitAndAnswer(route, routeMetrics, url, request, response);
    }
    return false;
  }

  function admitAndAnswer(
    route: FastRoute,
    routeMetrics: RouteMetrics,
    url: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): boolean {
    const authorization = readAuthorization(request, response);
    if (authorization === undefined) return false;
    if (gate === undefined) {
      return authorization === NONE && answerBy(route, routeMetrics, url, request, response, undefined);
    }
    if (authorization === NONE) return false;
    const sender = gate.admits(authorization, route.url);
    return sender !== undefined && answerBy(route, routeMetrics, url, request, response, sender);
  }

  function answerBy(
    route: FastRoute,
    routeMetrics: RouteMetrics,
    url: string,
    request: IncomingMessage,
    response: ServerResponse,
    sender: Sender | undefined,
  ): boolean {
    const startedAt = performance.now();
    const answer = tryAnswer(route, url);
    if (answer === undefined) return false;
    const id = nextId();
    const counted = gate === undefined || sender === undefined ? NO_HEADERS : gate.count(sender);
    const forRequest = headersFor?.(request) ?? NO_HEADERS;
    if ('failure' in answer) {
      const headers = gate === undefined ? answer.headers : privateHeaders(answer.headers);
      sendFailure(answer.failure, [...headers, ...counted, ...forRequest, ...constantHeaders], id, response);
    } else {
      const own =
        formatLines(answer.headers, gate === undefined ? '' : PRIVATE) + formatLines(counted) + formatLines(forRequest);
      sendBytes(
        `${STATUS_LINE}${own}x-request-id: ${id}\r\n${formatDate(startedAt)}${constantLines}${answer.packed}`,
        response,
      );
    }
    const elapsedMs = performance.now() - startedAt;
    routeMetrics.record(response.statusCode, elapsedMs);
    onAnswer?.({ request, status: response.statusCode, url: route.url, elapsedMs, id, sender });
    return true;
  }

  app.addHook('onReady', async () => {
    constantLines = formatLines(constantHeaders) + keepAliveLines(app.server.keepAliveTimeout);
    const listeners = app.server.listeners('request') as RequestListener[];
    app.server.removeAllListeners('request');
    app.server.on('request', (request, response) => {
      if (answerFromMemory(request, response)) return;
      for (const listener of listeners) listener.call(app.server, request, response);
    });
  });
}

/** The value of an `Authorization` header that a request does not have. */
const NONE = '';
const NO_HEADERS: readonly string[] = [];
const PRIVATE = 'private, ';

/**
 * Creates the check whether the URL and the credentials alone decide the answer, and the connection goes on after it. A
 * request without Host is malformed, or of an older HTTP.
 *
 * The check returns the first `Authorization` header, as Node's parsed headers have it, or `NONE`; `undefined` for a
 * request that must go to the framework. Node would parse all headers, which takes longer than the rest of the check.
 */
function createPlainCheck(frameworkHeaders: readonly string[]) {
  const names = new Set(frameworkHeaders);
  // Compared first, because most other headers have another length.
  const lengths = new Set([...names, AUTHORIZATION].map((name) => name.length));
  return ({ rawHeaders }: IncomingMessage, { shouldKeepAlive }: ServerResponse): string | undefined => {
    let hasHost = false;
    let authorization: string | undefined;
    for (let at = 0; at < rawHeaders.length; at += 2) {
      const name = rawHeaders[at] ?? '';
      if (name.length === HOST.length) hasHost ||= name === 'Host' || name.toLowerCase() === HOST;
      else if (lengths.has(name.length)) {
        const lowerCase = name.toLowerCase();
        if (lowerCase === AUTHORIZATION) authorization ??= rawHeaders[at + 1] ?? NONE;
        else if (names.has(lowerCase)) return undefined;
      }
    }
    return hasHost && shouldKeepAlive ? (authorization ?? NONE) : undefined;
  };
}

/** The headers of an answer that only its principal may keep. */
function privateHeaders(headers: readonly string[]): string[] {
  return headers.map((value, index) => (headers[index - 1] === 'cache-control' ? PRIVATE + value : value));
}

/** After an error the framework's route answers, and reports the error if it meets it too. */
function tryAnswer(route: FastRoute, url: string): FastAnswer | undefined {
  try {
    return route.answer(url);
  } catch {
    return undefined;
  }
}

function sendFailure(failure: Failure, headers: readonly string[], requestId: string, response: ServerResponse): void {
  const problem = toProblem(failure, requestId);
  const body = JSON.stringify(problem);
  const own = [
    'x-request-id',
    requestId,
    'content-type',
    PROBLEM_TYPE,
    'content-length',
    String(Buffer.byteLength(body)),
  ];
  response.writeHead(problem.status, [...headers, ...own]);
  response.end(body);
}

/**
 * Sends an answer that has its own head. `writeHead` validates and concatenates each header again, which takes as long
 * as everything else that this file does. `_header` and `_headerSent` are how Node knows that the head is written;
 * they are not public, so a test compares the answers with the framework's, and those on one connection with each other.
 *
 * @param bytes one character each
 */
function sendBytes(bytes: string, response: ServerResponse & { _header?: string; _headerSent?: boolean }): void {
  response._header = STATUS_LINE;
  response._headerSent = true;
  response.end(bytes, 'latin1');
}

/** @param reuse what `Cache-Control` begins with */
function formatLines(headers: readonly string[], reuse = ''): string {
  let lines = '';
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at];
    lines += `${name}: ${name === 'cache-control' ? reuse : ''}${headers[at + 1]}\r\n`;
  }
  return lines;
}

/** The headers that Node adds for a connection that goes on. */
function keepAliveLines(timeoutMs: number): string {
  const timeout = timeoutMs > 0 ? `Keep-Alive: timeout=${Math.floor(timeoutMs / 1_000)}\r\n` : '';
  return `Connection: keep-alive\r\n${timeout}`;
}

/** Formats the `Date` header, once per second. */
function createDateHeader(): (now: number) => string {
  let line = '';
  let endsAt = Number.NEGATIVE_INFINITY;
  return (now) => {
    if (now < endsAt) return line;
    const wallMs = Date.now();
    line = `Date: ${new Date(wallMs).toUTCString()}\r\n`;
    endsAt = now + 1_000 - (wallMs % 1_000);
    return line;
  };
}

declare module 'fastify' {
  interface FastifyInstance {
    addFastRoute(route: FastRoute): void;
  }
}
