import {
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as sendHttp,
} from 'node:http';
import { request as sendHttps } from 'node:https';
import { urlToHttpOptions } from 'node:url';

/** Timeouts per phase and in total, in milliseconds, and the longest body. */
export interface ExchangeLimits {
  /** Until the connection is open, including name resolution and the TLS handshake. */
  readonly connectMs: number;
  /** From then until the answer begins. */
  readonly answerMs: number;
  /** Between two chunks of the body. */
  readonly idleMs: number;
  readonly totalMs: number;
  readonly bodyBytes: number;
}

export interface Outgoing {
  /** Scheme, host and port. */
  readonly origin: URL;
  /** Sent unchanged. `URL` would rewrite a path that contains `..`. */
  readonly path: string;
  readonly method: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string | undefined;
}

export interface Incoming {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** No complete answer was received. */
export class ExchangeError extends Error {
  /** Status and headers, if the answer had begun. */
  readonly partial: Omit<Incoming, 'body'> | undefined;
  constructor(message: string, partial: ExchangeError['partial']) {
    super(message);
    this.partial = partial;
  }
}

/**
 * Sends one request and reads one complete answer. `fetch` is not usable here, because it follows redirects and may
 * send a request again. Each request opens its own connection: the other side may close a kept one while the request is
 * on its way, and the pull would be spent without an answer.
 *
 * @param began called when the answer begins
 */
export async function exchange(
  outgoing: Outgoing,
  limits: ExchangeLimits,
  signal: AbortSignal,
  began: () => void,
): Promise<Incoming> {
  if (signal.aborted) throw new ExchangeError('was aborted before it was sent', undefined);
  const { promise, resolve, reject } = Promise.withResolvers<Incoming>();
  const { origin, path, method, headers, body } = outgoing;
  const send = origin.protocol === 'https:' ? sendHttps : sendHttp;
  const request = send({ ...urlToHttpOptions(origin), path, method, headers, agent: false });
  let partial: ExchangeError['partial'];
  const fail = (message: string) => {
    reject(new ExchangeError(message, partial));
    request.destroy();
  };
  const total = setTimeout(() => fail(`did not complete within ${limits.totalMs} ms`), limits.totalMs);
  let phase = setTimeout(() => fail(`could not connect within ${limits.connectMs} ms`), limits.connectMs);
  const onAbort = () => fail('was aborted');
  signal.addEventListener('abort', onAbort);

  request.on('error', (error: NodeJS.ErrnoException) => fail(`failed with ${error.code ?? 'an error'}`));
  request.on('close', () => partial ?? fail('was closed without an answer'));
  request.on('socket', (socket) => {
    socket.once(origin.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
      clearTimeout(phase);
      phase = setTimeout(() => fail(`was not answered within ${limits.answerMs} ms`), limits.answerMs);
    });
  });
  request.on('response', (response) => {
    const head = { status: response.statusCode ?? 0, headers: response.headers };
    partial = head;
    began();
    clearTimeout(phase);
    phase = setTimeout(() => fail(`received nothing for ${limits.idleMs} ms in mid-answer`), limits.idleMs);
    readBody(response, limits.bodyBytes, phase, fail, (bytes) => resolve({ ...head, body: bytes }));
  });
  request.end(body);
  try {
    return await promise;
  } finally {
    clearTimeout(total);
    clearTimeout(phase);
    signal.removeEventListener('abort', onAbort);
  }
}

function readBody(
  response: IncomingMessage,
  bodyBytes: number,
  idle: NodeJS.Timeout,
  fail: (message: string) => void,
  done: (body: Buffer) => void,
): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    idle.refresh();
    bytes += chunk.length;
    if (bytes > bodyBytes) fail(`was answered with more than ${bodyBytes} bytes`);
    else chunks.push(chunk);
  });
  const onBreak = () => fail('was cut off in mid-answer');
  response.on('error', onBreak);
  response.on('close', onBreak);
  response.on('end', () => (response.complete ? done(Buffer.concat(chunks)) : onBreak()));
}
