import { decodeUtf8 } from '../../platform/utf8.ts';
import type { KeySet } from './token-issuer.ts';

export interface FetchLimits {
  /** Time until the complete answer has arrived, in milliseconds. */
  readonly withinMs: number;
  readonly maxBytes: number;
}

/** The message of each says what was wrong with the answer. */
class KeySetRefused extends Error {}

/** Fetches a JSON Web Key Set. A redirect is an error: keys from elsewhere would be another party's. */
export async function fetchKeySet(url: string, { withinMs, maxBytes }: FetchLimits): Promise<KeySet> {
  const response = await fetch(url, {
    redirect: 'error',
    headers: { accept: 'application/jwk-set+json, application/json' },
    signal: AbortSignal.timeout(withinMs),
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new KeySetRefused(`answered ${response.status}`);
  }
  const set: unknown = parse(await readBody(response, maxBytes));
  if (!isKeySet(set)) throw new KeySetRefused('did not answer with a JSON Web Key Set');
  return set;
}

/** Reads no more than the limit, whatever length the answer declares. */
async function readBody({ body }: Response, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop cancels the body.
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new KeySetRefused(`answered with more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decodeUtf8(bytes) ?? '');
  } catch {
    return undefined;
  }
}

function isKeySet(value: unknown): value is KeySet {
  const { keys } = (value ?? {}) as { readonly keys?: unknown };
  return Array.isArray(keys) && keys.every((key) => typeof key === 'object' && key !== null && !Array.isArray(key));
}
