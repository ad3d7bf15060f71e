import { type EventOptions, type HoldfastEvent, listen } from './events/event-stream.ts';
import { HoldfastProblem, readProblem, unexplained } from './holdfast-problem.ts';
import type { Calls, Exchange, Exchanges, Method, Operation, Options } from './typed-calls.ts';
import { wait } from './wait.ts';

/** Every call resolves to the answer's JSON. It rejects with a `HoldfastProblem`, or with the error of `fetch`. */
export interface HoldfastClient extends Calls {
  /**
   * The same calls, resolving to body, status and headers. A 304 is an answer here, so requests can carry a validator.
   * Headers are returned by the call, not passed to a hook of the client, so that they belong to a known request.
   */
  readonly exchange: Exchanges;
  /** Changes as they happen. Reconnects after a break, and ends with the signal. */
  events(options?: EventOptions): AsyncGenerator<HoldfastEvent, void, undefined>;
}

export interface ClientOptions {
  /** Such as `http://127.0.0.1:3000`. Defaults to the page's own server, which only browsers know. */
  readonly baseUrl?: string;
  /** A key, sent with every request. Servers with `AUTH=off` ignore it. */
  readonly key?: string;
  /** Returns the key or token to send, instead of `key`. It is called before each try, so that it may refresh a token. */
  readonly token?: () => string | Promise<string>;
  /** Maximum number of times that a request is sent. It is sent again after no answer or a 503. Defaults to 4. */
  readonly maxTries?: number;
  /** Longest `Retry-After` that a call waits for, in milliseconds; above it the call rejects. Defaults to 30,000. */
  readonly maxWaitMs?: number;
  /** Sends every request, for example to sign it or to measure it. Defaults to the global `fetch`. */
  readonly fetch?: typeof fetch;
}

type Given = Partial<Options<Operation>>;

const MAX_TRIES = 4;
const MAX_WAIT_MS = 30_000;
const FIRST_WAIT_MS = 100;

export function createClient(options: ClientOptions = {}): HoldfastClient {
  const { baseUrl = '', maxTries = MAX_TRIES, maxWaitMs = MAX_WAIT_MS } = options;
  const send = authenticated(options);

  const exchanger =
    (method: Method) =>
    async (path: string, given: Given = {}): Promise<Exchange<unknown>> => {
      // A DELETE carries no idempotency key and is sent once: a second one would get a different answer.
      const tries = method === 'delete' ? 1 : maxTries;
      const { response, text } = await sendUntilAnswered(
        baseUrl + address(path, given),
        requestOf(method, given),
        tries,
      );
      const { status, headers } = response;
      return { body: bodyOf(text, response), status, headers };
    };

  const caller = (method: Method) => {
    const exchange = exchanger(method);
    return async (path: string, given?: Given): Promise<unknown> => {
      const { body, status, headers } = await exchange(path, given);
      if (status !== 304) return body;
      throw unexplained(304, 'Not Modified', 'Nothing has changed. Call through `exchange` to receive a 304', headers);
    };
  };

  async function sendUntilAnswered(url: string, request: RequestInit, tries: number): Promise<Answered> {
    for (let tried = 1; ; tried += 1) {
      const outcome = await attempt(() => send(url, request));
      if ('text' in outcome) return outcome;
      const waitMs = waitBefore(outcome.cause, tried, maxWaitMs);
      if (request.signal?.aborted || tried >= tries || waitMs === undefined) throw outcome.cause;
      await wait(waitMs, request.signal ?? undefined);
    }
  }

  return {
    ...eachMethod(caller),
    exchange: eachMethod(exchanger),
    events: (eventOptions) => listen(`${baseUrl}/api/v1/events`, send, eventOptions),
  } as HoldfastClient;
}

/** Adds the credentials to each request that has none of its own. */
function authenticated({ key, token, fetch: send = fetch }: ClientOptions): typeof fetch {
  if (key !== undefined && token !== undefined) throw new TypeError('Pass key or token, not both');
  const credentials = token ?? (key === undefined ? undefined : () => key);
  if (credentials === undefined) return send;
  return async (input, init) => {
    const headers = new Headers(init?.headers);
    if (!headers.has('authorization')) headers.set('authorization', `Bearer ${await credentials()}`);
    return send(input, { ...init, headers });
  };
}

function bodyOf(text: string, { status, headers }: Response): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // A proxy may answer with a page of its own.
    throw unexplained(status, 'Not JSON', `The answer was ${status}, and is not JSON`, headers);
  }
}

function eachMethod<T>(make: (method: Method) => T): Record<Method, T> {
  return { get: make('get'), post: make('post'), put: make('put'), patch: make('patch'), delete: make('delete') };
}

interface Answered {
  readonly response: Response;
  readonly text: string;
}

/** Sends once. Returns the complete answer, or the cause of its absence. */
async function attempt(send: () => Promise<Response>): Promise<Answered | { readonly cause: unknown }> {
  try {
    const response = await send();
    if (response.ok || response.status === 304) return { response, text: await response.text() };
    return { cause: await readProblem(response) };
  } catch (cause) {
    return { cause };
  }
}

/** Wait before the next try, in milliseconds; `undefined` if it would fail too or the wait is above the maximum. */
function waitBefore(cause: unknown, tried: number, maxWaitMs: number): number | undefined {
  const backoffMs = FIRST_WAIT_MS * 2 ** (tried - 1) * (0.5 + Math.random());
  if (!(cause instanceof HoldfastProblem)) return backoffMs;
  if (cause.status !== 503 && cause.type !== 'request-still-running') return undefined;
  const requestedMs = (cause.retryAfterS ?? 0) * 1_000;
  return requestedMs > maxWaitMs ? undefined : Math.max(requestedMs, backoffMs);
}

function requestOf(method: Method, { signal, cache, body, headers, idempotencyKey }: Given): RequestInit {
  return {
    method: method.toUpperCase(),
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(method === 'post' || method === 'put' ? { 'idempotency-key': idempotencyKey ?? newKey() } : {}),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
    ...(cache ? { cache } : {}),
  };
}

function address(path: string, { path: values, query }: Given): string {
  const filled = path.replace(/\{(\w+)\}/g, (_all, name: string) =>
    encodeURIComponent(String((values as Record<string, unknown>)[name])),
  );
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries((query as Record<string, unknown> | undefined) ?? {})) {
    if (value !== undefined) search.set(name, String(value));
  }
  return search.size === 0 ? filled : `${filled}?${search}`;
}

/** A random key. Browsers have no `crypto.randomUUID` on pages loaded over plain HTTP. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
