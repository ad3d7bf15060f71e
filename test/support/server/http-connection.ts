import { connect, type Socket } from 'node:net';
import type { WireAnswer } from './contract.ts';
import { decodedBody } from './decoded-body.ts';

/** A TCP connection that sends exactly the given bytes, well-formed or not. */
export interface HttpConnection extends Disposable {
  /** Whether another request can be sent. */
  readonly open: boolean;
  /** Sends a request and returns its answer. Rejects with `NoAnswer` after `withinMs`, or when the connection ends. */
  exchange(bytes: Buffer, method: string, withinMs: number): Promise<WireAnswer>;
}

/** There was no answer. The request may or may not have taken effect. */
export class NoAnswer extends Error {}

export async function openConnection(port: number): Promise<HttpConnection> {
  const socket = await connected(port);
  let received = Buffer.alloc(0);
  let notify: () => void = () => {};
  let ended: Error | undefined;
  const end = (error: Error) => {
    ended ??= error;
    notify();
  };
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk as Buffer]);
    notify();
  });
  socket.on('error', (error) => end(error));
  socket.on('close', () => end(new Error('the connection was closed')));

  async function exchange(bytes: Buffer, method: string, withinMs: number): Promise<WireAnswer> {
    const startedMs = performance.now();
    const { promise, resolve, reject } = Promise.withResolvers<WireAnswer>();
    const timer = setTimeout(() => {
      end(new Error(`no answer within ${withinMs} ms`));
      socket.destroy();
    }, withinMs);
    notify = () => {
      const read = readAnswer(received, method);
      if (read === undefined && ended === undefined) return;
      clearTimeout(timer);
      if (read === undefined) return reject(new NoAnswer(ended?.message, { cause: ended }));
      received = Buffer.from(read.rest);
      if (read.answer.headers.connection === 'close') ended ??= new Error('the server is closing the connection');
      resolve({ ...read.answer, ms: performance.now() - startedMs });
    };
    if (ended === undefined) socket.write(bytes);
    notify();
    return promise.finally(() => {
      notify = () => {};
    });
  }

  return {
    get open() {
      return ended === undefined;
    },
    exchange,
    [Symbol.dispose]: () => socket.destroy(),
  };
}

export interface RawOptions {
  readonly withinMs: number;
  /** Time without data after which the sender ends its side. Without it only the server ends the connection. */
  readonly quietMs?: number;
}

/** Sends bytes on a new connection, and returns everything that is received until it closes. */
export async function sendRaw(port: number, parts: readonly Buffer[], options: RawOptions): Promise<Buffer> {
  const socket = await connected(port);
  const chunks: Buffer[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const timer = setTimeout(() => {
    reject(new NoAnswer(`the connection was still open after ${options.withinMs} ms`));
    socket.destroy();
  }, options.withinMs);
  if (options.quietMs !== undefined) socket.setTimeout(options.quietMs, () => socket.end());
  socket.on('data', (chunk) => chunks.push(chunk as Buffer));
  // A server that refuses a request may reset the connection after its answer.
  socket.on('error', () => {});
  socket.on('close', () => {
    clearTimeout(timer);
    resolve(Buffer.concat(chunks));
  });
  for (const part of parts) socket.write(part);
  return promise;
}

async function connected(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  socket.once('connect', () => resolve(socket));
  socket.once('error', (error) => reject(new NoAnswer(error.message, { cause: error })));
  return promise;
}

/** All answers in a stream, in order, and the remaining bytes. */
export function readAnswers(bytes: Buffer): { answers: Omit<WireAnswer, 'ms'>[]; rest: Buffer } {
  const answers: Omit<WireAnswer, 'ms'>[] = [];
  let rest = bytes;
  for (;;) {
    const read = readAnswer(rest, 'GET');
    if (read === undefined) return { answers, rest };
    answers.push(read.answer);
    rest = read.rest;
  }
}

/** Reads one answer from the start of `bytes`; `undefined` when it is incomplete. */
function readAnswer(bytes: Buffer, method: string): { answer: Omit<WireAnswer, 'ms'>; rest: Buffer } | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, headEnd).split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1] ?? Number.NaN);
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const after = bytes.subarray(headEnd + 4);
  if (status >= 100 && status < 200) return readAnswer(after, method);
  if (method === 'HEAD' || status === 204 || status === 304)
    return { answer: { status, headers, body: '' }, rest: after };
  if (headers['transfer-encoding'] === 'chunked') {
    const read = readChunks(after);
    return (
      read && {
        answer: { status, headers, body: decodedBody(read.body, headers['content-encoding']) },
        rest: read.rest,
      }
    );
  }
  const length = Number(headers['content-length'] ?? 0);
  if (after.length < length) return undefined;
  return {
    answer: { status, headers, body: decodedBody(after.subarray(0, length), headers['content-encoding']) },
    rest: after.subarray(length),
  };
}

function readChunks(bytes: Buffer): { body: Buffer; rest: Buffer } | undefined {
  const parts: Buffer[] = [];
  for (let rest = bytes; ; ) {
    const lineEnd = rest.indexOf('\r\n');
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(rest.toString('latin1', 0, lineEnd), 16);
    const end = lineEnd + 2 + size + 2;
    if (rest.length < end) return undefined;
    if (size === 0) return { body: Buffer.concat(parts), rest: rest.subarray(end) };
    parts.push(rest.subarray(lineEnd + 2, lineEnd + 2 + size));
    rest = rest.subarray(end);
  }
}
