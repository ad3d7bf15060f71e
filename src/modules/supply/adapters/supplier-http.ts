import { inSpan, type Tracing } from '../../../platform/tracing/tracing.ts';
import { decodeUtf8 } from '../../../platform/utf8.ts';
import type { Supplier } from '../supplier/supplier.ts';
import { SupplierFailure } from './adapter.ts';
import { ExchangeError, type ExchangeLimits, exchange, type Incoming } from './exchange.ts';
import { retryAfterMs } from './retry-after.ts';
import { type Validator, validate } from './upstream-fields.ts';

export interface SupplierHttpOptions extends ExchangeLimits {
  /** The current time: a supplier states the end of a block as a moment. */
  readonly nowMs: () => number;
  /** Gives each request a span, and the supplier its `traceparent`. */
  readonly tracing: Tracing | undefined;
}

export interface SupplierRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Appended to `base_url`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
}

const DEFAULTS: SupplierHttpOptions = {
  connectMs: 3_000,
  answerMs: 8_000,
  idleMs: 3_000,
  totalMs: 10_000,
  bodyBytes: 4 * 1_048_576,
  nowMs: Date.now,
  tracing: undefined,
};

/** The most characters of a supplier's own text that a message quotes. */
const EXCERPT_LENGTH = 200;

/** One supplier over HTTP. Each call sends one request, and every failure is a `SupplierFailure`. */
export class SupplierHttp {
  readonly #base: URL;
  readonly #apiKey: Supplier['apiKey'];
  readonly #options: SupplierHttpOptions;
  #hasAnsweredValidly = false;

  constructor({ baseUrl, apiKey }: Pick<Supplier, 'baseUrl' | 'apiKey'>, options: Partial<SupplierHttpOptions> = {}) {
    this.#base = new URL(baseUrl);
    this.#apiKey = apiKey;
    this.#options = { ...DEFAULTS, ...options };
  }

  /** Whether the supplier has sent a valid answer since this process started, which shows that `base_url` is right. */
  get hasAnsweredValidly(): boolean {
    return this.#hasAnsweredValidly;
  }

  /** Resolves with a complete answer of any status. */
  send(request: SupplierRequest, signal: AbortSignal, began: () => void = () => {}): Promise<Incoming> {
    const { method } = request;
    const attributes = { 'http.request.method': method, 'server.address': this.#base.hostname };
    return inSpan(this.#options.tracing, `${method} supplier`, { kind: 'client', attributes }, async (span) => {
      const headers = span ? { ...request.headers, traceparent: span.traceparent } : request.headers;
      const answer = await this.#send({ ...request, ...(headers && { headers }) }, signal, began);
      span?.set({ 'http.response.status_code': answer.status });
      return answer;
    });
  }

  async #send(request: SupplierRequest, signal: AbortSignal, began: () => void): Promise<Incoming> {
    const body = request.json === undefined ? undefined : JSON.stringify(request.json);
    const headers = {
      accept: 'application/json',
      'accept-encoding': 'identity',
      ...(this.#apiKey && { 'x-api-key': this.#apiKey.reveal() }),
      ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      ...request.headers,
    };
    const path = `${this.#base.pathname.replace(/\/+$/, '')}${request.path}`;
    try {
      return await exchange(
        { origin: this.#base, path, method: request.method, headers, body },
        this.#options,
        signal,
        began,
      );
    } catch (error) {
      if (!(error instanceof ExchangeError)) throw error;
      const { partial } = error;
      throw new SupplierFailure(`${request.method} ${error.message}`, {
        cause: error,
        ...(partial && this.#retryAfter(partial.status, partial.headers, undefined)),
      });
    }
  }

  /** Sends a GET and returns the validated JSON of a 200. */
  async getJson<Checked>(
    path: string,
    schema: Validator<Checked>,
    signal: AbortSignal,
    began: () => void,
  ): Promise<Checked> {
    const answer = await this.send({ method: 'GET', path }, signal, began);
    if (answer.status !== 200) throw this.failure(answer);
    return this.parse(answer, schema);
  }

  /** Parses and validates the JSON of an answer. */
  parse<Checked>(answer: Incoming, schema: Validator<Checked>): Checked {
    const json = validate(schema, parseJson(answer));
    this.#hasAnsweredValidly = true;
    return json;
  }

  /** The failure that an unsuccessful answer stands for. */
  failure(answer: Incoming): SupplierFailure {
    const { status, headers } = answer;
    return new SupplierFailure(this.summarize(answer), this.#retryAfter(status, headers, tryParseJson(answer)));
  }

  /** Summarizes an answer in one short line, without the API key even if the supplier repeats it. */
  summarize({ status, body }: Incoming): string {
    const key = this.#apiKey?.reveal();
    const spellings = key ? [key, JSON.stringify(key).slice(1, -1)] : [];
    const text = spellings.reduce((clear, spelling) => clear.replaceAll(spelling, '[key]'), body.toString('utf8'));
    const line = text.replaceAll(/[\p{C}\p{Z}]+/gu, ' ').trim();
    return line === '' ? `answered ${status}` : `answered ${status}: ${[...line].slice(0, EXCERPT_LENGTH).join('')}`;
  }

  #retryAfter(status: number, headers: Incoming['headers'], body: unknown): { readonly retryAfterMs?: number } {
    const ms = retryAfterMs(status, headers, body, this.#options.nowMs());
    return ms === undefined ? {} : { retryAfterMs: ms };
  }
}

function parseJson({ body }: Incoming): unknown {
  try {
    return JSON.parse(decodeUtf8(body) ?? '');
  } catch {
    // The parser's own message would quote the text.
    throw new SupplierFailure('sent an invalid answer: it is not JSON in UTF-8');
  }
}

function tryParseJson(answer: Incoming): unknown {
  try {
    return parseJson(answer);
  } catch {
    return undefined;
  }
}
