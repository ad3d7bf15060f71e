import { type EventOptions, type HoldfastEvent, listen } from './event-stream.ts';
import { HoldfastProblem, readProblem, unexplained } from './holdfast-problem.ts';
import type { Calls, Exchange, Exchanges, Method, Operation, Options } from './typed-calls.ts';
import { wait } from './wait.ts';

/** Every call resolves to the answer's JSON, or rejects with a `HoldfastProblem` or what `fetch` rejects with. */
export interface HoldfastClient extends Calls {
  /**
   * The same calls, for who needs the status and the headers too, or asks by a validator: 304 is an answer here. It is
   * an answer of the call itself and not a hook of the client, so that it is known which request it belongs to.
   */
  readonly exchange: Exchanges;
  /** What changes, as it happens, across broken connections; ends with the signal. */
  events(options?: EventOptions): AsyncGenerator<HoldfastEvent, void, undefined>;
}

export interface ClientOptions {
  /** `http://127.0.0.1:3000`; in a browser the page's own server unless told. */
  readonly baseUrl?: string;
  /** How often a request is sent at most, when there is no answer or the server cannot now; 4 unless told. */
  readonly maxTries?: number;
  /** Told to wait longer than this, it rejects instead; 30 seconds unless told. */
  readonly maxWaitMs?: number;
  /** What sends; the place for whatever is to happen with every request or answer. */
  readonly fetch?: typeof fetch;
}

type Given = Partial<Options<Operation>>;

const MAX_TRIES = 4;
const MAX_WAIT_MS = 30_000;
const FIRST_WAIT_MS = 100;

export function createClient(options: ClientOptions = {}): HoldfastClient {
  const { baseUrl = '', maxTries = MAX_TRIES, maxWaitMs = MAX_WAIT_MS, fetch: send = fetch } = options;

  const exchanger =
    (method: Method) =>
    async (path: string, given: Given = {}): Promise<Exchange<unknown>> => {
      // A DELETE carries no key and is sent once: whoever asks again is answered otherwise.
      const tries = method === 'delete' ? 1 : maxTries;
      const { response, text } = await ask(baseUrl + address(path, given), requestOf(method, given), tries);
      const { status, headers } = response;
      return { body: bodyOf(text, response), status, headers };
    };

  const caller = (method: Method) => {
    const exchange = exchanger(method);
    return async (path: string, given?: Given): Promise<unknown> => {
      const { body, status, headers } = await exchange(path, given);
      if (status !== 304) return body;
      throw unexplained(304, 'Not Modified', 'Nothing has changed; ask through `exchange` to be told so', headers);
    };
  };

  async function ask(url: string, request: RequestInit, tries: number): Promise<Answered> {
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

function bodyOf(text: string, { status, headers }: Response): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // What stands between may answer with a page of its own.
    throw unexplained(status, 'Not JSON', `The answer was ${status}, and is not JSON`, headers);
  }
}

function eachMethod<T>(make: (method: Method) => T): Record<Method, T> {
  return { get: make('get'), post: make('post'), put: make('put'), delete: make('delete') };
}

interface Answered {
  readonly response: Response;
  readonly text: string;
}

/** The answer, or why there is none. One that breaks off is none. */
async function attempt(send: () => Promise<Response>): Promise<Answered | { readonly cause: unknown }> {
  try {
    const response = await send();
    if (response.ok || response.status === 304) return { response, text: await response.text() };
    return { cause: await readProblem(response) };
  } catch (cause) {
    return { cause };
  }
}

/** How long to wait before another try; `undefined` when it would end the same, or nobody wants to wait that long. */
function waitBefore(cause: unknown, tried: number, maxWaitMs: number): number | undefined {
  const backoffMs = FIRST_WAIT_MS * 2 ** (tried - 1) * (0.5 + Math.random());
  if (!(cause instanceof HoldfastProblem)) return backoffMs;
  if (cause.status !== 503 && cause.type !== 'request-still-running') return undefined;
  const askedMs = (cause.retryAfterS ?? 0) * 1_000;
  return askedMs > maxWaitMs ? undefined : Math.max(askedMs, backoffMs);
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

/** Not `crypto.randomUUID`, which browsers keep from pages that came over plain HTTP. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
