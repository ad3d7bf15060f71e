import type { Api } from './api.ts';
import { type EventOptions, type HoldfastEvent, listen } from './event-stream.ts';
import { type HoldfastProblem, readProblem } from './holdfast-problem.ts';
import { wait } from './wait.ts';

type Method = keyof Api;
interface Operation {
  path: unknown;
  query: unknown;
  body: unknown;
  answer: unknown;
}

/** `path`, `query` and `body` as the operation has them: required where something in them is. */
type Part<Name extends string, Value> = [Value] extends [undefined]
  ? { readonly [name in Name]?: undefined }
  : Partial<Value> extends Value
    ? { readonly [name in Name]?: Value }
    : { readonly [name in Name]: Value };

interface Extras {
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of a POST or PUT; a new one for each call unless told. Sent again with each try. */
  readonly idempotencyKey?: string;
}

type Options<O extends Operation> = Part<'path', O['path']> &
  Part<'query', O['query']> &
  Part<'body', O['body']> &
  Extras;
type Given<O extends Operation> =
  Record<never, never> extends Options<O> ? [options?: Options<O>] : [options: Options<O>];

type Call<M extends Method> = <P extends keyof Api[M]>(
  path: P,
  ...options: Api[M][P] extends Operation ? Given<Api[M][P]> : never
) => Promise<Api[M][P] extends Operation ? Api[M][P]['answer'] : never>;

/** Every call resolves to the answer's JSON, or rejects with a `HoldfastProblem` or what `fetch` rejects with. */
export type HoldfastClient = { readonly [M in Method]: Call<M> } & {
  /** What changes, as it happens, across broken connections; ends with the signal. */
  events(options?: EventOptions): AsyncGenerator<HoldfastEvent, void, undefined>;
};

export interface ClientOptions {
  /** `http://127.0.0.1:3000`; in a browser the page's own server unless told. */
  readonly baseUrl?: string;
  /** How often a request is sent at most, when there is no answer or the server cannot now. */
  readonly maxTries?: number;
  readonly fetch?: typeof fetch;
}

/** Longer than this nobody waits for a retry: the caller is told instead. */
const LONGEST_WAIT_MS = 30_000;
const FIRST_WAIT_MS = 100;

export function createClient(options: ClientOptions = {}): HoldfastClient {
  const { baseUrl = '', maxTries = 4, fetch: send = fetch } = options;

  function caller(method: Method) {
    return async (path: string, given: Partial<Options<Operation>> = {}): Promise<unknown> => {
      const { signal, body, headers, idempotencyKey } = given;
      const keyed = method === 'post' || method === 'put';
      const request: RequestInit = {
        method: method.toUpperCase(),
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(keyed ? { 'idempotency-key': idempotencyKey ?? newKey() } : {}),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal ? { signal } : {}),
      };
      const response = await ask(baseUrl + address(path, given), request, keyed || method === 'get');
      const text = await response.text();
      return text === '' ? undefined : JSON.parse(text);
    };
  }

  /** A DELETE carries no key and is sent once: whoever asks again is answered otherwise. */
  async function ask(url: string, request: RequestInit, repeatable: boolean): Promise<Response> {
    for (let tried = 1; ; tried += 1) {
      const outcome = await attempt(() => send(url, request));
      if (outcome instanceof Response) return outcome;
      const waitMs = waitBefore(outcome, tried);
      if (request.signal?.aborted || !repeatable || tried >= maxTries || waitMs === undefined) throw outcome.cause;
      await wait(waitMs, request.signal ?? undefined);
    }
  }

  return {
    get: caller('get'),
    post: caller('post'),
    put: caller('put'),
    delete: caller('delete'),
    events: (eventOptions) => listen(`${baseUrl}/api/v1/events`, send, eventOptions),
  } as HoldfastClient;
}

/** The answer, or why there is none. */
async function attempt(
  send: () => Promise<Response>,
): Promise<Response | { cause: unknown; problem?: HoldfastProblem }> {
  try {
    const response = await send();
    if (response.ok) return response;
    const problem = await readProblem(response);
    return { cause: problem, problem };
  } catch (cause) {
    return { cause };
  }
}

/** How long to wait before another try; `undefined` when it would end the same. */
function waitBefore({ problem }: { problem?: HoldfastProblem }, tried: number): number | undefined {
  const backoffMs = FIRST_WAIT_MS * 2 ** (tried - 1) * (0.5 + Math.random());
  if (!problem) return backoffMs;
  if (problem.status !== 503 && problem.type !== 'request-still-running') return undefined;
  const askedMs = (problem.retryAfterS ?? 0) * 1_000;
  return askedMs > LONGEST_WAIT_MS ? undefined : Math.max(askedMs, backoffMs);
}

function address(path: string, { path: values, query }: Partial<Options<Operation>>): string {
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
