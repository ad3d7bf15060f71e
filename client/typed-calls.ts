import type { Api } from './api.ts';

export type Method = keyof Api;

export interface Operation {
  path: unknown;
  query: unknown;
  body: unknown;
  answer: unknown;
}

/** What may be left out of a query may also be `undefined`. */
type Loose<Value> = {
  readonly [name in keyof Value]: Record<never, never> extends Pick<Value, name>
    ? Value[name] | undefined
    : Value[name];
};

/** `path`, `query` and `body` as the operation has them: required where something in them is. */
type Part<Name extends string, Value> = [Value] extends [undefined]
  ? { readonly [name in Name]?: undefined }
  : Partial<Value> extends Value
    ? { readonly [name in Name]?: Value }
    : { readonly [name in Name]: Value };

export interface Extras {
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * As `fetch` has it. `no-store` leaves a browser's own cache out, and by itself asks the server to leave out its memory
   * too; a `cache-control` of one's own says otherwise.
   */
  readonly cache?: NonNullable<RequestInit['cache']>;
  /** Of a POST or PUT; a new one for each call unless told. Sent again with each try. */
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

/** A whole answer. */
export interface Exchange<Body> {
  readonly body: Body;
  readonly status: number;
  /** `ETag`, `Age`, `Cache-Status`, `Link`, `Date` and the like. */
  readonly headers: Headers;
}

/** Of each method a function by path, that resolves to the body. */
export type Calls = {
  readonly [M in Method]: <P extends keyof Api[M]>(
    path: P,
    ...options: Given<Api[M][P]>
  ) => Promise<AnswerOf<Api[M][P]>>;
};

/** The same, but each resolves to the whole answer. At 304, which only a GET can meet, there is no body. */
export type Exchanges = {
  readonly [M in Method]: <P extends keyof Api[M]>(
    path: P,
    ...options: Given<Api[M][P]>
  ) => Promise<Exchange<AnswerOf<Api[M][P]> | (M extends 'get' ? undefined : never)>>;
};
