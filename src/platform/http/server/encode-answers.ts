import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { type Encoding, isEncodable, preferredEncoding } from '../content-encoding.ts';
import type { HttpServer } from '../http-server.ts';

const toBrotli = promisify(brotliCompress);
const toGzip = promisify(gzip);

/** Brotli's best quality takes 30 times as long as this one for a tenth fewer bytes. */
const BROTLI_QUALITY = 5;

const ENCODERS: Readonly<Record<Encoding, (text: string) => Promise<Buffer>>> = {
  br: (text) =>
    toBrotli(text, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
        [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
        [constants.BROTLI_PARAM_SIZE_HINT]: text.length,
      },
    }),
  gzip: (text) => toGzip(text),
};

const MAX_KEPT_BYTES = 32 * 1024 * 1024;
/** Memory of an entry besides its bytes. */
const ENTRY_BYTES = 300;

/**
 * Encodes long answers in what the request accepts, in the thread pool. An answer with a validator is encoded once and
 * kept under it, so that an entry of a view is encoded once however often it is read.
 *
 * BREACH reads a secret from the length of an encoded answer that repeats the attacker's text beside it. So only answers
 * of GET and HEAD with status 200 are encoded, which repeat nothing of the request but ids and times; problems, which
 * quote it, and answers that must not be stored, which may contain secrets, are sent as they are. The event stream is
 * not sent through this hook.
 */
export function encodeAnswers(app: HttpServer): void {
  const kept = new LRUCache<string, Buffer>({
    maxSize: MAX_KEPT_BYTES,
    sizeCalculation: (bytes) => bytes.length + ENTRY_BYTES,
  });
  const encoding = new Map<string, Promise<Buffer>>();

  /** Encodes a text once for all that ask for it at the same time, and keeps the result. */
  function encodeOnce(key: string, encode: () => Promise<Buffer>): Promise<Buffer> {
    const known = kept.get(key);
    if (known) return Promise.resolve(known);
    const running = encoding.get(key);
    if (running) return running;
    const started = encode()
      .then((bytes) => {
        kept.set(key, bytes);
        return bytes;
      })
      .finally(() => encoding.delete(key));
    encoding.set(key, started);
    return started;
  }

  app.addHook<unknown>('onSend', (request, reply, payload, done) => {
    if (typeof payload !== 'string' || !isEncodable(payload) || !mayEncode(request, reply)) return done(null, payload);
    varyByEncoding(reply);
    const chosen = preferredEncoding(request.headers['accept-encoding']);
    if (chosen === undefined) return done(null, payload);
    const etag = reply.getHeader('etag');
    const encode = () => ENCODERS[chosen](payload);
    const pending = typeof etag === 'string' ? encodeOnce(`${chosen} ${etag}`, encode) : encode();
    pending.then((bytes) => {
      reply.header('content-encoding', chosen).removeHeader('content-length');
      done(null, bytes);
    }, done);
  });
}

function mayEncode({ method }: FastifyRequest, reply: FastifyReply): boolean {
  return (
    (method === 'GET' || method === 'HEAD') &&
    reply.statusCode === 200 &&
    reply.getHeader('content-encoding') === undefined &&
    /^(?:application\/json|text\/)/.test(String(reply.getHeader('content-type'))) &&
    !/no-store|no-transform/.test(String(reply.getHeader('cache-control')))
  );
}

/** Adds `Accept-Encoding` to `Vary`, so that a cache keeps the codings apart. */
export function varyByEncoding(reply: FastifyReply): void {
  const vary = reply.getHeader('vary');
  const isVarying = /(^|[\s,])accept-encoding($|[\s,])/i.test(String(vary ?? ''));
  if (!isVarying) reply.header('vary', vary === undefined ? 'accept-encoding' : `${String(vary)}, accept-encoding`);
}
