import { brotliDecompressSync, gunzipSync } from 'node:zlib';

/** The body of an answer as text, decoded as its `Content-Encoding` says. Throws if it is not what that says, in UTF-8. */
export function decodedBody(bytes: Buffer, contentEncoding: string | undefined): string {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  if (contentEncoding === undefined) return decoder.decode(bytes);
  if (contentEncoding === 'br') return decoder.decode(brotliDecompressSync(bytes));
  if (contentEncoding === 'gzip') return decoder.decode(gunzipSync(bytes));
  throw new Error(`an answer in the encoding ${contentEncoding}, which no request accepts`);
}
