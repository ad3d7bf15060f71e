import http from 'node:http';
import https from 'node:https';
import { AddressPolicy } from './address-policy.ts';
import { checkUrl, hostOf, type UrlCheck } from './check-url.ts';
import { connectPermitted } from './connect.ts';
import { Deadline } from './deadline.ts';
import { type Connect, GuardedHttpAgent, GuardedHttpsAgent, type GuardedRequest } from './guarded-agents.ts';
import { NameResolver, type ResolverOptions } from './name-resolver.ts';
import { type OutboundReason, reasonOf } from './outbound-failure.ts';
import { type Answer, readAnswer } from './read-answer.ts';

/** An answer, whatever its status, or the reason why there is none. */
export type OutboundResult =
  | (Answer & { readonly ok: true; readonly durationMs: number })
  | { readonly ok: false; readonly reason: OutboundReason; readonly durationMs: number };

export interface OutboundOptions {
  /** Addresses and CIDR ranges that may be reached although they are not public, over plain http too. */
  readonly permitted?: readonly string[];
  /** Time for a request as a whole, from its name to the end of the answer's body. */
  readonly totalMs?: number;
  /** Time to open a connection: name, TCP and TLS. */
  readonly connectMs?: number;
  readonly resolver?: ResolverOptions;
  /** Certificates of the authorities to trust. Defaults to those of Node. */
  readonly ca?: readonly string[];
}

interface PostOptions {
  readonly signal?: AbortSignal;
}

const TOTAL_MS = 15_000;
const CONNECT_MS = 5_000;
const MAX_HEADER_BYTES = 16_384;

/**
 * Sends requests to addresses that strangers have chosen. It connects only to addresses that the policy permits, follows
 * no redirect, uses no proxy, verifies every certificate, and bounds the time and the size of each answer.
 */
export class OutboundClient implements Disposable {
  readonly #policy: AddressPolicy;
  readonly #resolver: NameResolver;
  readonly #totalMs: number;
  readonly #connectMs: number;
  readonly #reusing: readonly [GuardedHttpAgent, GuardedHttpsAgent];
  readonly #fresh: readonly [GuardedHttpAgent, GuardedHttpsAgent];

  constructor({ permitted = [], totalMs = TOTAL_MS, connectMs = CONNECT_MS, resolver, ca = [] }: OutboundOptions = {}) {
    this.#policy = new AddressPolicy(permitted);
    this.#resolver = new NameResolver(resolver);
    this.#totalMs = totalMs;
    this.#connectMs = connectMs;
    const connect: Connect = async (options) => {
      using deadline = new Deadline(this.#connectMs, options.signal);
      return await connectPermitted({ ...options, signal: deadline.signal }, this.#policy, this.#resolver);
    };
    this.#reusing = [new GuardedHttpAgent(connect, true), new GuardedHttpsAgent(connect, true, ca)];
    this.#fresh = [new GuardedHttpAgent(connect, false), new GuardedHttpsAgent(connect, false, ca)];
  }

  /** Checks a URL when it is created. `post` decides again. */
  async checkUrl(text: string): Promise<UrlCheck> {
    using deadline = new Deadline(this.#connectMs);
    return await checkUrl(text, this.#policy, this.#resolver, deadline.signal);
  }

  /**
   * Sends a request and reads its answer. A redirect is an answer.
   *
   * @param url one that `checkUrl` has accepted
   * @throws the reason of `signal`, at once when it aborts
   */
  async post(
    url: URL,
    headers: Readonly<Record<string, string>>,
    body: string | Uint8Array,
    { signal }: PostOptions = {},
  ): Promise<OutboundResult> {
    signal?.throwIfAborted();
    const startedAt = performance.now();
    const durationMs = () => Math.round(performance.now() - startedAt);
    using deadline = new Deadline(this.#totalMs, signal);
    try {
      const answer = await this.#send(url, headers, Buffer.from(body), deadline.signal);
      return { ok: true, ...answer, durationMs: durationMs() };
    } catch (error) {
      signal?.throwIfAborted();
      return { ok: false, reason: reasonOf(error), durationMs: durationMs() };
    }
  }

  /** Closes all connections. */
  [Symbol.dispose](): void {
    for (const agent of [...this.#reusing, ...this.#fresh]) agent.destroy();
  }

  async #send(url: URL, headers: Readonly<Record<string, string>>, body: Buffer, signal: AbortSignal): Promise<Answer> {
    const isPlainHttp = url.protocol === 'http:';
    const open = (agents: readonly [GuardedHttpAgent, GuardedHttpsAgent]) => {
      const options: GuardedRequest = {
        method: 'POST',
        // Without the user name and password that passing a URL would send.
        host: hostOf(url),
        port: url.port || (isPlainHttp ? 80 : 443),
        path: `${url.pathname}${url.search}`,
        headers: { ...headers, 'content-length': body.length },
        agent: agents[isPlainHttp ? 0 : 1],
        maxHeaderSize: MAX_HEADER_BYTES,
        guard: signal,
      };
      const request = isPlainHttp ? http.request(options) : https.request(options);
      request.end(body);
      return request;
    };
    const request = open(this.#reusing);
    try {
      return await readAnswer(request, signal);
    } catch (error) {
      // The receiver may have closed an unused connection just when it was used again.
      if (!request.reusedSocket || reasonOf(error) !== 'reset' || signal.aborted) throw error;
      return readAnswer(open(this.#fresh), signal);
    }
  }
}
