import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../../platform/seeded-random.ts';
import type { InventoryRows } from '../inventory/inventory.ts';
import type { ReadFault } from './faults.ts';

export interface FaultSizes {
  /** Length of a `huge` body. */
  readonly hugeBytes: number;
  /** Time between two bytes of a `drip` body. */
  readonly dripMs: number;
}

const JSON_TYPE = 'application/json; charset=utf-8';
const CHUNK = Buffer.alloc(65_536, ' ');

export function sendJson(
  response: ServerResponse,
  status: number,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (body === undefined) response.writeHead(status, headers).end();
  else sendText(response, status, JSON.stringify(body), headers);
}

/** Sends the 429 of the wire contract. */
export function sendTooMany(response: ServerResponse, wallMs: number, waitMs: number): void {
  const reset = Math.ceil(wallMs + waitMs);
  sendJson(response, 429, { rateLimitState: { reset } }, { 'retry-after': String(Math.ceil(waitMs / 1_000)) });
}

/** Answers a read with a fault. @returns the status that was sent; 0 for none */
export function sendFault(
  response: ServerResponse,
  fault: ReadFault,
  { rows, wrap }: InventoryRows,
  { url, wallMs, random, sizes }: { url: string; wallMs: number; random: Random; sizes: FaultSizes },
): number {
  const text = JSON.stringify(wrap(rows));
  const half = text.slice(0, Math.ceil(text.length / 2));
  switch (fault) {
    case 'too-many':
      sendTooMany(response, wallMs, 1_000);
      return 429;
    case 'error':
      sendJson(response, 500, { error: 'something went wrong' });
      return 500;
    case 'redirect':
      response.writeHead(302, { location: `${url}${url.includes('?') ? '&' : '?'}redirected=1` }).end();
      return 302;
    case 'timeout':
      return 0;
    case 'reset-before-headers':
      reset(response);
      return 0;
    case 'reset-after-headers':
      sendPart(response, text, '', () => reset(response));
      return 200;
    case 'truncated':
      // The connection ends without a reset, so only the length shows that the rest is missing.
      sendPart(response, text, half, () => response.socket?.end());
      return 200;
    case 'invalid-json':
      sendText(response, 200, half);
      return 200;
    case 'wrong-shape':
      sendJson(response, 200, { data: null });
      return 200;
    case 'duplicated':
      sendJson(response, 200, wrap(rows.flatMap((row) => [row, row])));
      return 200;
    case 'reordered':
      sendJson(response, 200, wrap(shuffled(rows, random)));
      return 200;
    case 'huge':
      stream(response, hugeBody(text, sizes.hugeBytes));
      return 200;
    case 'drip':
      stream(response, drippingBody(text, sizes.dripMs));
      return 200;
  }
}

export function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}

function sendText(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = Buffer.from(text);
  response.writeHead(status, { ...headers, 'content-type': JSON_TYPE, 'content-length': body.length }).end(body);
}

/** Announces the length of the whole text, sends a part of it, and then calls `then`. */
function sendPart(response: ServerResponse, text: string, part: string, then: () => void): void {
  response.writeHead(200, { 'content-type': JSON_TYPE, 'content-length': Buffer.byteLength(text) });
  response.flushHeaders();
  if (part === '') response.socket?.write('', then);
  else response.write(part, then);
}

/** JSON may end with any amount of white space, so only the size of the body is wrong. */
function* hugeBody(text: string, bytes: number): Generator<Buffer> {
  yield Buffer.from(text);
  for (let sent = text.length; sent < bytes; sent += CHUNK.length) yield CHUNK;
}

async function* drippingBody(text: string, everyMs: number): AsyncGenerator<Buffer> {
  for (const byte of Buffer.from(text)) {
    yield Buffer.of(byte);
    await delay(everyMs, undefined, { ref: false });
  }
}

function stream(response: ServerResponse, body: Iterable<Buffer> | AsyncIterable<Buffer>): void {
  response.writeHead(200, { 'content-type': JSON_TYPE });
  // A client that disconnects in the middle is the expected outcome.
  pipeline(Readable.from(body, { objectMode: false, highWaterMark: 1 }), response).catch(() => {});
}

/** Fisher–Yates shuffle. */
function shuffled<T>(rows: readonly T[], random: Random): T[] {
  const remaining = [...rows];
  const order: T[] = [];
  while (remaining.length > 0) order.push(...remaining.splice(random.integer(0, remaining.length - 1), 1));
  return order;
}
