import type { IncomingMessage } from 'node:http';
import { decodeUtf8 } from '../../platform/utf8.ts';

const MAX_BYTES = 1_048_576;

/** Reads the body of a request; `undefined` if it is not JSON in UTF-8 or is too long. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MAX_BYTES) chunks.push(chunk);
  }
  if (bytes > MAX_BYTES) return undefined;
  const text = decodeUtf8(Buffer.concat(chunks));
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
