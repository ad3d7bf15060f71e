import type { ClientRequest, IncomingMessage } from 'node:http';
import { OutboundFailure } from './outbound-failure.ts';

/** The parts of an answer that the caller may keep. */
export interface Answer {
  readonly status: number;
  /** The time to wait that `Retry-After` names, in milliseconds; never negative. */
  readonly retryAfterMs: number | undefined;
  /** The first 1,000 characters of the body, for a person to read. */
  readonly bodyStart: string;
}

const MAX_BODY_BYTES = 65_536;
const BODY_START_CHARACTERS = 1_000;
/** A character has at most four bytes. */
const BODY_START_BYTES = BODY_START_CHARACTERS * 4;
/** Interim answers, such as 100 and 103, that are read before the answer. */
const MAX_INTERIM = 8;

/**
 * Waits for the answer to a request, whose body may be on its way. Destroys the request when it fails, and at once when
 * the signal aborts. A body past 64 KiB is not read: its connection ends, and the answer counts.
 *
 * @throws OutboundFailure; the reason of `signal`; the system's error
 */
export async function readAnswer(request: ClientRequest, signal: AbortSignal): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const stop = () => reject(signal.reason);
  const refuse = () => reject(new OutboundFailure('bad-answer'));
  let interim = 0;
  request.on('information', () => {
    interim += 1;
    if (interim > MAX_INTERIM) refuse();
  });
  // The socket is no longer the request's then.
  request.on('upgrade', (_response, socket) => {
    socket.destroy();
    refuse();
  });
  request.on('error', reject);
  let hasAnswer = false;
  const finish = (answer: Answer) => {
    hasAnswer = true;
    resolve(answer);
  };
  request.on('response', (response) => readBody(response, finish, reject));
  request.on('close', () => {
    // Most requests have their answer by then, and an error is not free.
    if (!hasAnswer) reject(new OutboundFailure('reset'));
  });
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await promise;
  } catch (error) {
    request.destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function readBody(
  response: IncomingMessage,
  resolve: (answer: Answer) => void,
  reject: (error: unknown) => void,
): void {
  const start: Buffer[] = [];
  let bytes = 0;
  const finish = () => {
    resolve({
      status: response.statusCode ?? 0,
      retryAfterMs: retryAfterMs(response.headers['retry-after'], Date.now()),
      bodyStart: textOf(Buffer.concat(start)),
    });
  };
  response.on('data', (chunk: Buffer) => {
    if (bytes < BODY_START_BYTES) start.push(chunk.subarray(0, BODY_START_BYTES - bytes));
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) return;
    finish();
    response.destroy();
  });
  response.on('end', finish);
  response.on('error', reject);
}

/** The start of a body as text. A person reads it in a list, so bytes that are no UTF-8 and NUL become U+FFFD. */
function textOf(bytes: Buffer): string {
  const text = bytes.toString('utf8').replaceAll('\0', '\ufffd');
  return text.slice(0, BODY_START_CHARACTERS).toWellFormed();
}

function retryAfterMs(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,10}$/.test(text)) return Number(text) * 1_000;
  // Only dates in words: `Date.parse` would read a bare `-1` as a year.
  const atMs = /^[A-Z][a-z]{2}.*GMT$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}
