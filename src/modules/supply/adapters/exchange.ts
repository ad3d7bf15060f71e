import {
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as sendHttp,
} from 'node:http';
import { request as sendHttps } from 'node:https';
import { urlToHttpOptions } from 'node:url';

/** Every phase has an end, and all of them together. */
export interface ExchangeLimits {
  /** Until the connection stands, with its name looked up and TLS agreed on. */
  readonly connectMs: number;
  /** From then on until the answer begins. */
  readonly answerMs: number;
  /** Between two pieces of the body. */
  readonly idleMs: number;
  readonly totalMs: number;
  readonly bodyBytes: number;
}

export interface Outgoing {
  /** The scheme, the host and the port. */
  readonly origin: URL;
  /** Sent as it is: `URL` would make another path of one that holds `..`. */
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

/** No whole answer came; `begun` is what there was of it. */
export class ExchangeError extends Error {
  readonly begun: Omit<Incoming, 'body'> | undefined;
  constructor(message: string, begun: ExchangeError['begun']) {
    super(message);
    this.begun = begun;
  }
}

/**
 * Sends one request and reads one whole answer. `fetch` is no way to do this: it follows redirects and may send again.
 * Each request has a connection of its own, because one that was kept may be closed by the other side while the
 * request is under way, and a pull would be spent without anybody having seen it.
 */
export async function exchange(
  outgoing: Outgoing,
  limits: ExchangeLimits,
  signal: AbortSignal,
  began: () => void,
): Promise<Incoming> {
  if (signal.aborted) throw new ExchangeError('was called off before it was sent', undefined);
  const { promise, resolve, reject } = Promise.withResolvers<Incoming>();
  const { origin, path, method, headers, body } = outgoing;
  const send = origin.protocol === 'https:' ? sendHttps : sendHttp;
  const request = send({ ...urlToHttpOptions(origin), path, method, headers, agent: false });
  let begun: ExchangeError['begun'];
  const fail = (message: string) => {
    reject(new ExchangeError(message, begun));
    request.destroy();
  };
  const total = setTimeout(() => fail(`was not over within ${limits.totalMs} ms`), limits.totalMs);
  let phase = setTimeout(() => fail(`could not connect within ${limits.connectMs} ms`), limits.connectMs);
  const calledOff = () => fail('was called off');
  signal.addEventListener('abort', calledOff);

  request.on('error', (error: NodeJS.ErrnoException) => fail(`failed with ${error.code ?? 'an error'}`));
  request.on('close', () => begun ?? fail('was closed without an answer'));
  request.on('socket', (socket) => {
    socket.once(origin.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
      clearTimeout(phase);
      phase = setTimeout(() => fail(`was not answered within ${limits.answerMs} ms`), limits.answerMs);
    });
  });
  request.on('response', (response) => {
    begun = { status: response.statusCode ?? 0, headers: response.headers };
    began();
    clearTimeout(phase);
    phase = setTimeout(() => fail(`stood still for ${limits.idleMs} ms in mid-answer`), limits.idleMs);
    const whole = { ...begun };
    readBody(response, limits.bodyBytes, phase, fail, (bytes) => resolve({ ...whole, body: bytes }));
  });
  request.end(body);
  try {
    return await promise;
  } finally {
    clearTimeout(total);
    clearTimeout(phase);
    signal.removeEventListener('abort', calledOff);
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
  const brokeOff = () => fail('broke off in mid-answer');
  response.on('error', brokeOff);
  response.on('close', brokeOff);
  response.on('end', () => (response.complete ? done(Buffer.concat(chunks)) : brokeOff()));
}
