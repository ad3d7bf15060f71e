import type { Supplier } from '../supplier/supplier.ts';
import { SupplierFailure } from './adapter.ts';
import { ExchangeError, type ExchangeLimits, exchange, type Incoming } from './exchange.ts';
import { retryAfterMs } from './retry-after.ts';
import { believed, type Validator } from './upstream-fields.ts';

export interface SupplierHttpOptions extends ExchangeLimits {
  /** What the time is: a supplier says when its limit is lifted as a moment. */
  readonly nowMs: () => number;
}

export interface SupplierRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** After the `base_url`. */
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
};

/** How much of a supplier's own words a message repeats. */
const EXCERPT_LENGTH = 200;

/** One supplier over HTTP: each call sends one request, and all that goes wrong is a `SupplierFailure`. */
export class SupplierHttp {
  readonly #base: URL;
  readonly #apiKey: Supplier['apiKey'];
  readonly #options: SupplierHttpOptions;
  #hasServed = false;

  constructor({ baseUrl, apiKey }: Pick<Supplier, 'baseUrl' | 'apiKey'>, options: Partial<SupplierHttpOptions> = {}) {
    this.#base = new URL(baseUrl);
    this.#apiKey = apiKey;
    this.#options = { ...DEFAULTS, ...options };
  }

  /** Whether it has answered anything that was believed since this process began: then `base_url` is not mistyped. */
  get hasServed(): boolean {
    return this.#hasServed;
  }

  /** Resolves with whole answers of any status. */
  async send(request: SupplierRequest, signal: AbortSignal, began: () => void = () => {}): Promise<Incoming> {
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
      const begun = error.begun;
      throw new SupplierFailure(`${request.method} ${error.message}`, {
        cause: error,
        ...(begun && this.#wait(begun.status, begun.headers, undefined)),
      });
    }
  }

  /** The JSON of a 200, as what its schema says it is. */
  async getBelieved<Checked>(
    path: string,
    schema: Validator<Checked>,
    signal: AbortSignal,
    began: () => void,
  ): Promise<Checked> {
    const answer = await this.send({ method: 'GET', path }, signal, began);
    if (answer.status !== 200) throw this.failure(answer);
    return this.believed(answer, schema);
  }

  /** The JSON of an answer, as what its schema says it is. */
  believed<Checked>(answer: Incoming, schema: Validator<Checked>): Checked {
    const json = believed(schema, jsonOf(answer));
    this.#hasServed = true;
    return json;
  }

  /** What an answer that is no success amounts to. */
  failure(answer: Incoming): SupplierFailure {
    return new SupplierFailure(this.said(answer), this.#wait(answer.status, answer.headers, maybeJson(answer)));
  }

  /** An answer in one short line, without the key even if the supplier repeats it. */
  said({ status, body }: Incoming): string {
    const key = this.#apiKey?.reveal();
    const text = body.toString('utf8');
    const clear = key ? [key, JSON.stringify(key).slice(1, -1)].reduce((t, k) => t.replaceAll(k, '[key]'), text) : text;
    const line = clear.replaceAll(/[\p{C}\p{Z}]+/gu, ' ').trim();
    return line === '' ? `answered ${status}` : `answered ${status}: ${[...line].slice(0, EXCERPT_LENGTH).join('')}`;
  }

  #wait(status: number, headers: Incoming['headers'], body: unknown): { readonly retryAfterMs?: number } {
    const ms = retryAfterMs(status, headers, body, this.#options.nowMs());
    return ms === undefined ? {} : { retryAfterMs: ms };
  }
}

/** The JSON of an answer that must have one. */
function jsonOf({ body }: Incoming): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    // What the parser says repeats the text.
    throw new SupplierFailure('answered what is not JSON in UTF-8');
  }
}

function maybeJson(answer: Incoming): unknown {
  try {
    return jsonOf(answer);
  } catch {
    return undefined;
  }
}
