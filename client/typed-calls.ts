import type { Api } from './api.ts';

export type Method = keyof Api;

export interface Operation {
  path: unknown;
  query: unknown;
  body: unknown;
  answer: unknown;
}

/** The same fields; optional ones may also be `undefined`. */
type Loose<Value> = {
  readonly [name in keyof Value]: Record<never, never> extends Pick<Value, name>
    ? Value[name] | undefined
    : Value[name];
};

/** The operation's `path`, `query` or `body`, required if any field in it is. */
type Part<Name extends string, Value> = [Value] extends [undefined]
  ? { readonly [name in Name]?: undefined }
  : Partial<Value> extends Value
    ? { readonly [name in Name]?: Value }
    : { readonly [name in Name]: Value };

export interface Extras {
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * The `cache` option of `fetch`. `no-store` bypasses the browser's cache and also asks the server to bypass its memory,
   * unless `headers` has a `cache-control`.
   */
  readonly cache?: NonNullable<RequestInit['cache']>;
  /** Key of a POST or PUT, the same in each try. Defaults to a new one for each call. */
  readonly idempotencyKey?: string;
}

export type Options<O extends Operation> = Part<'path', O['path']> &
  Part<'query', Loose<O['query']>> &
  Part<'body', O['body']> &
  Extras;

type Given<O> = O extends Operation
  ? Record<never, never> extends Options<O>
    ? [options?: Options<O>]
    : [options: Options<O>]
  : never;
type AnswerOf<O> = O extends Operation ? O['answer'] : never;

/** A complete answer. */
export interface Exchange<Body> {
  readonly body: Body;
  readonly status: number;
  /** `ETag`, `Age`, `Cache-Status`, `Link`, `Date` and the like. */
  readonly headers: Headers;
}

/** A function for each method. It takes a path and resolves to the body. */
export type Calls = {
  readonly [M in Method]: <P extends keyof Api[M]>(
    path: P,
    ...options: Given<Api[M][P]>
  ) => Promise<AnswerOf<Api[M][P]>>;
};

/** The same functions, resolving to the complete answer. A 304, which only a GET can get, has no body. */
export type Exchanges = {
  readonly [M in Method]: <P extends keyof Api[M]>(
    path: P,
    ...options: Given<Api[M][P]>
  ) => Promise<Exchange<AnswerOf<Api[M][P]> | (M extends 'get' ? undefined : never)>>;
};
