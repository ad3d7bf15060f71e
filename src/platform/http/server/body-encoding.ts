import { brotliDecompress, gunzip, inflate, type ZlibOptions } from 'node:zlib';
import { Malformed } from '../../errors.ts';
import { RequestTooLarge, UnsupportedMediaType } from '../body-failures.ts';

type Decompress = (
  bytes: Uint8Array,
  options: ZlibOptions,
  done: (error: Error | null, result: unknown) => void,
) => void;

/** Decoders by the names of RFC 9110, section 8.4.1. */
const DECODERS: Readonly<Record<string, Decompress>> = {
  gzip: gunzip as Decompress,
  'x-gzip': gunzip as Decompress,
  deflate: inflate as Decompress,
  br: brotliDecompress as Decompress,
};

/** The value of `Accept-Encoding` in a refusal (RFC 7694). */
export const ACCEPTED_ENCODINGS = 'gzip, deflate, br';

/** Decodes the body of a request. `undefined` for bodies that are not encoded. */
export type BodyDecoder = (bytes: Buffer) => Promise<Buffer>;

/**
 * The decoder for a `Content-Encoding`. It stops as soon as the output exceeds `maxBytes`, so that a small body cannot
 * take the memory or the time of a large one.
 *
 * @throws UnsupportedMediaType for an encoding that is not known, and for several at once
 */
export function bodyDecoder(contentEncoding: string | undefined, maxBytes: number): BodyDecoder | undefined {
  const name = contentEncoding?.trim().toLowerCase() ?? '';
  if (name === '' || name === 'identity') return undefined;
  const decompress = Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined;
  if (!decompress) {
    throw new UnsupportedMediaType(`Send the body without Content-Encoding, or in one of ${ACCEPTED_ENCODINGS}.`);
  }
  return (bytes) => decode(decompress, name, bytes, maxBytes);
}

/** The result that Node calls back with under the option `info`. */
interface Decompressed {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

function decode(decompress: Decompress, name: string, bytes: Buffer, maxBytes: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  decompress(bytes, { maxOutputLength: maxBytes, info: true }, (error, result) => {
    if (error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') {
      return reject(
        new RequestTooLarge(`The decoded body is larger than ${maxBytes} bytes. Send less in one request.`),
      );
    }
    const { buffer, engine } = (result ?? {}) as Partial<Decompressed>;
    // Bytes after the end of the encoded data would be dropped silently.
    if (!error && buffer && engine?.bytesWritten === bytes.length) return resolve(buffer);
    reject(new Malformed([{ path: '', message: `is not encoded as its Content-Encoding says, which is ${name}` }]));
  });
  return promise;
}
