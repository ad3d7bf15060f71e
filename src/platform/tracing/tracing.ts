/** A span, as another span refers to it. The fields are those of OpenTelemetry's `SpanContext`. */
export interface SpanRef {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
}

/**
 * Properties of a span, by the names of OpenTelemetry's semantic conventions. They never hold a secret or a person's
 * data: no bodies, queries, headers, addresses or parameters of statements.
 */
type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

export interface SpanOptions {
  /** `server` and `client` are the two sides of a request. Defaults to `internal`. */
  readonly kind?: 'server' | 'client' | 'internal';
  /** Defaults to the span that the caller runs in. */
  readonly parent?: SpanRef | 'none' | undefined;
  readonly links?: readonly SpanRef[];
  readonly attributes?: SpanAttributes;
}

/** A span that has begun. */
export interface RunningSpan {
  readonly ref: SpanRef;
  readonly isEnded: boolean;
  /** The W3C header `traceparent` for requests that the span sends. */
  readonly traceparent: string;
  set(attributes: SpanAttributes): void;
  /** @param error the reason why the work failed. Its type is recorded and not its message, which may quote input */
  end(error?: unknown): void;
}

/**
 * Records spans and sends them to a collector. It exists only where a collector is configured; everywhere else it is
 * `undefined`, and nothing is loaded or called. Sending never delays the caller: what a collector does not take is
 * dropped. Disposing sends what is left, within two seconds.
 */
export interface Tracing extends AsyncDisposable {
  /**
   * The span that the caller runs in. Work that goes on after the span has ended, such as a timer that a request has
   * started, belongs to none.
   */
  current(): SpanRef | undefined;
  start(name: string, options?: SpanOptions): RunningSpan;
  /** Calls `work` in a span, without ending it. */
  enter<T>(span: RunningSpan, work: () => T): T;
  /** Runs work in a span of its own. */
  run<T>(name: string, options: SpanOptions, work: (span: RunningSpan) => Promise<T>): Promise<T>;
  /** Records a span that ends now. @param durationMs its length in milliseconds */
  record(name: string, options: SpanOptions, durationMs: number, error?: unknown): void;
  /** The span that a `traceparent` header names; `undefined` for a malformed one. */
  parse(traceparent: string | undefined): SpanRef | undefined;
}

/** Runs work in a span where there is tracing, and without one where there is not. */
export function inSpan<T>(
  tracing: Tracing | undefined,
  name: string,
  options: SpanOptions,
  work: (span: RunningSpan | undefined) => Promise<T>,
): Promise<T> {
  return tracing ? tracing.run(name, options, work) : work(undefined);
}
